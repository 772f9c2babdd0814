-- segregation_history.csv: whether customers' assets were kept apart, at the end of each day on which it changed.
--
-- Reads   history_segregation, asset
-- Makes   day, test, asset, measured, required, met VARCHAR, as in segregation.csv; by day, test, asset
select history_segregation.day::varchar as day, history_segregation.test, asset.asset,
       case when history_segregation.test <> 'hot_share'
                then units_text(history_segregation.measured_units, asset.decimals)
            when history_segregation.is_partial then 'partial'
            when history_segregation.customer_minor > 0
                then ratio_text(history_segregation.hot_minor, history_segregation.customer_minor) end as measured,
       case when history_segregation.test = 'hot_share' then '0.05'
            else units_text(history_segregation.required_units, asset.decimals) end as required,
       case when history_segregation.met then 'yes' when not history_segregation.met then 'no' end as met
from history_segregation
left join asset using (asset_no)
order by history_segregation.day, history_segregation.test, history_segregation.asset_no nulls first
