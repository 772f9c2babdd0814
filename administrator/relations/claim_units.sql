-- What each holder claims of each asset: scheduled by the books, filed, and what counts of it.
--
-- Reads   book, counted_claim, account, term, trust_term
-- Makes   claim_ruled(account_no INTEGER, asset_no INTEGER, tier TINYINT, scheduled, filed null, allowed, disputed,
--                     unclaimed, disallowed DECIMAL(38,0) units), key (account_no, asset_no), ordered by it;
--         claim_units: the same
-- Holds   tier 0 shares first, 1 (late, where the plan puts it after) next, 2 (subordinated) last; -1 is not in a pool:
--         insiders whom the plan sends to the estate, and whoever accepted terms that make no trust
--
-- A disputed claim counts at what a ruling set provisionally, else as filed. How columns are kept is said where there are
-- tens of millions of rows: trying what would be smallest costs more than all else.
create or replace table claim_ruled(
    account_no integer using compression bitpacking, asset_no integer using compression bitpacking,
    tier tinyint using compression rle, scheduled decimal(38, 0) using compression uncompressed,
    filed decimal(38, 0) using compression rle, allowed decimal(38, 0) using compression uncompressed,
    disputed decimal(38, 0) using compression rle, unclaimed decimal(38, 0) using compression rle,
    disallowed decimal(38, 0) using compression rle
);
insert into claim_ruled
with line as (
    select coalesce(book.account_no, counted_claim.account_no) as account_no,
           coalesce(book.asset_no, counted_claim.asset_no) as asset_no,
           greatest(coalesce(book.units, 0), 0)::decimal(38, 0) as scheduled,
           counted_claim.filed, counted_claim.allowed_units, counted_claim.provisional_units,
           coalesce(counted_claim.is_late, false) as is_late,
           case when counted_claim.claim is null then 'none'
                when counted_claim.is_late and term.late = 'barred' then 'disallowed'
                else counted_claim.standing end as standing
    from book
    full join counted_claim
        on counted_claim.account_no = book.account_no and counted_claim.asset_no = book.asset_no
    cross join term
),
ruled as (
    select line.*,
           case standing when 'none' then scheduled
                         when 'filed' then least(filed, scheduled)
                         when 'allowed' then coalesce(allowed_units, filed)
                         else 0 end as allowed,
           case standing when 'filed' then greatest(filed - scheduled, 0)
                         when 'disputed' then coalesce(provisional_units, filed)
                         else 0 end as disputed,
           case standing when 'filed' then greatest(scheduled - filed, 0) else 0 end as unclaimed
    from line
),
close_to_debtor as (
    select account_no from account where kind in ('insider', 'affiliate')
),
outside_trust as (
    select account.account_no
    from account
    anti join trust_term on trust_term.terms = account.terms
    where exists (select 1 from trust_term)
)
select ruled.account_no, ruled.asset_no,
       (case when outside_trust.account_no is not null then -1
             when close_to_debtor.account_no is not null and term.insiders = 'estate' then -1
             when close_to_debtor.account_no is not null and term.insiders = 'subordinate' then 2
             when ruled.is_late and term.late = 'after' then 1
             else 0 end)::tinyint as tier,
       ruled.scheduled, ruled.filed,
       ruled.allowed::decimal(38, 0) as allowed,
       ruled.disputed::decimal(38, 0) as disputed,
       ruled.unclaimed::decimal(38, 0) as unclaimed,
       (case ruled.standing when 'allowed' then greatest(ruled.filed - ruled.allowed, 0)
                            when 'disallowed' then ruled.filed
                            when 'withdrawn' then ruled.filed
                            else 0 end)::decimal(38, 0) as disallowed
from ruled
left join close_to_debtor using (account_no)
left join outside_trust using (account_no)
cross join term
order by ruled.account_no, ruled.asset_no;

create or replace view claim_units as
select account_no, asset_no, tier, scheduled, filed, allowed, disputed, unclaimed, disallowed from claim_ruled;
