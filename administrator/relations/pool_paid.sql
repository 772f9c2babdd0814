-- What was paid before of each pool, whatever the tier was then.
--
-- Reads   paid_sum, pool, omnibus_member
-- Makes   pool_paid(pool_no, account_no, asset_no INTEGER, paid DECIMAL(38,0)), key (pool_no, account_no, asset_no)
-- Holds   in kind: of the pool of the asset, in it; by value: of the pool by value, in the currency
create or replace table pool_paid as
with family as (
    select account_no, claim_asset_no, pay_asset_no, units,
           case when step = 'return' or starts_with(step, 'return:') and step <> 'return:deposit' then 'return'
                when step = 'dividend' or starts_with(step, 'dividend:') then 'dividend' end as family
    from paid_sum
)
select pool.pool_no, family.account_no, family.claim_asset_no as asset_no, sum(family.units)::decimal(38, 0) as paid
from family
left join omnibus_member using (account_no)
join pool on pool.asset_no = family.pay_asset_no
    and (family.family = 'return' and pool.pool_no = family.claim_asset_no + coalesce(omnibus_member.first_no, 0)
         or family.family = 'dividend' and pool.pool_no = -1)
group by pool.pool_no, family.account_no, family.claim_asset_no
order by pool.pool_no, family.account_no, family.claim_asset_no;
