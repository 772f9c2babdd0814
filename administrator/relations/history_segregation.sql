-- Whether customers' assets were kept apart as the rules want, at the end of each day on which it changed (rules 2).
--
-- Reads   history_day, history_term, occurring, rate
-- Makes   history_segregation(day DATE, test VARCHAR, asset_no INTEGER null, measured_units, required_units
--                             DECIMAL(38,0) null, hot_minor, customer_minor DECIMAL(38,0) null, is_partial BOOLEAN,
--                             met BOOLEAN null), key (day, test, asset_no), ordered by it
-- Holds   on the last day the rows of segregation.csv; hot_share has no asset, and is valued at commencement prices on
--         every day: it asks how much lay open, not how the market went; measured_units and required_units are of the
--         other tests; met is null where a price is missing or nothing was held
--
-- The two tests that are only named where they fail have a row too on the day from which they are met again.
create or replace temp table history_segregation as
with held as (
    select history_day.asset_no, history_day.day, history_day.held, history_day.hot, history_day.guarantee
    from history_day
    join occurring using (asset_no)
    where occurring.kind = 'crypto' and history_day.held is not null
),
valued as (
    select held.asset_no, held.day,
           coalesce(scaled_half_even(held.held, rate.numerator, rate.denominator), 0)::decimal(38, 0) as customer_minor,
           coalesce(scaled_half_even(held.hot, rate.numerator, rate.denominator), 0)::decimal(38, 0) as hot_minor,
           case when rate.asset_no is null and held.held > 0 then 1 else 0 end as unpriced
    from held
    left join rate on rate.asset_no = held.asset_no and rate.price_set = 'commencement'
),
stepped as (
    select day,
           (customer_minor - lag(customer_minor, 1, 0::decimal(38, 0)) over before)::decimal(38, 0) as customer_minor,
           (hot_minor - lag(hot_minor, 1, 0::decimal(38, 0)) over before)::decimal(38, 0) as hot_minor,
           unpriced - lag(unpriced, 1, 0) over before as unpriced
    from valued
    window before as (partition by asset_no order by day)
),
by_day as (
    select day, sum(customer_minor)::decimal(38, 0) as customer_minor, sum(hot_minor)::decimal(38, 0) as hot_minor,
           sum(unpriced)::bigint as unpriced
    from (
        select day, customer_minor, hot_minor, unpriced from stepped
        union all
        select commencement_on, 0, 0, 0 from history_term
        union all
        select opening_on, 0, 0, 0 from history_term where has_transfers
    )
    group by day
),
share as (
    select day, (sum(customer_minor) over passed)::decimal(38, 0) as customer_minor,
           (sum(hot_minor) over passed)::decimal(38, 0) as hot_minor, sum(unpriced) over passed > 0 as is_partial
    from by_day
    window passed as (order by day rows between unbounded preceding and current row)
),
excess as (
    select 'customer_assets_in_house_wallets' as test, asset_no, day,
           least(greatest(shortfall, 0::decimal(38, 0)), house)::decimal(38, 0) as units
    from history_day
    where shortfall is not null
    union all
    select 'house_assets_in_customer_wallets', asset_no, day, (-shortfall)::decimal(38, 0)
    from history_day
    where shortfall is not null
),
told as (
    select test, asset_no, day, greatest(units, 0::decimal(38, 0)) as units,
           lag(units, 1, 0::decimal(38, 0)) over (partition by test, asset_no order by day) as units_before
    from excess
)
select day, 'hot_share' as test, null::integer as asset_no, null::decimal(38, 0) as measured_units,
       null::decimal(38, 0) as required_units, hot_minor, customer_minor, is_partial,
       case when is_partial or customer_minor <= 0 then null else hot_minor * 20 <= customer_minor end as met
from share
union all
select day, 'guarantee', asset_no, guarantee, hot, null, null, false, guarantee >= hot
from held
union all
select day, test, asset_no, units, 0::decimal(38, 0), null, null, false, units = 0
from told
where units > 0 or units_before > 0
order by day, test, asset_no nulls first;
