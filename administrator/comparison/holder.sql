-- What each holder claims and recovers, at one set of prices.
--
-- Reads   claim_units, plan_units, measured, person
-- Makes   holder_recovery(holder_no INTEGER key, class VARCHAR, claimed, got DECIMAL(38,0) minor units)
-- Holds   the sums are those of asset_recovery
create or replace temp table holder_recovery as
with claimed as (
    select claim_units.account_no,
           sum(scaled_half_even(claim_units.allowed, measured.numerator, measured.denominator)) as minor
    from claim_units
    join measured using (asset_no)
    group by claim_units.account_no
),
got as (
    select plan_units.account_no,
           sum(scaled_half_even(plan_units.entitled, measured.numerator, measured.denominator)) as minor
    from plan_units
    join measured on measured.asset_no = plan_units.pay_asset_no
    where plan_units.part = 0
    group by plan_units.account_no
)
select person.holder_no, min(person.class) as class, sum(coalesce(claimed.minor, 0))::decimal(38, 0) as claimed,
       sum(coalesce(got.minor, 0))::decimal(38, 0) as got
from person
left join claimed using (account_no)
left join got using (account_no)
where claimed.minor is not null or got.minor is not null
group by person.holder_no;
