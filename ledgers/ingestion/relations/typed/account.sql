-- Which accounts are listed, and what is said of each?
--
-- Reads   staged, account_key
-- Takes   $source_no
-- Makes   rows of typed_account, one a staged row; `unfit` where a cell of it cannot be read
insert into typed_account
with typed as (
    select s."row",
           k.account_key,
           s.holder,
           coalesce(s.kind, 'customer') as kind,
           s.terms,
           s.jurisdiction,
           s.hold,
           s.omnibus,
           s.election
    from staged s
    left join account_key k on k.account = s.account
)
select "row", $source_no::integer, account_key, holder, kind, terms, jurisdiction, hold, omnibus,
       election,
       coalesce(account_key is null
           or kind not in ('customer', 'house', 'affiliate', 'insider'), true)
from typed;
