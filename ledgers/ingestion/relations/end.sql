-- Let go of what only typing needed.
--
-- Makes   nothing: drops staged, unfit and the typed tables
drop table if exists staged;
drop table if exists unfit;
drop table if exists typed_account;
drop table if exists typed_balance;
drop table if exists typed_journal;
drop table if exists typed_wallet;
drop table if exists typed_transfer;
drop table if exists typed_label;
drop table if exists typed_price;
drop table if exists typed_claim;
drop table if exists typed_payee;
drop table if exists typed_payment;
drop table if exists typed_assignment;
drop table if exists typed_recovery;
drop table if exists typed_sanction;
drop table if exists account_key;
drop table if exists account_number;
