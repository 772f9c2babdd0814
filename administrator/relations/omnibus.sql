-- Whose assets lie in which omnibus account, and what lies there, where each is a pool of its own.
--
-- Reads   account, holding, payment, share_line, asset, term
-- Makes   rows of omnibus(omnibus VARCHAR key, first_no INTEGER): its pools have the numbers from first_no on, by asset; the assets
--         that are in no omnibus account stand under the empty name, from 0;
--         rows of omnibus_member(account_no INTEGER key, omnibus, first_no), by account_no;
--         rows of omnibus_pool(pool_no INTEGER key, asset_no INTEGER, pool VARCHAR, held, guarantee DECIMAL(38,0) units), by pool_no
-- Holds   every asset has a pool of no omnibus account, which a recovery may name; what earlier rounds paid in kind to an
--         account is added back to what is held where its assets lie
insert into omnibus
with named as (
    select omnibus from account where omnibus <> '' and kind <> 'house'
    union
    select omnibus from holding where omnibus <> '' and purpose <> 'house'
),
numbered as (
    select '' as omnibus, 0 as place
    union all
    select omnibus, row_number() over (order by omnibus) from named
)
select omnibus, (place * (select count(*) from asset))::integer as first_no
from numbered
order by first_no;

insert into omnibus_member
select account.account_no, omnibus.omnibus, omnibus.first_no
from account
join omnibus using (omnibus)
where account.omnibus <> '' and account.kind <> 'house'
order by account.account_no;

insert into omnibus_pool
with held as (
    select '' as omnibus, asset_no, 0::decimal(38, 0) as units, 0::decimal(38, 0) as guarantee from asset
    union all
    select omnibus, asset_no, units, 0 from holding where purpose = 'customer'
    union all
    select omnibus, asset_no, 0, units from holding where purpose = 'guarantee'
    union all
    select coalesce(omnibus_member.omnibus, ''), payment.pay_asset_no, payment.units, 0
    from payment
    left join omnibus_member using (account_no)
    cross join term
    where payment.round < term.round and payment.pay_asset_no = payment.claim_asset_no
      and (payment.step = 'return' or payment.step like 'return:%') and payment.step <> 'return:deposit'
    union all
    select coalesce(omnibus_member.omnibus, ''), share_line.asset_no, 0, 0
    from share_line
    left join omnibus_member using (account_no)
)
select (omnibus.first_no + held.asset_no)::integer as pool_no, held.asset_no,
       case when omnibus.omnibus = '' then asset.asset else omnibus.omnibus || '/' || asset.asset end as pool,
       sum(held.units)::decimal(38, 0) as held, sum(held.guarantee)::decimal(38, 0) as guarantee
from held
join omnibus using (omnibus)
join asset using (asset_no)
group by omnibus.first_no, held.asset_no, omnibus.omnibus, asset.asset
order by pool_no;
