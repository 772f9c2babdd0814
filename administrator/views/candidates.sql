-- Which accounts may be the same as this one, and why?
--
-- Reads   identity_candidate, account
-- Takes   $account, $most: how many are given
-- Makes   account VARCHAR, reasons VARCHAR[], count BIGINT of all, by account_no
with theirs as (
    select identity_candidate.account_no, list(distinct identity_candidate.reason) as reasons
    from identity_candidate
    join (
        select distinct mine.group_no
        from identity_candidate mine
        join account using (account_no)
        where account.account = $account
    ) using (group_no)
    group by identity_candidate.account_no
)
select account.account, theirs.reasons, count(*) over () as count
from theirs
join account using (account_no)
where account.account <> $account
order by account.account_no
limit $most
