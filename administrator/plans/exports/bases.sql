-- bases.csv: what each line lost through each event that a policy or reserve answers for, and what met it.
--
-- Reads   base
-- Makes   the columns of its layout, in numbers; zero lines left out
-- Holds   as base lies: by account, asset, part, event, custody; items are numbered by event, then custody
select account_no as account, asset_no as asset, part, item_no as event, item_no as custody, base, met
from base
where base > 0
