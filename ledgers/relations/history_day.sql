-- What was owed and what was held of each asset at the end of each day on which something moved it.
--
-- Reads   occurring, history_term, history_owing, history_store
-- Makes   history_day(asset_no INTEGER, day DATE, owed, negative, held, hot, guarantee, house, shortfall DECIMAL(38,0)
--                     units null), key (asset_no, day), ordered by it
-- Holds   every asset that occurs has the opening and the day of commencement, whose row is at that instant and is
--         holding_total; before it, what is owed is null without a journal, what is held without transfers
create or replace temp table history_day as
with edged as (
    select occurring.asset_no, history_term.opening_on as day from occurring cross join history_term
    union
    select occurring.asset_no, history_term.commencement_on from occurring cross join history_term
    union
    select asset_no, day from history_owing
    union
    select asset_no, day from history_store
),
summed_up as (
    select edged.asset_no, edged.day,
           (sum(coalesce(history_owing.owed, 0)) over passed)::decimal(38, 0) as owed,
           (sum(coalesce(history_owing.negative, 0)) over passed)::decimal(38, 0) as negative,
           (sum(coalesce(history_store.held, 0)) over passed)::decimal(38, 0) as held,
           (sum(coalesce(history_store.hot, 0)) over passed)::decimal(38, 0) as hot,
           (sum(coalesce(history_store.guarantee, 0)) over passed)::decimal(38, 0) as guarantee,
           (sum(coalesce(history_store.house, 0)) over passed)::decimal(38, 0) as house
    from edged
    left join history_owing on history_owing.asset_no = edged.asset_no and history_owing.day = edged.day
    left join history_store on history_store.asset_no = edged.asset_no and history_store.day = edged.day
    window passed as (
        partition by edged.asset_no order by edged.day rows between unbounded preceding and current row
    )
),
known as (
    select summed_up.asset_no, summed_up.day, summed_up.owed, summed_up.negative, summed_up.held, summed_up.hot,
           summed_up.guarantee, summed_up.house,
           history_term.has_journal or summed_up.day = history_term.commencement_on as is_owed_known,
           history_term.has_transfers or summed_up.day = history_term.commencement_on as is_held_known
    from summed_up
    cross join history_term
)
select asset_no, day,
       case when is_owed_known then owed end as owed,
       case when is_owed_known then negative end as negative,
       case when is_held_known then held end as held,
       case when is_held_known then hot end as hot,
       case when is_held_known then guarantee end as guarantee,
       case when is_held_known then house end as house,
       case when is_owed_known and is_held_known then (owed - held)::decimal(38, 0) end as shortfall
from known
order by asset_no, day;
