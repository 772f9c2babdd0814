-- What one account claims of each asset, and which rows of which files say so.
--
-- Reads   account, asset, book, claim, claim_row, posting, set_off, trust_term, source
-- Makes   the figures in the order that usecases/explaining.py names them
select asset.asset, asset.decimals, claim_row.scheduled::varchar, coalesce(claim_row.filed, 0)::varchar,
       claim_row.allowed::varchar, claim_row.disputed::varchar, claim_row.unclaimed::varchar,
       claim_row.disallowed::varchar, claim_row.claim, claim_row.standing, claim_row.is_late,
       source.source, claim_row."row",
       (select count(*) from posting where posting.account_no = claim_row.account_no
        and posting.asset_no = claim_row.asset_no) as postings,
       of_claim.source, claim."row", claim_row.tier, book.units::varchar as balance,
       coalesce(net.of_allowed, 0)::varchar as set_off_allowed, coalesce(net.units, 0)::varchar as set_off,
       exists (select 1 from trust_term)
           and not exists (select 1 from trust_term where trust_term.terms = account.terms) as is_outside_trust
from claim_row
join account using (account_no)
join asset on asset.asset_no = claim_row.asset_no
left join book on book.account_no = claim_row.account_no and book.asset_no = claim_row.asset_no
left join (
    select account_no, asset_no, sum(set_off) as units, sum(set_off) filter (where part = 0) as of_allowed
    from set_off
    where not is_debt
    group by account_no, asset_no
) as net on net.account_no = claim_row.account_no and net.asset_no = claim_row.asset_no
left join source on source.source_no = claim_row.source_no
left join claim on claim.claim = claim_row.claim
left join source as of_claim on of_claim.source_no = claim.source_no
where account.account = $account
order by claim_row.asset_no
