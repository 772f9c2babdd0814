-- What each line may claim of a fund that caps what a holder gets, takes off his debts, or leaves kinds of account out.
--
-- Reads   compensation_claim, account, holder_of, asset, book, set_off, rate, reserve_term(step_no, cap_minor, cap_fiat_minor null,
--         deducts_debts), reserve_exclusion(step_no, kind)
-- Makes   rows of reserve_holder(step_no, holder_no INTEGER, uncut_minor, fiat_minor, debt_minor, cap_minor,
--                                fiat_cut_minor, claim_minor DECIMAL(38,0)), key (step_no, holder_no)
--         rows of reserve_claim(step_no, holder_no, account_no, asset_no, part INTEGER, uncut_minor, fiat_cut_minor,
--                               claim_minor DECIMAL(38,0)), key (step_no, account_no, asset_no, part)
--         compensation_claim anew: what is left of each line, where something is
-- Holds   sum(claim_minor) of a holder <= cap_minor, of his fiat lines <= cap_fiat_minor; claim_minor <= uncut_minor
create or replace table reserve_line as
select holder_of.holder_no, claimed.account_no, claimed.asset_no, claimed.part, claimed.claim_minor as uncut_minor,
       asset.kind = 'fiat' as is_fiat
from compensation_claim as claimed
join holder_of using (account_no)
join account on account.account_no = claimed.account_no
join asset on asset.asset_no = claimed.asset_no
anti join reserve_exclusion on reserve_exclusion.kind = account.kind;

insert into reserve_holder
with debt as (
    select holder_of.holder_no,
           sum(scaled_half_even((-book.units - coalesce(set_off.set_off, 0))::decimal(38, 0), rate.numerator,
                                rate.denominator)) as minor
    from book
    join holder_of on holder_of.account_no = book.account_no
    left join set_off on set_off.account_no = book.account_no and set_off.asset_no = book.asset_no and set_off.is_debt
    join rate on rate.asset_no = book.asset_no and rate.price_set = 'commencement'
    cross join reserve_term
    where book.units < 0 and reserve_term.deducts_debts
    group by holder_of.holder_no
),
whole as (
    select holder_no, sum(uncut_minor) as uncut, coalesce(sum(uncut_minor) filter (where is_fiat), 0) as fiat
    from reserve_line
    group by holder_no
),
bound as (
    select reserve_term.step_no, whole.holder_no, whole.uncut, whole.fiat, coalesce(debt.minor, 0) as debts,
           least(coalesce(reserve_term.cap_minor, whole.uncut), greatest(whole.uncut - coalesce(debt.minor, 0), 0)) as cap
    from whole
    cross join reserve_term
    left join debt using (holder_no)
)
select step_no, holder_no, uncut::decimal(38, 0), fiat::decimal(38, 0), debts::decimal(38, 0), cap::decimal(38, 0),
       0::decimal(38, 0), 0::decimal(38, 0)
from bound
order by holder_no;

create or replace table reserve_fiat_cut as
select reserve_term.step_no, line.holder_no, line.account_no, line.asset_no, line.part, line.uncut_minor,
       case when line.is_fiat and reserve_holder.fiat_minor > reserve_term.cap_fiat_minor
                then scaled_floor(line.uncut_minor, reserve_term.cap_fiat_minor, reserve_holder.fiat_minor)
            else line.uncut_minor end as fiat_cut_minor
from reserve_line as line
cross join reserve_term
join reserve_holder on reserve_holder.step_no = reserve_term.step_no and reserve_holder.holder_no = line.holder_no;

insert into reserve_claim
with whole as (
    select holder_no, sum(fiat_cut_minor)::decimal(38, 0) as minor from reserve_fiat_cut group by holder_no
)
select line.step_no, line.holder_no, line.account_no, line.asset_no, line.part, line.uncut_minor, line.fiat_cut_minor,
       case when whole.minor > reserve_holder.cap_minor
                then scaled_floor(line.fiat_cut_minor, reserve_holder.cap_minor, whole.minor)
            else line.fiat_cut_minor end as claim_minor
from reserve_fiat_cut as line
join whole using (holder_no)
join reserve_holder on reserve_holder.step_no = line.step_no and reserve_holder.holder_no = line.holder_no
order by line.account_no, line.asset_no, line.part;

update reserve_holder
set fiat_cut_minor = whole.fiat_cut, claim_minor = whole.claimed
from (
    select reserve_claim.step_no, reserve_claim.holder_no, sum(reserve_claim.fiat_cut_minor)::decimal(38, 0) as fiat_cut,
           sum(reserve_claim.claim_minor)::decimal(38, 0) as claimed
    from reserve_claim
    group by reserve_claim.step_no, reserve_claim.holder_no
) as whole
where whole.step_no = reserve_holder.step_no and whole.holder_no = reserve_holder.holder_no;

create or replace table compensation_claim as
select reserve_claim.account_no, reserve_claim.asset_no, reserve_claim.part, reserve_claim.claim_minor
from reserve_claim
join reserve_term using (step_no)
where reserve_claim.claim_minor > 0
order by reserve_claim.account_no, reserve_claim.asset_no, reserve_claim.part;
