-- Every pool, from gross to dividend, with what is paid and withheld of it this round.
--
-- Reads   pool, pool_award, estate_pool, asset, plan_line, omnibus_member
-- Makes   pool, gross, costs, holdback, distributable, claims, awarded, paid, withheld, overpaid, surplus, residue,
--         dividend VARCHAR; by pool in byte order
with every as (
    select pool_no, pool, asset_no, gross, costs, holdback, distributable, claimed, overpaid, surplus, dividend_numerator,
           dividend_denominator, awarded
    from pool
    join pool_award using (pool_no)
    union all
    select pool_no, pool, asset_no, gross, costs, holdback, distributable, claimed, overpaid, surplus, dividend_numerator,
           dividend_denominator, awarded
    from estate_pool
),
this_round as (
    select case when starts_with(step, 'return') then pay_asset_no + coalesce(omnibus_member.first_no, 0)
                when starts_with(step, 'dividend') then -1
                when starts_with(step, 'estate') then -2 end as pool_no,
           sum(quantity) filter (where status = 'pay') as paid, sum(quantity) filter (where status = 'withhold') as withheld
    from plan_line
    left join omnibus_member using (account_no)
    group by all
)
select every.pool, units_text(every.gross, asset.decimals) as gross,
       units_text(every.costs, asset.decimals) as costs, units_text(every.holdback, asset.decimals) as holdback,
       units_text(every.distributable, asset.decimals) as distributable,
       units_text(every.claimed, asset.decimals) as claims,
       units_text(every.awarded, asset.decimals) as awarded,
       units_text(coalesce(this_round.paid, 0)::decimal(38, 0), asset.decimals) as paid,
       units_text(coalesce(this_round.withheld, 0)::decimal(38, 0), asset.decimals) as withheld,
       units_text(every.overpaid, asset.decimals) as overpaid,
       units_text(every.surplus, asset.decimals) as surplus,
       units_text((every.distributable - every.surplus - every.overpaid - every.awarded)::decimal(38, 0), asset.decimals)
           as residue,
       case when every.claimed > 0 then ratio_text(every.dividend_numerator, every.dividend_denominator) end as dividend
from every
join asset using (asset_no)
left join this_round using (pool_no)
order by every.pool
limit $limit offset $offset
