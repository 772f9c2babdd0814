-- What is claimed and what is recovered of each asset, at one set of prices.
--
-- Reads   claim_units, plan_units, measured(asset_no INTEGER key, numerator, denominator DECIMAL(38,0), is_own BOOLEAN:
--         whether the plan values the asset like that too), asset
-- Makes   asset_recovery(asset_no INTEGER key, claimed, got DECIMAL(38,0) minor units); nothing of what has no price
-- Holds   allowed claims alone, over all rounds together: what is disputed or unclaimed is nobody's yet
create or replace temp table asset_recovery as
with claimed as (
    select claim_units.asset_no,
           sum(scaled_half_even(claim_units.allowed, measured.numerator, measured.denominator)) as minor
    from claim_units
    join measured using (asset_no)
    group by claim_units.asset_no
),
got as (
    select plan_units.claim_asset_no as asset_no,
           sum(case when measured.is_own and plan_units.paid_before = 0 then plan_units.value_minor
                    else scaled_half_even(plan_units.entitled, measured.numerator, measured.denominator) end) as minor
    from plan_units
    join measured on measured.asset_no = plan_units.pay_asset_no
    where plan_units.part = 0
    group by plan_units.claim_asset_no
)
select asset.asset_no, coalesce(claimed.minor, 0)::decimal(38, 0) as claimed,
       coalesce(got.minor, 0)::decimal(38, 0) as got
from asset
left join claimed using (asset_no)
left join got using (asset_no)
where claimed.minor > 0 or got.minor > 0
order by asset.asset_no;
