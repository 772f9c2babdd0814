-- What each line gets of the estate, rounded down.
--
-- Reads   estate_line, estate_tier
-- Makes   estate_share(account_no, asset_no, part, tier INTEGER, weight, room, entitled DECIMAL(38,0), is_capped, is_out BOOLEAN)
-- Holds   entitled <= room; whoever had more before gets no share
create or replace table estate_share as
select estate_line.account_no, estate_line.asset_no, estate_line.part, estate_line.tier, estate_line.weight,
       estate_line.room,
       case when estate_line.is_out then 0::decimal(38, 0)
            when estate_tier.is_whole then least(estate_line.weight, estate_line.room)
            when estate_line.is_capped then estate_line.room
            else scaled_floor(estate_line.weight, estate_tier.payable, estate_tier.claimed) end as entitled,
       estate_line.is_capped, estate_line.is_out
from estate_line
join estate_tier using (tier)
order by estate_line.account_no, estate_line.asset_no, estate_line.part, estate_line.tier;
