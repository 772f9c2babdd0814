-- What each line gets in one step of compensation, and which of its bases that meets.
--
-- Reads   compensation_claim, base, step_item, step_term(step_no, payable, claimed, is_largest_remainder)
-- Makes   compensation_award(account_no, asset_no, part, step_no, claim_minor, entitled DECIMAL(38,0)), and base anew
-- Holds   0 <= met <= base; what a line gets meets its bases in the order of item_no (event, then custody)
create or replace table compensation_award as
with share as (
    select compensation_claim.account_no, compensation_claim.asset_no, compensation_claim.part,
           compensation_claim.claim_minor, step_term.step_no, step_term.payable, step_term.claimed,
           step_term.is_largest_remainder and step_term.payable < step_term.claimed as by_remainder,
           case when step_term.payable = step_term.claimed then compensation_claim.claim_minor
                else scaled_floor(compensation_claim.claim_minor, step_term.payable, step_term.claimed) end as floored
    from compensation_claim
    cross join step_term
),
odd_unit as (
    select account_no, asset_no, part
    from (
        select account_no, asset_no, part,
               payable - sum(floored) over () as units_left,
               row_number() over (
                   order by scaled_remainder(claim_minor, payable, claimed) desc, account_no, asset_no, part
               ) as nth
        from share
        where by_remainder
    )
    where nth <= units_left
)
select share.account_no, share.asset_no, share.part, share.step_no, share.claim_minor,
       (share.floored + case when odd_unit.account_no is null then 0 else 1 end)::decimal(38, 0) as entitled
from share
left join odd_unit using (account_no, asset_no, part)
order by share.account_no, share.asset_no, share.part;

create or replace table base as
with answered as (
    select base.account_no, base.asset_no, base.part, base.item_no,
           compensation_award.entitled,
           sum(base.base - base.met) over (
               partition by base.account_no, base.asset_no, base.part order by base.item_no
               rows between unbounded preceding and current row
           ) - (base.base - base.met) as before
    from base
    join step_item using (item_no)
    join compensation_award using (account_no, asset_no, part)
)
select base.account_no, base.asset_no, base.part, base.item_no, base.base,
       (base.met + coalesce(least(greatest(answered.entitled - answered.before, 0), base.base - base.met), 0))
           ::decimal(38, 0) as met
from base
left join answered using (account_no, asset_no, part, item_no)
order by base.account_no, base.asset_no, base.part, base.item_no;

insert into compensation
select account_no, asset_no, part, step_no, claim_minor, entitled from compensation_award;
