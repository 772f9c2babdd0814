-- Add up the rows of one wallet and asset, which the sources declare to be parts of one figure: many boxes, one wallet.
--
-- Makes   wallet, its key unique; all but the units as the first part says
create or replace temp table summed as
select wallet, asset_no, sum(units)::decimal(38, 0) as units, sum(opening_units)::decimal(38, 0) as opening_units,
       min((source_no, "row")) as place
from wallet
group by wallet, asset_no;

create or replace table wallet as
select summed.wallet, summed.asset_no, summed.units, w.address, w.chain, w.custody, w.purpose, w.as_of,
       summed.opening_units, w.omnibus, w.source_no, w."row"
from summed
join wallet w on w.wallet = summed.wallet and w.asset_no = summed.asset_no
    and w.source_no = place[1]::integer and w."row" = place[2]::bigint;
