-- What customers are owed and what is held for them, asset by asset, valued at commencement: what a reserve is sized by.
-- Money is left out: reserves against losses of crypto are sized by crypto.
--
-- Reads   occurring, holding_total, rate
-- Makes   asset VARCHAR, owed, held, hot VARCHAR: minor units, empty where the asset has no price;
--         unpriced BOOLEAN: no price, and there is something; by asset
select occurring.asset,
       scaled_half_even(total.owed, rate.numerator, rate.denominator)::varchar as owed,
       scaled_half_even(total.held_customer, rate.numerator, rate.denominator)::varchar as held,
       scaled_half_even(total.hot, rate.numerator, rate.denominator)::varchar as hot,
       rate.asset_no is null and (total.owed <> 0 or total.held_customer <> 0) as unpriced
from occurring
join holding_total as total using (asset_no)
left join rate on rate.asset_no = occurring.asset_no and rate.price_set = 'commencement'
where occurring.kind <> 'fiat'
order by occurring.asset_no
