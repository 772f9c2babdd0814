-- What each line is still owed, by value at commencement: what it shares with in the estate.
--
-- Reads   claim_units, award, award_out, outpaid, compensation, rate, elected
-- Takes   $reduces: whether compensation lowers what shares, or only what may be had
-- Makes   estate_line(account_no, asset_no, part, tier INTEGER, weight, room DECIMAL(38,0) minor, is_capped, is_out BOOLEAN),
--         key (account_no, asset_no, part, tier), ordered by it; tier 0 shares first, insiders that are sent here too,
--         1 late, 2 interest, 3 subordinated; account -1 are the other creditors
-- Holds   0 <= room <= weight; a line without a price has no value to share with. What a holder had beyond his share of a
--         pool is returned to him too: it stands on his first part, and he does not share with it once more.
--         Whoever chose a share of his pool that is fixed is done with it
create or replace table estate_line as
with open_claim as (
    select account_no, asset_no, tier, allowed, disputed, unclaimed
    from claim_units
    where tier < 0 or account_no not in (select account_no from elected)
),
claimed as (
    select account_no, asset_no, 0 as part, tier, allowed as units from open_claim where allowed > 0
    union all
    select account_no, asset_no, 1, tier, disputed from open_claim where disputed > 0
    union all
    select account_no, asset_no, 2, tier, unclaimed from open_claim where unclaimed > 0
),
beyond as (
    select award_out.pool_no, award_out.account_no, award_out.asset_no, min(award_out.part) as part,
           min(outpaid.paid) - sum(award_out.entitled) as units
    from award_out
    join outpaid using (pool_no, account_no, asset_no)
    group by award_out.pool_no, award_out.account_no, award_out.asset_no
),
given as (
    select pool_no, account_no, asset_no, part, pay_asset_no, sum(entitled) as entitled, sum(claim_units) as claim_units
    from award
    group by pool_no, account_no, asset_no, part, pay_asset_no
),
returned as (
    select given.account_no, given.asset_no, given.part, given.pay_asset_no,
           least(given.entitled + coalesce(beyond.units, 0), given.claim_units)::decimal(38, 0) as units
    from given
    left join beyond using (pool_no, account_no, asset_no, part)
),
compensated as (
    select account_no, asset_no, part, sum(entitled) as minor
    from compensation
    group by account_no, asset_no, part
),
owed as (
    select claimed.account_no, claimed.asset_no, claimed.part,
           case claimed.tier when 1 then 1 when 2 then 3 else 0 end as tier,
           greatest(
               scaled_half_even(claimed.units, rate.numerator, rate.denominator)
               - coalesce(scaled_half_even(returned.units, pay_rate.numerator, pay_rate.denominator), 0), 0) as weight,
           coalesce(compensated.minor, 0) as compensated
    from claimed
    join rate on rate.asset_no = claimed.asset_no and rate.price_set = 'commencement'
    left join returned on returned.account_no = claimed.account_no and returned.asset_no = claimed.asset_no
        and returned.part = claimed.part
    left join rate as pay_rate on pay_rate.asset_no = returned.pay_asset_no and pay_rate.price_set = 'commencement'
    left join compensated on compensated.account_no = claimed.account_no and compensated.asset_no = claimed.asset_no
        and compensated.part = claimed.part
),
open as (
    select account_no, asset_no, part, tier, weight, greatest(weight - compensated, 0) as room from owed
)
select account_no, asset_no, part, tier, (case when $reduces then room else weight end)::decimal(38, 0) as weight,
       room::decimal(38, 0) as room, false as is_capped, false as is_out
from open
where case when $reduces then room else weight end > 0
order by account_no, asset_no, part, tier;
