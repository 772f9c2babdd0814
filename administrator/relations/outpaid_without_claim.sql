-- Who was paid of a pool that he does not share in at all?
--
-- Reads   pool_paid, pool_line
-- Makes   rows of outpaid
insert into outpaid
select pool_paid.pool_no, pool_paid.account_no, pool_paid.asset_no, pool_paid.paid
from pool_paid
anti join pool_line using (pool_no, account_no, asset_no)
order by pool_paid.pool_no, pool_paid.account_no, pool_paid.asset_no;
