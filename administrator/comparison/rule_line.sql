-- What each line gets of its person's award: in proportion to what it claims.
--
-- Reads   pool_line, person, rule_award, pool
-- Makes   award anew, as award_out.sql has it, and pool_award; pool_tier says that no dividend alone gives the awards
create or replace table rule_line as
select pool_line.account_no, pool_line.asset_no, pool_line.part, pool_line.tier, pool_line.pool_no,
       pool_line.pay_asset_no, pool_line.weight as claim_units,
       case when rule_award.claim = pool_line.weight then rule_award.awarded
            else scaled_floor(rule_award.awarded, pool_line.weight, rule_award.claim) end as entitled
from pool_line
join person using (account_no)
join rule_award using (pool_no, tier, holder_no);
create or replace view award as
select account_no, asset_no, part, tier, pool_no, pay_asset_no, claim_units, entitled from rule_line;
update pool_tier set is_largest_remainder = true;
