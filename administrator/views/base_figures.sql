-- What one account lost through each event, and what met it.
--
-- Reads   account, asset, base, share_line, rate, compensable, loss_item, part_name
-- Makes   the figures in the order that usecases/explaining.py names them
select asset.asset, part_name.name, loss_item.event, loss_item.custody, base.base::varchar, base.met::varchar,
       loss_item.units::varchar, compensable.lost::varchar, asset.decimals,
       share_line.claim_units::varchar, compensable.gross::varchar, compensable.claimed::varchar,
       rate.numerator::varchar, rate.denominator::varchar
from base
join account using (account_no)
join asset on asset.asset_no = base.asset_no
join part_name using (part)
join loss_item on loss_item.item_no = base.item_no and loss_item.asset_no = base.asset_no
join compensable on compensable.asset_no = base.asset_no
join share_line on share_line.account_no = base.account_no and share_line.asset_no = base.asset_no
    and share_line.part = base.part
join rate on rate.asset_no = base.asset_no and rate.price_set = 'commencement'
where account.account = $account and base.base > 0
order by base.asset_no, base.part, base.item_no
