-- segregation.csv: whether customers' assets were kept apart as the rules want.
--
-- Reads   holding_total, occurring, rate, term
-- Makes   test, asset, measured, required, met; by test, asset
with valued as (
    select occurring.asset_no, total.held_customer, total.hot,
           scaled_half_even(total.held_customer, rate.numerator, rate.denominator) as customer_minor,
           scaled_half_even(total.hot, rate.numerator, rate.denominator) as hot_minor,
           rate.asset_no is null and total.held_customer > 0 as is_unpriced
    from occurring
    join holding_total as total using (asset_no)
    left join rate on rate.asset_no = occurring.asset_no and rate.price_set = 'commencement'
    where occurring.kind = 'crypto'
),
hot_share as (
    select coalesce(bool_or(is_unpriced), false) as is_partial,
           coalesce(sum(hot_minor), 0)::decimal(38, 0) as hot,
           coalesce(sum(customer_minor), 0)::decimal(38, 0) as customer
    from valued
),
test as (
    select 'hot_share' as test, null::integer as asset_no, null as asset,
           case when is_partial then 'partial' when customer > 0 then ratio_text(hot, customer) end as measured,
           '0.05' as required,
           case when is_partial or customer <= 0 then null when hot * 20 <= customer then 'yes' else 'no' end as met
    from hot_share
    union all
    select 'guarantee', occurring.asset_no, occurring.asset,
           units_text(total.held_guarantee, occurring.decimals), units_text(total.hot, occurring.decimals),
           case when total.held_guarantee >= total.hot then 'yes' else 'no' end
    from occurring
    join holding_total as total using (asset_no)
    where occurring.kind = 'crypto'
    union all
    select 'customer_assets_in_house_wallets', occurring.asset_no, occurring.asset,
           units_text(least(greatest(total.shortfall, 0), total.held_house)::decimal(38, 0), occurring.decimals),
           units_text(0::decimal(38, 0), occurring.decimals), 'no'
    from occurring
    join holding_total as total using (asset_no)
    where least(greatest(total.shortfall, 0), total.held_house) > 0
    union all
    select 'house_assets_in_customer_wallets', occurring.asset_no, occurring.asset,
           units_text((-total.shortfall)::decimal(38, 0), occurring.decimals),
           units_text(0::decimal(38, 0), occurring.decimals), 'no'
    from occurring
    join holding_total as total using (asset_no)
    where total.shortfall < 0
)
select test, asset, measured, required, met
from test
order by test, coalesce(asset_no, -1)
