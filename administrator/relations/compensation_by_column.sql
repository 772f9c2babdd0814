-- Keep what each line gets in one step of compensation, as it was shared by column.
--
-- Reads   incoming_compensation(account_no, asset_no, part INTEGER, claim_minor, entitled DECIMAL(38,0)), in key order
-- Takes   $step_no
-- Makes   rows of compensation
insert into compensation
select account_no, asset_no, part, $step_no, claim_minor, entitled
from incoming_compensation;
