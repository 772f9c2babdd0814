-- Which accounts are listed, and what is said of each?
--
-- Reads   staged, asset_code
-- Takes   $source_no
-- Makes   rows of typed_account, one a staged row; `unfit` where a cell of it cannot be read
insert into typed_account
with typed as (
    select s."row",
           s.account,
           s.holder,
           coalesce(s.kind, 'customer') as kind,
           s.terms,
           s.jurisdiction,
           s.hold
    from staged s
)
select "row", $source_no::integer, account, holder, kind, terms, jurisdiction, hold,
       coalesce(account is null
           or kind not in ('customer', 'house', 'affiliate', 'insider'), true)
from typed;
