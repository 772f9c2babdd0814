-- Keep what the lines and the other creditors get of the estate.
--
-- Reads   estate_share, step
-- Takes   $first: the number of the first step of the estate
-- Makes   rows of estate_award, and of estate_other, by step
insert into estate_award
select account_no, asset_no, part, tier + $first, weight, entitled
from estate_share
where account_no >= 0
order by account_no, asset_no, part, tier;

insert into estate_other
select step.step, estate_share.weight, estate_share.entitled
from estate_share
join step on step.step_no = estate_share.tier + $first
where estate_share.account_no < 0
order by estate_share.tier;
