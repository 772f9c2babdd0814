-- Which row of which file gives the price of claims of each asset that one account claims.
--
-- Reads   claim_row, account, asset, price, source, term
-- Makes   asset, price, source VARCHAR, row BIGINT; by asset
select asset.asset, price.price, source.source, price."row"
from claim_row
join account using (account_no)
join asset on asset.asset_no = claim_row.asset_no
join price on price.asset_no = claim_row.asset_no and price.price_set = (select price_set from term)
join source on source.source_no = price.source_no
where account.account = $account
order by asset.asset_no
