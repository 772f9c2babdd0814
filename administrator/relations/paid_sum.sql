-- What did the rounds before this one pay, account by account?
--
-- Reads   payment, term
-- Makes   paid_sum(account_no, claim_asset_no INTEGER, step VARCHAR, pay_asset_no INTEGER, units DECIMAL(38,0) > 0), key all
--         but units, ordered by it
create or replace table paid_sum as
select payment.account_no, payment.claim_asset_no, payment.step, payment.pay_asset_no,
       sum(payment.units)::decimal(38, 0) as units
from payment
cross join term
where payment.round < term.round
group by payment.account_no, payment.claim_asset_no, payment.step, payment.pay_asset_no
having sum(payment.units) > 0
order by payment.account_no, payment.claim_asset_no, payment.step, payment.pay_asset_no;
