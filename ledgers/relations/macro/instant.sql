-- When was that, in UTC? ISO 8601: a day, or a day and a time with or without an offset.
--
-- Makes   is_instant(text), offset_of(text), local_at(text), utc_at(text, zone_day columns)
-- Holds   a text outside the grammar, a day that is none, a local time that the zone skips or has twice, and a
--         local time without a zone give NULL
create or replace temp macro is_instant(t) as
    regexp_full_match(
        t,
        '[12][0-9]{3}-[0-9]{2}-[0-9]{2}'
        || '([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?'
        || '(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)?)?'
    );

-- '' where there is none; the first ten characters are the day, whose hyphens are no signs.
create or replace temp macro offset_of(t) as
    regexp_extract(substr(t, 11), '(Z|[+-][0-9:]+)$', 1);

create or replace temp macro local_at(t) as
    case
        when is_instant(t) then
            case
                when length(t) = 10 then try_cast(t || ' 00:00:00' as timestamp)
                when length(t) - length(offset_of(t)) = 16 then try_cast(left(t, 16) || ':00' as timestamp)
                else try_cast(left(t, length(t) - length(offset_of(t))) as timestamp)
            end
    end;

create or replace temp macro offset_seconds(o) as
    case
        when o = 'Z' then 0
        else (case when o like '-%' then -1 else 1 end)
            * (try_cast(substr(o, 2, 2) as integer) * 3600
                + coalesce(try_cast(right(replace(substr(o, 4), ':', ''), 2) as integer), 0) * 60)
    end;

-- before_seconds holds until odd_from, after_seconds from odd_until on; what lies between is skipped or twice.
create or replace temp macro utc_at(t, before_seconds, odd_from, odd_until, after_seconds) as
    case
        when offset_of(t) <> '' then local_at(t) - to_seconds(offset_seconds(offset_of(t)))
        when odd_from is null or local_at(t) < odd_from then local_at(t) - to_seconds(before_seconds)
        when local_at(t) >= odd_until then local_at(t) - to_seconds(after_seconds)
    end;
