-- What each holder claims of each asset where nobody filed and nobody is close to the debtor: what the books say.
--
-- Reads   balance, which is book where the house has no account
-- Makes   claim_units as claim_units.sql would, which tests compare; nothing is stored
-- Holds   lies in the order of balance, which is that of its key
create or replace view claim_units as
select account_no, asset_no, 0::tinyint as tier,
       greatest(units, 0::decimal(38, 0)) as scheduled,
       null::decimal(38, 0) as filed,
       greatest(units, 0::decimal(38, 0)) as allowed,
       0::decimal(38, 0) as disputed, 0::decimal(38, 0) as unclaimed, 0::decimal(38, 0) as disallowed
from balance;
