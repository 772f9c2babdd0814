-- What those are entitled to who had more of the estate before: their ordinary share, at most what they had.
--
-- Reads   estate_share, estate_ordinary, estate_paid
-- Makes   estate_share anew
-- Holds   payments meet the parts of a line in their order
create or replace table estate_share as
with ordinary as (
    select estate_ordinary.account_no, estate_ordinary.asset_no, estate_ordinary.part, estate_ordinary.tier,
           estate_ordinary.entitled, estate_paid.paid,
           coalesce(sum(estate_ordinary.entitled) over (
               partition by estate_ordinary.account_no, estate_ordinary.asset_no, estate_ordinary.tier
               order by estate_ordinary.part rows between unbounded preceding and 1 preceding), 0) as before
    from estate_ordinary
    join estate_paid using (account_no, asset_no, tier)
    where estate_paid.is_out
)
select estate_share.account_no, estate_share.asset_no, estate_share.part, estate_share.tier, estate_share.weight,
       estate_share.room,
       case when ordinary.tier is null then estate_share.entitled
            else least(ordinary.entitled, greatest(ordinary.paid - ordinary.before, 0)) end::decimal(38, 0) as entitled,
       estate_share.is_capped, estate_share.is_out
from estate_share
left join ordinary using (account_no, asset_no, part, tier)
order by estate_share.account_no, estate_share.asset_no, estate_share.part, estate_share.tier;
