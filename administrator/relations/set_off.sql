-- What holders owe, set off against what they claim, at the prices of claims.
--
-- Reads   claim_units, book, account, holder_of, rate
-- Takes   $of_holder: whether all accounts of a holder count together
-- Makes   rows of set_off(account_no, asset_no INTEGER, is_debt BOOLEAN, part INTEGER, holder_no INTEGER,
--                 units DECIMAL(38,0) > 0, minor DECIMAL(38,0) null, set_off DECIMAL(38,0) units),
--         key (account_no, asset_no, is_debt, part), ordered by it; of whoever has both debts and claims
--         claim_net: claim_units less what was set off, ordered by its key; claim_units: the same
-- Holds   claims lose the same share of each, the least of debts and claims over claims, and debts the same of theirs, each
--         rounded down; what has no price is set off against nothing
insert into set_off
with side as (
    select account_no, asset_no, false as is_debt, 0 as part, allowed as units from claim_units where allowed > 0
    union all
    select account_no, asset_no, false, 1, disputed from claim_units where disputed > 0
    union all
    select account_no, asset_no, false, 2, unclaimed from claim_units where unclaimed > 0
    union all
    select book.account_no, book.asset_no, true, 0, (-book.units)::decimal(38, 0)
    from book
    join account using (account_no)
    where book.units < 0 and account.kind <> 'house'
),
valued as (
    select side.*, case when $of_holder then holder_of.holder_no else side.account_no end as holder_no,
           scaled_half_even(side.units, rate.numerator, rate.denominator) as minor
    from side
    join holder_of using (account_no)
    left join rate on rate.asset_no = side.asset_no and rate.price_set = 'commencement'
),
whole as (
    select holder_no, sum(minor) filter (where not is_debt)::decimal(38, 0) as claims,
           sum(minor) filter (where is_debt)::decimal(38, 0) as debts
    from valued
    group by holder_no
    having sum(minor) filter (where not is_debt) > 0 and sum(minor) filter (where is_debt) > 0
)
select valued.account_no, valued.asset_no, valued.is_debt, valued.part, valued.holder_no, valued.units, valued.minor,
       case when valued.minor is null then 0
            else scaled_floor(valued.units, least(whole.claims, whole.debts),
                              case when valued.is_debt then whole.debts else whole.claims end) end::decimal(38, 0)
from valued
join whole using (holder_no)
order by valued.account_no, valued.asset_no, valued.is_debt, valued.part;

create or replace table claim_net as
with lost as (
    select account_no, asset_no,
           coalesce(sum(set_off) filter (where part = 0), 0)::decimal(38, 0) as allowed,
           coalesce(sum(set_off) filter (where part = 1), 0)::decimal(38, 0) as disputed,
           coalesce(sum(set_off) filter (where part = 2), 0)::decimal(38, 0) as unclaimed
    from set_off
    where not is_debt
    group by account_no, asset_no
)
select claim_units.account_no, claim_units.asset_no, claim_units.tier, claim_units.scheduled, claim_units.filed,
       (claim_units.allowed - coalesce(lost.allowed, 0))::decimal(38, 0) as allowed,
       (claim_units.disputed - coalesce(lost.disputed, 0))::decimal(38, 0) as disputed,
       (claim_units.unclaimed - coalesce(lost.unclaimed, 0))::decimal(38, 0) as unclaimed,
       claim_units.disallowed
from claim_units
left join lost using (account_no, asset_no)
order by claim_units.account_no, claim_units.asset_no;

create or replace view claim_units as
select account_no, asset_no, tier, scheduled, filed, allowed, disputed, unclaimed, disallowed from claim_net;
