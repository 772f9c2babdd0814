-- How much of each asset is owed and how much is there, by purpose of the wallets.
--
-- Reads   occurring, book, holding, payment, asset, term
-- Makes   holding_total(asset_no INTEGER key, owed, negative, held_customer, held_house, held_guarantee, hot,
--                       paid_in_kind, shortfall DECIMAL(38,0) units), by asset_no
-- Holds   shortfall = owed - held_customer; what earlier rounds paid in kind is added back to held_customer, less what
--         came back of it; a deposit that was returned was never part of it
create or replace table holding_total as
with owing as (
    select asset_no,
           sum(greatest(units, 0::decimal(38, 0)))::decimal(38, 0) as owed,
           sum(greatest(-units, 0::decimal(38, 0)))::decimal(38, 0) as negative
    from book
    group by asset_no
),
paid as (
    select payment.pay_asset_no as asset_no, sum(payment.units)::decimal(38, 0) as units
    from payment
    cross join term
    where payment.round < term.round
      and (payment.step = 'return' or payment.step like 'return:%')
      and payment.step <> 'return:deposit'
      and payment.pay_asset_no = payment.claim_asset_no
    group by payment.pay_asset_no
),
held as (
    select asset_no,
           sum(case when purpose = 'customer' then units else 0 end)::decimal(38, 0) as customer,
           sum(case when purpose = 'house' then units else 0 end)::decimal(38, 0) as house,
           sum(case when purpose = 'guarantee' then units else 0 end)::decimal(38, 0) as guarantee,
           sum(case when purpose = 'customer' and custody in ('hot', 'warm') then units else 0 end)::decimal(38, 0) as hot
    from holding
    group by asset_no
)
select occurring.asset_no,
       coalesce(owing.owed, 0)::decimal(38, 0) as owed,
       coalesce(owing.negative, 0)::decimal(38, 0) as negative,
       (coalesce(held.customer, 0) + coalesce(paid.units, 0))::decimal(38, 0) as held_customer,
       coalesce(held.house, 0)::decimal(38, 0) as held_house,
       coalesce(held.guarantee, 0)::decimal(38, 0) as held_guarantee,
       coalesce(held.hot, 0)::decimal(38, 0) as hot,
       coalesce(paid.units, 0)::decimal(38, 0) as paid_in_kind,
       (coalesce(owing.owed, 0) - coalesce(held.customer, 0) - coalesce(paid.units, 0))::decimal(38, 0) as shortfall
from occurring
left join owing using (asset_no)
left join held using (asset_no)
left join paid using (asset_no)
order by occurring.asset_no;
