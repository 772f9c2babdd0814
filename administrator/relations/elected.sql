-- Who chose a share that is fixed, and is done with it?
--
-- Reads   account, election
-- Makes   rows of elected(account_no INTEGER key, numerator, denominator DECIMAL(38,0)), by account_no
insert into elected
select account.account_no, election.numerator, election.denominator
from account
join election using (election)
where election.numerator is not null and account.kind <> 'house'
order by account.account_no;
