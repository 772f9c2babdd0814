-- The records in numbers: what was typed, with the numbers of its accounts and assets.
--
-- Reads   typed_TABLE, account_number, asset, asset_key(asset_key INTEGER key, asset_no INTEGER)
-- Makes   journal, wallet, transfer, label, price, claim, payee, payment, assignment, recovery, sanction
-- Holds   as many rows as were typed; units are DECIMAL(38,0), instants UTC, text as received
create or replace table journal(
    posting varchar using compression uncompressed, posted_at timestamp using compression bitpacking,
    account_no integer using compression bitpacking, asset_no integer using compression bitpacking,
    units decimal(38, 0) using compression uncompressed, kind varchar, reference varchar,
    source_no integer using compression rle, "row" bigint using compression bitpacking
);
insert into journal
select t.posting, t.posted_at, account_no, asset_no, t.units, t.kind, t.reference, t.source_no, t."row"
from typed_journal t
join account_number using (account_key)
join asset_key using (asset_key);

create or replace table wallet as
select t.wallet, asset_no, t.units, t.address, t.chain, t.custody, t.purpose, t.as_of, t.opening_units, t.omnibus,
       t.source_no, t."row"
from typed_wallet t
join asset_key using (asset_key);

create or replace table transfer as
select t.transfer, t.occurred_at, asset_no, t.units, t.sender, t.recipient, t.fee_units, t.reference,
       t.source_no, t."row"
from typed_transfer t
join asset_key using (asset_key);

create or replace table label as
select t.address, t.party, t.kind, t.label_source, t.source_no, t."row"
from typed_label t;

create or replace table price as
select asset_no, ltrim(t.price, '-') as price, t.price_set, t.price_source, t.as_of, t.source_no, t."row"
from typed_price t
join asset_key using (asset_key);

create or replace table claim as
select t.claim, account_no, asset_no, t.units, t.filed_at, t.standing, t.allowed_units, t.provisional_units,
       t.source_no, t."row"
from typed_claim t
join account_number using (account_key)
join asset_key using (asset_key);

create or replace table payee as
select account_no, asset_no, t.method, t.network, t.address, t.tag, t.bank, t.branch, t.account_type, t.account_number,
       t.name, t.name_kana, t.country, t.source_no, t."row"
from typed_payee t
join account_number using (account_key)
left join asset_key using (asset_key);

create or replace table payment as
select t.round, account_no, claimed.asset_no as claim_asset_no, t.step, paid.asset_no as pay_asset_no, t.units,
       t.source_no, t."row"
from typed_payment t
join account_number using (account_key)
join asset_key claimed on claimed.asset_key = t.claim_asset_key
join asset_key paid on paid.asset_key = t.pay_asset_key;

create or replace table assignment as
select account_no as claim_account_no, asset_no, t.units, t.from_holder, t.to_holder, t."at", t.source_no, t."row"
from typed_assignment t
join account_number using (account_key)
join asset_key using (asset_key);

create or replace table recovery as
select t.recovery, t.received_at, asset_no, t.units, t.pool, t.event, t.source_no, t."row"
from typed_recovery t
join asset_key using (asset_key);

create or replace table sanction as
select t.address, t.list, t.entry, t.listed_at, t.source_no, t."row"
from typed_sanction t;
