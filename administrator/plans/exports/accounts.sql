-- accounts.csv: whose assets lie in an omnibus account, and who chose what of the plan.
--
-- Reads   account
-- Makes   account, omnibus, election, as the table of accounts says; accounts of which it says neither are left out
select account.account, account.omnibus, account.election
from account
where account.kind <> 'house' and (account.omnibus <> '' or account.election <> '')
order by account.account_no
