-- What did truncation cut off?
--
-- Reads   staged, asset_code, {typed} without the rows that were refused
-- Makes   cut(asset_key INTEGER, is_negative BOOLEAN, digits VARCHAR, rows BIGINT, row BIGINT, cell VARCHAR): digits
--         behind the asset's last decimal, without the zeros at their end, of the rows that had any, and the first such
create or replace temp table cut as
with plain as (
    select s."row", s."{column}" as cell, a.asset_key, a.decimals, case when $scientific then plain_of(s."{column}") else s."{column}" end as t
    from staged s
    join asset_code a on a.code = s."{asset_column}"
    semi join (select "row" from {typed} where source_no = $source_no) as accepted using ("row")
)
select asset_key, t like '-%' as is_negative, rtrim(substr(fraction_of(t), decimals + 1), '0') as digits,
       count(*) as rows, min("row") as "row", arg_min(cell, "row") as cell
from plain
where not has_room(t, decimals)
group by asset_key, is_negative, digits;
