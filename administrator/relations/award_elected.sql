-- What each line is entitled to where some of them chose a share that is fixed.
--
-- Reads   award_shared, elected
-- Makes   award_ordinary: award_shared as it was; award_shared anew, a line of whoever chose with no more than his share
-- Holds   nobody else has more or less by it; what is paid before the others share (tiers below 0) is no part of it
create or replace table award_ordinary as
select account_no, asset_no, part, tier, pool_no, pay_asset_no, claim_units, entitled from award_shared;

create or replace view award_shared as
select ordinary.account_no, ordinary.asset_no, ordinary.part, ordinary.tier, ordinary.pool_no, ordinary.pay_asset_no,
       ordinary.claim_units,
       case when elected.account_no is null or ordinary.tier < 0 then ordinary.entitled
            else least(ordinary.entitled, scaled_floor(ordinary.claim_units, elected.numerator, elected.denominator))
            end as entitled
from award_ordinary as ordinary
left join elected using (account_no);
