-- How one account's claims on funds that cut them were cut, and what such funds leave out.
--
-- Reads   account, asset, step, reserve_claim, reserve_holder, reserve_term, part_name
-- Makes   the figures in the order that usecases/explaining.py names them
select asset.asset, part_name.name, step.step, reserve_claim.uncut_minor::varchar,
       reserve_claim.fiat_cut_minor::varchar, reserve_claim.claim_minor::varchar, reserve_holder.uncut_minor::varchar,
       reserve_holder.fiat_minor::varchar, reserve_holder.debt_minor::varchar, reserve_holder.cap_minor::varchar,
       reserve_holder.fiat_cut_minor::varchar,
       (select count(distinct others.account_no) from reserve_claim as others
        where others.step_no = reserve_claim.step_no and others.holder_no = reserve_claim.holder_no)
from reserve_claim
join account using (account_no)
join asset on asset.asset_no = reserve_claim.asset_no
join part_name using (part)
join step on step.step_no = reserve_claim.step_no
join reserve_holder on reserve_holder.step_no = reserve_claim.step_no
    and reserve_holder.holder_no = reserve_claim.holder_no
where account.account = $account
order by reserve_claim.step_no, reserve_claim.asset_no, reserve_claim.part
