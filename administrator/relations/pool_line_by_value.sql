-- The lines that share in the one pool by value, each by what it was worth at commencement, paid in the currency.
--
-- Reads   share_line, rate, term
-- Makes   pool_line, as pool_line.sql; pool_no -1
-- Holds   a line without a price, or worth nothing, is no claim on it
create or replace table pool_line as
with valued as (
    select share_line.account_no, share_line.asset_no, share_line.part, share_line.tier,
           scaled_half_even(share_line.claim_units, rate.numerator, rate.denominator) as weight
    from share_line
    join rate on rate.asset_no = share_line.asset_no and rate.price_set = 'commencement'
)
select valued.account_no, valued.asset_no, valued.part, valued.tier, -1 as pool_no, term.currency_no as pay_asset_no,
       valued.weight
from valued
cross join term
where valued.weight > 0
order by valued.account_no, valued.asset_no, valued.part;
