-- Who was paid more before than his share is of what the others leave?
--
-- Reads   pool_paid, award_shared
-- Makes   more rows of outpaid; who is in it stays in it, for each that goes lowers what the others get
insert into outpaid
with mine as (
    select pool_paid.pool_no, pool_paid.account_no, pool_paid.asset_no, pool_paid.paid,
           sum(award_shared.entitled) as entitled
    from pool_paid
    join award_shared using (pool_no, account_no, asset_no)
    group by pool_paid.pool_no, pool_paid.account_no, pool_paid.asset_no, pool_paid.paid
)
select pool_no, account_no, asset_no, paid
from mine
where paid > entitled
order by pool_no, account_no, asset_no;
