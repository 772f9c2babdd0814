-- How are the accounts and the balances kept?
--
-- Makes   account(account_no INTEGER key, dense from 0 in byte order of account; account, holder, kind, terms,
--                 jurisdiction, hold, omnibus, election VARCHAR null where absent; source_no INTEGER, row BIGINT, null where only other tables
--                 name it), balance(account_no, asset_no INTEGER, units DECIMAL(38,0), source_no INTEGER, row BIGINT): empty,
--         filled in the order of their keys
--
-- How a column is kept is said where there are hundreds of millions of rows: to try what would be smallest takes longer
-- than all else, for ids that are all different most of all.
create or replace table account(
    account_no integer using compression bitpacking, account varchar using compression uncompressed,
    holder varchar, kind varchar, terms varchar,
    jurisdiction varchar, hold varchar, omnibus varchar, election varchar,
    source_no integer using compression rle, "row" bigint using compression bitpacking
);
create or replace table balance(
    account_no integer using compression bitpacking, asset_no integer using compression bitpacking,
    units decimal(38, 0) using compression uncompressed, source_no integer using compression rle,
    "row" bigint using compression bitpacking
);
