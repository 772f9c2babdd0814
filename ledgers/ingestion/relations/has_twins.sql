-- Are there balances with equal keys? They lie in the order of their key, so equal ones lie side by side.
--
-- Reads   balance
-- Makes   duplicate_keys(keys BIGINT): how many rows have the key of the row before, or one below it
create or replace temp table duplicate_keys as
with beside as (
    select account_no, asset_no, lag(account_no) over () as account_no_before, lag(asset_no) over () as asset_no_before
    from balance
)
select count(*) as keys
from beside
where account_no_before > account_no or (account_no_before = account_no and asset_no_before >= asset_no);
