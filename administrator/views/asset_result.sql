-- Owed, held and returned of every asset, as a summary shows it.
--
-- Reads   holding_total, asset, pool, pool_award, rate
-- Makes   asset, owed, held, shortfall, claims, awarded, dividend VARCHAR; by the value of what is owed, the greatest first
select asset.asset,
       units_text(total.owed, asset.decimals) as owed,
       units_text(total.held_customer, asset.decimals) as held,
       units_text(total.shortfall, asset.decimals) as shortfall,
       units_text(pool.claimed, asset.decimals) as claims,
       units_text(pool_award.awarded, asset.decimals) as awarded,
       case when pool.claimed > 0 then ratio_text(pool.dividend_numerator, pool.dividend_denominator) end as dividend
from holding_total as total
join asset using (asset_no)
left join pool on pool.pool_no = total.asset_no
left join pool_award on pool_award.pool_no = total.asset_no
left join rate on rate.asset_no = total.asset_no and rate.price_set = 'commencement'
order by scaled_half_even(total.owed, rate.numerator, rate.denominator) desc nulls last, asset.asset_no
