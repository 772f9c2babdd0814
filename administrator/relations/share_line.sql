-- The lines that share in the pools: each non-zero part of each claim.
--
-- Reads   claim_units
-- Makes   share_line(account_no INTEGER, asset_no INTEGER, part INTEGER, tier INTEGER, claim_units DECIMAL(38,0) > 0),
--         key (account_no, asset_no, part), in no order; part 0 allowed, 1 disputed, 2 unclaimed
-- Holds   sum(claim_units) = sum(allowed + disputed + unclaimed) over claim_units with tier >= 0
create or replace view share_line as
select account_no, asset_no, 0 as part, tier, allowed as claim_units
from claim_units
where allowed > 0 and tier >= 0
union all
select account_no, asset_no, 1, tier, disputed
from claim_units
where disputed > 0 and tier >= 0
union all
select account_no, asset_no, 2, tier, unclaimed
from claim_units
where unclaimed > 0 and tier >= 0;
