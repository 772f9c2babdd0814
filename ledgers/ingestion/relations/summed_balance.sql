-- Add up the rows of one account and asset, which the sources declare to be parts of one figure.
--
-- Makes   balance, its key unique; each row from where the first part stood
create or replace temp table summed as
select account_no, asset_no, sum(units)::decimal(38, 0) as units,
       min((source_no, "row")) as place
from balance
group by account_no, asset_no;

create or replace table balance as
select account_no, asset_no, units, place[1]::integer as source_no, place[2]::bigint as "row"
from summed;
