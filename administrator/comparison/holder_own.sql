-- What each holder claims and recovers, where the plan values everything at the same prices: as holders.csv has it.
--
-- Reads   holder, person
-- Makes   holder_recovery, as holder.sql has it
create or replace temp table holder_recovery as
select person.holder_no, min(person.class) as class, sum(holder.allowed_minor)::decimal(38, 0) as claimed,
       sum(holder.returned_minor + holder.compensated_minor + holder.estate_minor)::decimal(38, 0) as got
from holder
join person using (account_no)
group by person.holder_no;
