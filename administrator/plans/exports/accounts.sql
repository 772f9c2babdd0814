-- accounts.csv: whose assets lie in an omnibus account that is a pool of its own, and who chose what of the plan.
--
-- Reads   account, omnibus_member
-- Makes   account, omnibus, election; accounts of which there is neither are left out
select account.account, omnibus_member.omnibus, account.election
from account
left join omnibus_member using (account_no)
where account.kind <> 'house' and (omnibus_member.omnibus <> '' or account.election <> '')
order by account.account_no
