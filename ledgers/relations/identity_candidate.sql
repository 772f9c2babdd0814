-- Which accounts are likely one person's, or one account written in several ways, and why?
--
-- Reads   identity_member, identity_reason, identity_rank(rank INTEGER, reason VARCHAR key)
-- Makes   identity_candidate(group_no INTEGER from 1, account_no INTEGER, reason VARCHAR), its key all three, ordered by it
-- Holds   candidates for a ruling: nothing is merged by them, and no other relation reads them. Two bases that find the
--         same accounts make one group with the reasons of both; the numbers are in the order of the first accounts.
--         That they share a holder or a payee is a reason in itself
create or replace table identity_candidate as
with member as (
    select distinct basis, skeleton, account_no from identity_member
),
found as (
    select basis, skeleton, min(account_no) as account_no, list(account_no order by account_no) as accounts
    from member
    group by basis, skeleton
),
explained as (
    select basis, skeleton, reason from identity_reason
    union all
    select distinct basis, skeleton, basis from identity_member where basis <> 'account'
),
numbered as (
    select basis, skeleton, dense_rank() over (order by account_no, accounts)::integer as group_no
    from found
)
select distinct numbered.group_no, member.account_no, explained.reason
from numbered
join member using (basis, skeleton)
join explained using (basis, skeleton)
order by numbered.group_no, member.account_no, explained.reason;
