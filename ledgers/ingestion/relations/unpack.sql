-- One row a position: the packed cell of an account, taken apart.
--
-- Reads   staged(row, account, positions)
-- Takes   $pattern: with two groups; $asset_group, $quantity_group: their numbers
-- Makes   staged(row, account, asset, quantity), several rows a row of the file;
--         packed_apart(row, account, positions, found: what of it the pattern matches): those not wholly covered
-- Holds   a cell is taken apart only where the positions, and one separator between each two, are all of it
--
-- chr(1) stands for a position in the check of what is left; a cell that contains it is not taken apart.
create or replace temp table packed as
select "row", account, positions,
       instr(positions, chr(1)) = 0
           and regexp_full_match(
               regexp_replace(positions, $pattern, chr(1), 'g'), '\x01( ?[,;|] ?\x01| \x01)*'
           ) as is_whole
from staged;

create or replace temp table packed_apart as
select "row", account, positions, regexp_extract_all(positions, $pattern, 0) as found
from packed
where not coalesce(is_whole, false) or account is null;

create or replace temp table staged as
select "row", account,
       nullif(unnest(regexp_extract_all(positions, $pattern, $asset_group)), '') as asset,
       nullif(unnest(regexp_extract_all(positions, $pattern, $quantity_group)), '') as quantity
from packed
where is_whole and account is not null;
