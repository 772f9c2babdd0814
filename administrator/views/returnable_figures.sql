-- What one account sent after commencement, and is due whole.
--
-- Reads   returnable, account, asset, source
-- Makes   the figures in the order that usecases/explained.py names them; by transfer
select returnable.transfer, instant_shown(returnable.occurred_at), asset.asset, asset.decimals, returnable.units::varchar,
       returnable.paid_before::varchar, returnable.due::varchar, source.source, returnable."row"
from returnable
join account using (account_no)
join asset on asset.asset_no = returnable.asset_no
join source on source.source_no = returnable.source_no
where account.account = $account
order by returnable.transfer
