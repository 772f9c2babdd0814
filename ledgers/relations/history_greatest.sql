-- On which days was the shortfall of each asset moved most?
--
-- Reads   history_move
-- Makes   history_greatest(asset_no INTEGER, day DATE, nth INTEGER from 1, units DECIMAL(38,0)), key (asset_no, nth)
-- Holds   ten days an asset at most, by the size of what its lines sum to, ties to the earlier day; timing is left out:
--         what is only on its way is back within days and would hide what never came back
create or replace temp table history_greatest as
with moved as (
    select asset_no, day, sum(units)::decimal(38, 0) as units
    from history_move
    where line <> 'timing'
    group by asset_no, day
    having sum(units) <> 0
),
ranked as (
    select asset_no, day, units, row_number() over (partition by asset_no order by abs(units) desc, day)::integer as nth
    from moved
)
select asset_no, day, nth, units
from ranked
where nth <= 10
order by asset_no, nth;
