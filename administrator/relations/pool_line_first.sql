-- What of each line is paid before the rest: holders of little whole, then a base sum to every other holder.
--
-- Reads   pool_line, holder_of, asset
-- Takes   $convenience: whoever claims no more in all is paid whole first; $base: what every other holder gets before the
--         rest; both in minor units of the currency, 0 for none
-- Makes   pool_line anew: a line has a row in tier -3 (convenience), or one in -2 (base) and one in 0; key (account_no,
--         asset_no, part, tier), ordered by it
-- Holds   sum(weight) of each line is as it was; the base of a holder comes to least($base, what he claims)
--
-- Of a holder's claims the base meets the allowed before the disputed and the unclaimed, money before crypto, then the
-- lower account and asset (as under the plan of Mt. Gox). Late and subordinated claims are not paid before others.
create or replace table pool_line as
with placed as (
    select pool_line.*,
           sum(pool_line.weight) over whole as claimed,
           coalesce(sum(pool_line.weight) over (
               whole order by pool_line.part, case when asset.kind = 'fiat' then 0 else 1 end, pool_line.account_no,
                              pool_line.asset_no
               rows between unbounded preceding and 1 preceding), 0) as before
    from pool_line
    join holder_of using (account_no)
    join asset on asset.asset_no = pool_line.asset_no
    where pool_line.tier = 0
    window whole as (partition by holder_of.holder_no)
),
cut as (
    select account_no, asset_no, part, pool_no, pay_asset_no, weight,
           case when claimed <= $convenience::decimal(38, 0) then -3 else -2 end as tier,
           case when claimed <= $convenience::decimal(38, 0) then weight
                else least(weight, greatest($base::decimal(38, 0) - before, 0)) end::decimal(38, 0) as first_weight
    from placed
)
select account_no, asset_no, part, tier, pool_no, pay_asset_no, first_weight as weight from cut where first_weight > 0
union all
select account_no, asset_no, part, 0, pool_no, pay_asset_no, (weight - first_weight)::decimal(38, 0)
from cut
where weight > first_weight
union all
select account_no, asset_no, part, tier, pool_no, pay_asset_no, weight from pool_line where tier <> 0
order by account_no, asset_no, part, tier;
