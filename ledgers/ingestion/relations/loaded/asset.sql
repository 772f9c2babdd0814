-- Which assets are there?
--
-- Reads   incoming_assets, incoming_keys: the declared assets and each code that a pattern matched
-- Makes   asset(asset_no INTEGER key, dense from 0 in byte order of asset; asset VARCHAR, decimals INTEGER,
--         kind VARCHAR); asset_key(asset_key INTEGER key, asset_no INTEGER)
create or replace table asset as
select asset_no, asset, decimals, kind from incoming_assets order by asset_no;

create or replace temp table asset_key as
select asset_key, asset_no from incoming_keys;
