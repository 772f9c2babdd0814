-- A page of one account's postings.
--
-- Reads   journal, account, asset, source
-- Makes   posting, posted_at, asset, quantity, kind, reference, source, row VARCHAR; by instant, then posting
select journal.posting, journal.posted_at::varchar || 'Z' as posted_at, asset.asset,
       units_text(journal.units, asset.decimals) as quantity, journal.kind, journal.reference, source.source,
       journal."row"::varchar as "row"
from journal
join account using (account_no)
join asset on asset.asset_no = journal.asset_no
join source on source.source_no = journal.source_no
where account.account = $account
order by journal.posted_at, journal.posting
limit $limit offset $offset
