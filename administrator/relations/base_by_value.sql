-- What each line lost through each event, where all is one pool by value.
--
-- Reads   pool_line, compensable(pool_no, gross, claimed, lost DECIMAL(38,0) minor), rate, loss_item, elected
-- Makes   base, as base.sql; a line's loss is spread over all items by what they were worth at commencement
-- Holds   sum over items of base <= claim - share of gross
create or replace table base as
with line as (
    select pool_no, account_no, asset_no, part, sum(weight)::decimal(38, 0) as weight
    from pool_line
    group by pool_no, account_no, asset_no, part
),
line_loss as (
    select line.account_no, line.asset_no, line.part, compensable.lost,
           (line.weight
            - case when compensable.gross >= compensable.claimed then line.weight
                   else scaled_floor(line.weight, compensable.gross, compensable.claimed) end)::decimal(38, 0) as loss_minor
    from line
    join compensable using (pool_no)
    anti join elected on elected.account_no = line.account_no
),
item as (
    select loss_item.item_no, bool_or(loss_item.is_covered) as is_covered,
           sum(scaled_half_even(loss_item.units, rate.numerator, rate.denominator))::decimal(38, 0) as minor
    from loss_item
    join rate on rate.asset_no = loss_item.asset_no and rate.price_set = 'commencement'
    group by loss_item.item_no
)
select line_loss.account_no, line_loss.asset_no, line_loss.part, item.item_no,
       scaled_floor(line_loss.loss_minor, item.minor, line_loss.lost) as base,
       0::decimal(38, 0) as met
from line_loss
cross join item
where item.is_covered and line_loss.loss_minor > 0
order by line_loss.account_no, line_loss.asset_no, line_loss.part, item.item_no;
