-- Which claim counts for each account and asset.
--
-- Reads   claim, account, term
-- Makes   counted_claim(account_no, asset_no INTEGER, claim VARCHAR, filed DECIMAL(38,0), standing VARCHAR, allowed_units,
--                       provisional_units DECIMAL(38,0) null, is_late BOOLEAN), key (account_no, asset_no)
-- Holds   of two claims for one line the later filed counts, then the greater id; the house has none; a claim that is
--         excused is allowed, and never late (Bankruptcy Act of Japan art. 112)
create or replace table counted_claim as
with ranked as (
    select claim.*,
           row_number() over (
               partition by claim.account_no, claim.asset_no
               order by claim.filed_at desc nulls last, claim.claim desc
           ) as nth
    from claim
    join account using (account_no)
    where account.kind <> 'house'
)
select account_no, asset_no, claim, units as filed,
       case when standing = 'excused' then 'allowed' else standing end as standing, allowed_units, provisional_units,
       coalesce(standing, '') <> 'excused' and coalesce(filed_at >= term.bar_at, false) as is_late
from ranked
cross join term
where nth = 1;
