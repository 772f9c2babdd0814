-- Assets that occur, the one whose shortfall is worth most first: whose flows are looked at where nobody chose.
--
-- Reads   holding_total, asset, rate
-- Makes   asset VARCHAR, asset_no INTEGER, decimals INTEGER, owed, shortfall, shortfall_units VARCHAR, in that order
select asset.asset, asset.asset_no, asset.decimals, units_text(total.owed, asset.decimals) as owed,
       units_text(total.shortfall, asset.decimals) as shortfall, total.shortfall::varchar as shortfall_units
from holding_total as total
join asset using (asset_no)
left join rate on rate.asset_no = total.asset_no and rate.price_set = 'commencement'
order by scaled_half_even(greatest(total.shortfall, 0), rate.numerator, rate.denominator) desc nulls last,
         total.shortfall <= 0, asset.asset_no
