-- Cut the shares of those who are not out to what is there for them, and see who has had more than that.
-- Who is out keeps what he had, as far as he has a share: nobody is paid more because he was paid too much elsewhere.
--
-- Reads   step_line, step_holder
-- Takes   $there, $rest: the shares of those who are not out come to `rest`, and `there` is to be had
-- Makes   step_line and step_holder anew
-- Holds   sum(entitled) over those who are not out <= there; over those who are out <= what they had
create or replace table step_line as
with placed as (
    select step_line.*, step_holder.is_out, step_holder.paid,
           coalesce(sum(step_line.share) over (
               partition by step_line.account_no, step_line.asset_no order by step_line.part
               rows between unbounded preceding and 1 preceding), 0) as before
    from step_line
    join step_holder using (account_no, asset_no)
)
select account_no, asset_no, part, claim_minor, share,
       case when is_out then least(share, greatest(paid - before, 0))
            when $there::decimal(38, 0) = $rest::decimal(38, 0) then share
            else scaled_floor(share, $there::decimal(38, 0), $rest::decimal(38, 0)) end::decimal(38, 0) as entitled
from placed
order by account_no, asset_no, part;

create or replace table step_holder as
with mine as (
    select account_no, asset_no, sum(entitled) as entitled from step_line group by account_no, asset_no
)
select step_holder.account_no, step_holder.asset_no, step_holder.share, step_holder.paid,
       step_holder.is_out or step_holder.paid > coalesce(mine.entitled, 0) as is_out
from step_holder
left join mine using (account_no, asset_no)
order by step_holder.account_no, step_holder.asset_no;
