-- A page of accounts, by id, of those whose id or holder's name contains a text.
--
-- Reads   account
-- Makes   account, holder, kind, hold, allowed_value (empty), recovery (empty) VARCHAR
select account.account, account.holder, account.kind, account.hold, '' as allowed_value, '' as recovery
from account
where $search = '' or contains(account.account, $search) or contains(coalesce(account.holder, ''), $search)
order by account.account_no
limit $limit offset $offset
