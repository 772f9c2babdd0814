-- How a whole number of base units is written: a plain decimal of the whole asset, at its full scale.
--
-- Makes   macro digits_text(units DECIMAL(38,0), decimals INTEGER): the digits without sign, one before the point at least
--         macro units_text(units DECIMAL(38,0), decimals INTEGER) VARCHAR
--         macro ratio_text(numerator DECIMAL(38,0), denominator DECIMAL(38,0)) VARCHAR: eight decimals, cut off towards zero
-- Same as ledgers.units.format_units and format_ratio, which are the definition; tests compare them.
create or replace temp macro digits_text(units, decimals) as
    lpad(abs(units)::varchar, greatest(decimals + 1, length(abs(units)::varchar))::integer, '0');

create or replace temp macro units_text(units, decimals) as
    case when units is null then null
         when decimals = 0 then units::varchar
         else case when units < 0 then '-' else '' end
              || left(digits_text(units, decimals), -decimals) || '.' || right(digits_text(units, decimals), decimals) end;

create or replace temp macro ratio_text(numerator, denominator) as
    units_text(case when numerator < 0
                    then -scaled_floor((-numerator)::decimal(38, 0), 100000000::decimal(38, 0), denominator)
                    else scaled_floor(numerator, 100000000::decimal(38, 0), denominator) end, 8);
