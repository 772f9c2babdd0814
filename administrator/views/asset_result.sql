-- Owed, held and returned of every asset, as a summary shows it; behind them the pools that are of no one asset.
--
-- Reads   holding_total, asset, pool, pool_award, estate_pool, rate
-- Makes   asset, owed, held, shortfall, claims, awarded, dividend VARCHAR; by the value of what is owed, the greatest first
with every as (
    select pool_no, pool, asset_no, claimed, dividend_numerator, dividend_denominator, awarded
    from pool
    join pool_award using (pool_no)
    union all
    select pool_no, pool, asset_no, claimed, dividend_numerator, dividend_denominator, awarded
    from estate_pool
),
named as (
    select asset_no, asset as name, asset_no as pool_no from asset semi join holding_total using (asset_no)
    union all
    select asset_no, pool, pool_no from every where pool_no < 0 or pool_no > asset_no
)
select named.name as asset,
       units_text(total.owed, asset.decimals) as owed,
       units_text(total.held_customer, asset.decimals) as held,
       units_text(total.shortfall, asset.decimals) as shortfall,
       units_text(every.claimed, asset.decimals) as claims,
       units_text(every.awarded, asset.decimals) as awarded,
       case when every.claimed > 0 then ratio_text(every.dividend_numerator, every.dividend_denominator) end as dividend
from named
join asset using (asset_no)
left join holding_total as total on total.asset_no = named.pool_no
left join every on every.pool_no = named.pool_no
left join rate on rate.asset_no = named.asset_no and rate.price_set = 'commencement'
order by named.pool_no < 0, scaled_half_even(total.owed, rate.numerator, rate.denominator) desc nulls last, named.asset_no,
         named.pool_no desc
