-- What does typing write into? Empty tables, one a table of the contract, before account and asset numbers are known.
--
-- Makes   typed_TABLE with keys of assets and accounts (in order of appearance); asset_code, account_key, zone_day; finding,
--         reject
-- Holds   absent tables are present and empty
create or replace temp table account_key (account_key integer, account varchar);
create or replace temp table asset_code (code varchar, asset_key integer, decimals integer);
create or replace temp table zone_day (
    day varchar, before_seconds integer, odd_from timestamp, odd_until timestamp, after_seconds integer
);
create or replace temp table typed_account (
    "row" bigint, source_no integer, account_key integer, holder varchar, kind varchar, terms varchar, jurisdiction varchar,
    hold varchar, omnibus varchar, election varchar, unfit boolean
);
create or replace temp table typed_balance (
    "row" bigint, source_no integer, account_key integer, asset_key integer, units decimal(38, 0), unfit boolean
);
create or replace temp table typed_journal (
    "row" bigint, source_no integer, posting varchar, posted_at timestamp, account_key integer, asset_key integer,
    units decimal(38, 0), kind varchar, reference varchar, unfit boolean
);
create or replace temp table typed_wallet (
    "row" bigint, source_no integer, wallet varchar, asset_key integer, units decimal(38, 0), address varchar,
    chain varchar, custody varchar, purpose varchar, as_of timestamp, opening_units decimal(38, 0),
    omnibus varchar, unfit boolean
);
create or replace temp table typed_transfer (
    "row" bigint, source_no integer, transfer varchar, occurred_at timestamp, asset_key integer, units decimal(38, 0),
    sender varchar, recipient varchar, fee_units decimal(38, 0), reference varchar, unfit boolean
);
create or replace temp table typed_label (
    "row" bigint, source_no integer, address varchar, party varchar, kind varchar, label_source varchar, unfit boolean
);
create or replace temp table typed_price (
    "row" bigint, source_no integer, asset_key integer, price varchar, price_set varchar, price_source varchar,
    as_of timestamp, unfit boolean
);
create or replace temp table typed_claim (
    "row" bigint, source_no integer, claim varchar, account_key integer, asset_key integer, units decimal(38, 0),
    filed_at timestamp, standing varchar, allowed_units decimal(38, 0), provisional_units decimal(38, 0), unfit boolean
);
create or replace temp table typed_payee (
    "row" bigint, source_no integer, account_key integer, asset_key integer, method varchar, network varchar,
    address varchar, tag varchar, bank varchar, branch varchar, account_type varchar, account_number varchar, name varchar,
    name_kana varchar, country varchar, unfit boolean
);
create or replace temp table typed_payment (
    "row" bigint, source_no integer, round integer, account_key integer, claim_asset_key integer, step varchar,
    pay_asset_key integer, units decimal(38, 0), unfit boolean
);
create or replace temp table typed_assignment (
    "row" bigint, source_no integer, account_key integer, asset_key integer, units decimal(38, 0),
    from_holder varchar, to_holder varchar, "at" timestamp, unfit boolean
);
create or replace temp table typed_recovery (
    "row" bigint, source_no integer, recovery varchar, received_at timestamp, asset_key integer, units decimal(38, 0),
    pool varchar, event varchar, unfit boolean
);
create or replace temp table typed_sanction (
    "row" bigint, source_no integer, address varchar, list varchar, entry varchar, listed_at timestamp, unfit boolean
);
create or replace table finding (
    code varchar, severity varchar, subject varchar, asset varchar, quantity varchar, message varchar, source varchar,
    "row" bigint, "column" varchar, remedy varchar
);
create or replace table reject (source varchar, "row" bigint, reason varchar, raw varchar);
