-- claims.csv: what each holder claims of each asset.
--
-- Reads   claim_units
-- Makes   the columns of its layout but the value, in numbers
-- Holds   as claim_units lies: by account, asset
select account_no as account, asset_no as asset, scheduled, filed, allowed, disputed, unclaimed, disallowed
from claim_units
