-- The lines that share in the pools: each non-zero part of each claim.
--
-- Reads   claim_row
-- Makes   share_line(account_no INTEGER, asset_no INTEGER, part INTEGER, tier INTEGER, claim_units DECIMAL(38,0) > 0),
--         key (account_no, asset_no, part), ordered by it; part 0 allowed, 1 disputed, 2 unclaimed
-- Holds   sum(claim_units) = sum(allowed + disputed + unclaimed) over claim_row with tier >= 0
create or replace table share_line as
with part as (
    select account_no, asset_no, 0 as part, tier, allowed as claim_units from claim_row where allowed > 0
    union all
    select account_no, asset_no, 1, tier, disputed from claim_row where disputed > 0
    union all
    select account_no, asset_no, 2, tier, unclaimed from claim_row where unclaimed > 0
)
select account_no, asset_no, part, tier, claim_units
from part
where tier >= 0
order by account_no, asset_no, part;
