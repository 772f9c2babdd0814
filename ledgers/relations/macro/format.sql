-- How a ratio is written: eight decimals, cut off towards zero.
--
-- Makes   macro ratio_text(numerator DECIMAL(38,0), denominator DECIMAL(38,0)) VARCHAR
-- Same as ledgers.units.format_ratio, which is the definition; tests compare them.
create or replace temp macro ratio_text(numerator, denominator) as
    units_text(case when numerator < 0
                    then -scaled_floor((-numerator)::decimal(38, 0), 100000000::decimal(38, 0), denominator)
                    else scaled_floor(numerator, 100000000::decimal(38, 0), denominator) end, 8);
