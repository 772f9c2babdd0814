-- What interest each claim bears since commencement; it is paid when the claims are whole.
--
-- Reads   estate_line
-- Takes   $numerator, $denominator: what a claim of one bears over all days
-- Makes   rows of estate_line, tier 2
insert into estate_line
with borne as (
    select account_no, asset_no, part,
           scaled_half_even(weight, $numerator::decimal(38, 0), $denominator::decimal(38, 0)) as minor
    from estate_line
    where tier in (0, 1)
)
select account_no, asset_no, part, 2, minor, minor, false, false
from borne
where minor > 0
order by account_no, asset_no, part;
