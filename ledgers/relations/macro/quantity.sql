-- What whole number of base units does a text say? The definition is ledgers.units; tests compare the two.
--
-- Makes   is_plain(text), plain_of(text), has_room(text, decimals), units_of(text, decimals, truncate, scientific),
--         is_price(text)
-- Holds   a text outside the grammar gives NULL, never another number; nothing is rounded
--
-- By text, not by a cast: `'1_000'::decimal` is 1000, `'1e-19'::decimal(38,18)` rounds, and ' 1' is taken too.
create or replace temp macro is_plain(t) as
    regexp_full_match(t, '-?[0-9]+(\.[0-9]+)?');

-- Digits behind the point, or none.
create or replace temp macro fraction_of(t) as
    case when instr(t, '.') = 0 then '' else substr(t, instr(t, '.') + 1) end;

create or replace temp macro is_scientific(t) as
    regexp_full_match(t, '-?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]{1,4}');

-- The digits of a mantissa with the point moved to place `point`, counted from its first digit.
create or replace temp macro with_point_at(digits, point) as
    case
        when point <= 0 then '0.' || repeat('0', -point) || digits
        when point >= length(digits) then digits || repeat('0', point - length(digits))
        else left(digits, point) || '.' || substr(digits, point + 1)
    end;

-- 5e-7 as 0.0000005; any other text as it is. `try_cast`, because constants are folded before `case` can guard a cast.
create or replace temp macro plain_of(t) as
    case
        when is_scientific(t) then
            case when t like '-%' then '-' else '' end
            || with_point_at(
                replace(regexp_extract(t, '-?([0-9.]+)', 1), '.', ''),
                length(regexp_extract(t, '-?([0-9]+)', 1))
                + try_cast(regexp_extract(t, '[eE]([+-]?[0-9]+)$', 1) as integer)
            )
        else t
    end;

-- Whether what stands behind the asset's last decimal is nothing, or zeros only.
create or replace temp macro has_room(t, decimals) as
    instr(t, '.') = 0 or length(t) - instr(t, '.') <= decimals or length(rtrim(fraction_of(t), '0')) <= decimals;

-- The units of a plain decimal; more than 38 digits fail the cast and give NULL.
create or replace temp macro plain_units(t, decimals) as
    case
        when instr(t, '.') = 0 then try_cast(t || repeat('0', decimals) as decimal(38, 0))
        when length(t) - instr(t, '.') <= decimals
            then try_cast(
                replace(t, '.', '') || repeat('0', decimals - (length(t) - instr(t, '.'))::integer) as decimal(38, 0)
            )
        else try_cast(left(t, instr(t, '.') - 1) || left(fraction_of(t), decimals) as decimal(38, 0))
    end;

create or replace temp macro units_of(t, decimals, is_truncated, takes_scientific) as
    case
        when is_plain(t) and (has_room(t, decimals) or is_truncated) then plain_units(t, decimals)
        -- Transforming a list of one gives its value a name, so that it is written into a statement once.
        when takes_scientific and is_scientific(t)
            then list_transform([plain_of(t)], lambda plain:
                case when has_room(plain, decimals) or is_truncated then plain_units(plain, decimals) end)[1]
    end;

-- Whether a text is a price: never negative, at most 38 digits above and 37 below the point.
create or replace temp macro is_price(t) as
    regexp_full_match(t, '[0-9]+(\.[0-9]+)?|-0+(\.0+)?')
    and length(rtrim(fraction_of(t), '0')) < 38
    and length(ltrim(
        replace(case when instr(t, '.') = 0 then t else rtrim(rtrim(t, '0'), '.') end, '.', ''), '-0'
    )) <= 38;
