-- Of each asset, where its shortfall stood in the end, since when it was open, and where it was greatest.
--
-- Reads   history_day, history_term, history_move, holding_total, asset
-- Makes   asset VARCHAR, owed, held, shortfall VARCHAR at commencement, is_short BOOLEAN, above_on VARCHAR null: the
--         first day that ended above zero; opened_on VARCHAR null: the first of the days that all ended above zero, up
--         to commencement; is_open_always BOOLEAN: no known day before it; open_days BIGINT null: from there on;
--         undated VARCHAR: known at commencement only; greatest, greatest_on VARCHAR; those short first, then by asset
with known as (
    select asset_no, day, shortfall from history_day where shortfall is not null
),
crossed as (
    select asset_no, min(day) as known_on, min(day) filter (where shortfall > 0) as above_on,
           max(day) filter (where shortfall <= 0) as closed_on, max(shortfall)::decimal(38, 0) as greatest
    from known
    group by asset_no
),
opened as (
    select known.asset_no, min(known.day) as opened_on
    from known
    join crossed using (asset_no)
    where crossed.closed_on is null or known.day > crossed.closed_on
    group by known.asset_no
),
topped as (
    select known.asset_no, min(known.day) as greatest_on
    from known
    join crossed using (asset_no)
    where known.shortfall = crossed.greatest
    group by known.asset_no
),
undated as (
    select history_move.asset_no, sum(history_move.units)::decimal(38, 0) as units
    from history_move
    join history_term on history_term.commencement_on = history_move.day
    where history_move.line = 'unobserved'
       or (history_move.line = 'books_difference' and not history_term.opens_with_balances)
    group by history_move.asset_no
)
select asset.asset, units_text(total.owed, asset.decimals) as owed,
       units_text(total.held_customer, asset.decimals) as held,
       units_text(total.shortfall, asset.decimals) as shortfall,
       total.shortfall > 0 as is_short, crossed.above_on::varchar as above_on, opened.opened_on::varchar as opened_on,
       crossed.closed_on is null as is_open_always, history_term.commencement_on - opened.opened_on as open_days,
       units_text(coalesce(undated.units, 0)::decimal(38, 0), asset.decimals) as undated,
       units_text(crossed.greatest, asset.decimals) as greatest, topped.greatest_on::varchar as greatest_on
from holding_total as total
join asset using (asset_no)
join crossed using (asset_no)
join topped using (asset_no)
left join opened using (asset_no)
left join undated using (asset_no)
cross join history_term
order by total.shortfall <= 0, total.asset_no
