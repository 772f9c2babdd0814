-- What each line lost through each event that some policy or reserve answers for, in the reporting currency.
--
-- Reads   pool_line, compensable(pool_no, gross, claimed, lost DECIMAL(38,0) units),
--         loss_item(item_no, asset_no, units DECIMAL(38,0), is_covered BOOLEAN), rate, elected
-- Makes   base(account_no INTEGER, asset_no INTEGER, part INTEGER, item_no INTEGER, base, met DECIMAL(38,0) minor),
--         key (account_no, asset_no, part, item_no), ordered by it
-- Holds   sum over items of base <= value(claim) - value(share of gross): neither costs nor a holdback are a loss; whoever
--         chose a share that is fixed is done with it, and has no base
create or replace table base as
with line_loss as (
    select pool_line.account_no, pool_line.asset_no, pool_line.part, compensable.lost,
           greatest(
               scaled_half_even(pool_line.weight, rate.numerator, rate.denominator)
               - scaled_half_even(
                     case when compensable.gross >= compensable.claimed then pool_line.weight
                          else scaled_floor(pool_line.weight, compensable.gross, compensable.claimed) end,
                     rate.numerator, rate.denominator),
               0)::decimal(38, 0) as loss_minor
    from pool_line
    join compensable using (pool_no)
    join rate on rate.asset_no = pool_line.asset_no and rate.price_set = 'commencement'
    anti join elected on elected.account_no = pool_line.account_no
)
select line_loss.account_no, line_loss.asset_no, line_loss.part, loss_item.item_no,
       scaled_floor(line_loss.loss_minor, loss_item.units, line_loss.lost) as base,
       0::decimal(38, 0) as met
from line_loss
join loss_item using (asset_no)
where loss_item.is_covered and line_loss.loss_minor > 0
order by line_loss.account_no, line_loss.asset_no, line_loss.part, loss_item.item_no;
