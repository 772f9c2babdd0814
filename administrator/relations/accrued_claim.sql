-- What holders claim of assets that came after commencement, beside what they claim anyway.
--
-- Reads   claim_ruled, accrual(accrual_no, asset_no, of_no, is_holders, numerator, denominator)
-- Makes   rows of accrued(account_no, asset_no, accrual_no INTEGER, tier TINYINT, of_allowed, of_disputed, of_unclaimed, allowed,
--                 disputed, unclaimed DECIMAL(38,0) units), key (account_no, asset_no, accrual_no): each part by itself
--         claim_accrued: claim_ruled with what accrued, ordered by its key; claim_units: the same
-- Holds   scheduled, filed and disallowed are those of claim_ruled; only what is claimed without accruals earns
--
-- An account that claims the asset anyway keeps the tier of that claim; else it has that of what earned, the last of
-- several.
insert into accrued
select claim_ruled.account_no, accrual.asset_no, accrual.accrual_no, claim_ruled.tier,
       claim_ruled.allowed as of_allowed, claim_ruled.disputed as of_disputed, claim_ruled.unclaimed as of_unclaimed,
       scaled_floor(claim_ruled.allowed, accrual.numerator, accrual.denominator) as allowed,
       scaled_floor(claim_ruled.disputed, accrual.numerator, accrual.denominator) as disputed,
       scaled_floor(claim_ruled.unclaimed, accrual.numerator, accrual.denominator) as unclaimed
from claim_ruled
join accrual on accrual.of_no = claim_ruled.asset_no
where accrual.is_holders
  and (claim_ruled.allowed > 0 or claim_ruled.disputed > 0 or claim_ruled.unclaimed > 0)
order by claim_ruled.account_no, accrual.asset_no, accrual.accrual_no;

create or replace table claim_accrued as
with earned as (
    select account_no, asset_no, max(tier) as tier, sum(allowed) as allowed, sum(disputed) as disputed,
           sum(unclaimed) as unclaimed
    from accrued
    group by account_no, asset_no
)
select coalesce(claim_ruled.account_no, earned.account_no) as account_no,
       coalesce(claim_ruled.asset_no, earned.asset_no) as asset_no,
       (case when claim_ruled.allowed > 0 or claim_ruled.disputed > 0 or claim_ruled.unclaimed > 0 then claim_ruled.tier
             else coalesce(earned.tier, claim_ruled.tier) end)::tinyint as tier,
       coalesce(claim_ruled.scheduled, 0)::decimal(38, 0) as scheduled,
       claim_ruled.filed,
       (coalesce(claim_ruled.allowed, 0) + coalesce(earned.allowed, 0))::decimal(38, 0) as allowed,
       (coalesce(claim_ruled.disputed, 0) + coalesce(earned.disputed, 0))::decimal(38, 0) as disputed,
       (coalesce(claim_ruled.unclaimed, 0) + coalesce(earned.unclaimed, 0))::decimal(38, 0) as unclaimed,
       coalesce(claim_ruled.disallowed, 0)::decimal(38, 0) as disallowed
from claim_ruled
full join earned on earned.account_no = claim_ruled.account_no and earned.asset_no = claim_ruled.asset_no
order by coalesce(claim_ruled.account_no, earned.account_no), coalesce(claim_ruled.asset_no, earned.asset_no);

create or replace view claim_units as
select account_no, asset_no, tier, scheduled, filed, allowed, disputed, unclaimed, disallowed from claim_accrued;
