-- The texts that are compared: the ids of accounts, or the names of their holders.
--
-- Reads   account
-- Makes   view identity_text(account_no INTEGER key, text VARCHAR);
--         identity_skeleton(account_no INTEGER key, skeleton VARCHAR), empty, for those that are not ASCII
create or replace temp view identity_text as
select account_no, {column} as text from account where {column} is not null;

create or replace temp table identity_skeleton (account_no integer, skeleton varchar);
