-- How many accounts contain a text in their id or holder's name.
--
-- Reads   account
-- Makes   one number
select count(*)
from account
where $search = '' or contains(account, $search) or contains(coalesce(holder, ''), $search)
