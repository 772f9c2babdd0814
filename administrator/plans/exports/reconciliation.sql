-- reconciliation.csv: owed against held, asset by asset.
--
-- Reads   holding_total, asset, rate, price_text, term
-- Makes   asset, owed, negative, held_customer, held_house, held_guarantee, hot, shortfall, coverage, price, owed_value,
--         shortfall_value; by asset
select asset.asset,
       units_text(total.owed, asset.decimals) as owed,
       units_text(total.negative, asset.decimals) as negative,
       units_text(total.held_customer, asset.decimals) as held_customer,
       units_text(total.held_house, asset.decimals) as held_house,
       units_text(total.held_guarantee, asset.decimals) as held_guarantee,
       units_text(total.hot, asset.decimals) as hot,
       units_text(total.shortfall, asset.decimals) as shortfall,
       case when total.owed > 0 then ratio_text(total.held_customer, total.owed) end as coverage,
       price_text.price,
       units_text(scaled_half_even(total.owed, rate.numerator, rate.denominator), term.currency_decimals) as owed_value,
       units_text(scaled_half_even(total.shortfall, rate.numerator, rate.denominator), term.currency_decimals)
           as shortfall_value
from holding_total as total
join asset using (asset_no)
cross join term
left join rate on rate.asset_no = total.asset_no and rate.price_set = 'commencement'
left join price_text on price_text.asset_no = total.asset_no
order by total.asset_no
