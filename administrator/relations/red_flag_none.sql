-- No red flags: what a case without a journal or transfers has, and what the screens begin with.
--
-- Makes   red_flag(flag_no INTEGER key, kind VARCHAR, score INTEGER 1 to 100, account_no INTEGER: the one it is about,
--         or the lowest of several, accounts BIGINT, other VARCHAR null: the party of a round trip, the last account
--         of a run, asset_no INTEGER null: several, units DECIMAL(38,0) null, value_minor DECIMAL(38,0) null: minor
--         units at commencement, row_count BIGINT, first_at, last_at TIMESTAMP null, parts: list of (reason VARCHAR,
--         much, whole DECIMAL(38,0) null), in words in administrator/red_flags.py); red_flag_row(flag_no INTEGER,
--         place INTEGER from 1, table_name VARCHAR, id VARCHAR, happened_at TIMESTAMP null, source_no INTEGER null,
--         row BIGINT null), its key (flag_no, place): the rows it rests on; red_flag_exposure, as
--         red_flag_insider_withdrawal.sql says
-- Holds   suspicions for a person to rule on: no other relation reads them, and no figure depends on them
create or replace table red_flag(
    flag_no integer, kind varchar, score integer, account_no integer, accounts bigint, other varchar, asset_no integer,
    units decimal(38, 0), value_minor decimal(38, 0), row_count bigint, first_at timestamp, last_at timestamp,
    parts struct(reason varchar, much decimal(38, 0), whole decimal(38, 0))[]
);
create or replace table red_flag_row(
    flag_no integer, place integer, table_name varchar, id varchar, happened_at timestamp, source_no integer,
    "row" bigint
);
create or replace table red_flag_exposure(
    account_no integer, asset_no integer, withdrawals bigint, withdrawn decimal(38, 0), deposited decimal(38, 0),
    exposure decimal(38, 0), net decimal(38, 0)
);
