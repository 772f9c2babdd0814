-- Keep the levelled shares of one step of compensation; what they no longer meet of the losses is unmet again.
--
-- Reads   compensation, step_line, base
-- Takes   $step_no
-- Makes   compensation and base anew
-- Holds   met falls by what the shares fell by, the last item of a line first
delete from compensation where step_no = $step_no;
insert into compensation
select account_no, asset_no, part, $step_no, claim_minor, entitled from step_line;

create or replace table base as
with placed as (
    select base.account_no, base.asset_no, base.part, base.item_no, base.base, base.met,
           coalesce(step_line.share - step_line.entitled, 0) as cut,
           coalesce(sum(base.met) over (
               partition by base.account_no, base.asset_no, base.part order by base.item_no desc
               rows between unbounded preceding and 1 preceding), 0) as behind
    from base
    left join step_line using (account_no, asset_no, part)
)
select account_no, asset_no, part, item_no, base,
       (met - least(greatest(cut - behind, 0), met))::decimal(38, 0) as met
from placed
order by account_no, asset_no, part, item_no;
