-- What one account lost through each event, and what met it.
--
-- Reads   account, asset, base, pool_line, rate, compensable, loss_item, pool, part_name
-- Makes   the figures in the order that usecases/explaining.py names them: of a pool by value, what was lost and what a unit is
--         worth are in the currency
with item as (
    select loss_item.item_no, pool.pool_no, loss_item.event, loss_item.custody, loss_item.units
    from loss_item
    join pool on pool.asset_no = loss_item.asset_no and pool.pool_no >= 0
    union all
    select loss_item.item_no, -1, loss_item.event, loss_item.custody,
           sum(scaled_half_even(loss_item.units, rate.numerator, rate.denominator))::decimal(38, 0)
    from loss_item
    join rate on rate.asset_no = loss_item.asset_no and rate.price_set = 'commencement'
    group by loss_item.item_no, loss_item.event, loss_item.custody
),
line as (
    select pool_line.pool_no, pool_line.account_no, pool_line.asset_no, pool_line.part, pool_line.pay_asset_no,
           sum(pool_line.weight)::decimal(38, 0) as weight
    from pool_line
    join account using (account_no)
    where account.account = $account
    group by pool_line.pool_no, pool_line.account_no, pool_line.asset_no, pool_line.part, pool_line.pay_asset_no
)
select asset.asset, part_name.name, item.event, item.custody, base.base::varchar, base.met::varchar,
       item.units::varchar, compensable.lost::varchar, paid_in.asset, paid_in.decimals,
       line.weight::varchar, compensable.gross::varchar, compensable.claimed::varchar,
       rate.numerator::varchar, rate.denominator::varchar
from base
join account using (account_no)
join asset on asset.asset_no = base.asset_no
join part_name using (part)
join line on line.account_no = base.account_no and line.asset_no = base.asset_no
    and line.part = base.part
join asset as paid_in on paid_in.asset_no = line.pay_asset_no
join item on item.item_no = base.item_no and item.pool_no = line.pool_no
join compensable on compensable.pool_no = line.pool_no
join rate on rate.asset_no = line.pay_asset_no and rate.price_set = 'commencement'
where account.account = $account and base.base > 0
order by base.asset_no, base.part, base.item_no
