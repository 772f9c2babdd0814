-- Who had more of the estate before than his share is of what the others leave?
--
-- Reads   estate_paid, estate_share
-- Makes   estate_paid and estate_line anew: is_out
create or replace table estate_paid as
with mine as (
    select account_no, asset_no, tier, sum(entitled) as entitled
    from estate_share
    semi join estate_paid using (account_no, asset_no, tier)
    group by account_no, asset_no, tier
)
select estate_paid.account_no, estate_paid.asset_no, estate_paid.tier, estate_paid.paid,
       estate_paid.is_out or estate_paid.paid > coalesce(mine.entitled, 0) as is_out
from estate_paid
left join mine using (account_no, asset_no, tier)
order by estate_paid.account_no, estate_paid.asset_no, estate_paid.tier;

update estate_line set is_out = true
where (account_no, asset_no, tier) in (select account_no, asset_no, tier from estate_paid where is_out);
