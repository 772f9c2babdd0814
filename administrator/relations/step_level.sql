-- Cut the shares of those who are not out to what is there for them, and see who has had more than that.
--
-- Reads   step_line, step_holder
-- Takes   $there, $rest: the shares of those who are not out come to `rest`, and `there` is to be had
-- Makes   step_line and step_holder anew
-- Holds   sum(entitled) over those who are not out <= there
create or replace table step_line as
select step_line.account_no, step_line.asset_no, step_line.part, step_line.claim_minor, step_line.share,
       case when step_holder.is_out or $there::decimal(38, 0) = $rest::decimal(38, 0) then step_line.share
            else scaled_floor(step_line.share, $there::decimal(38, 0), $rest::decimal(38, 0)) end as entitled
from step_line
join step_holder using (account_no, asset_no)
order by step_line.account_no, step_line.asset_no, step_line.part;

create or replace table step_holder as
with mine as (
    select account_no, asset_no, sum(entitled) as entitled from step_line group by account_no, asset_no
)
select step_holder.account_no, step_holder.asset_no, step_holder.share, step_holder.paid,
       step_holder.is_out or step_holder.paid > coalesce(mine.entitled, 0) as is_out
from step_holder
left join mine using (account_no, asset_no)
order by step_holder.account_no, step_holder.asset_no;
