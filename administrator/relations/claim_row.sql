-- What each holder claims of each asset: scheduled by the books, filed, and what counts of it.
--
-- Reads   book, claim, account, term
-- Makes   claim_row(account_no INTEGER, asset_no INTEGER, scheduled, filed null, allowed, disputed, unclaimed, disallowed
--                   DECIMAL(38,0) units, tier INTEGER, claim VARCHAR null, standing VARCHAR null, is_late BOOLEAN,
--                   source_no INTEGER null, row BIGINT null), key (account_no, asset_no), ordered by it
-- Holds   tier 0 shares first, 1 (late, where the plan puts it after) next, 2 (subordinated) last; -1 is not in a pool
--
-- Of two claims for one line the later filed counts, then the greater id. A disputed claim counts at what a ruling set
-- provisionally, else as filed.
create or replace table counted_claim as
with ranked as (
    select claim.*,
           row_number() over (
               partition by claim.account_no, claim.asset_no
               order by claim.filed_at desc nulls last, claim.claim desc
           ) as nth
    from claim
    join account using (account_no)
    where account.kind <> 'house'
)
select account_no, asset_no, claim, units as filed, standing, allowed_units, provisional_units,
       coalesce(filed_at >= term.bar_at, false) as is_late
from ranked
cross join term
where nth = 1;

create or replace table claim_row as
with line as (
    select coalesce(book.account_no, counted_claim.account_no) as account_no,
           coalesce(book.asset_no, counted_claim.asset_no) as asset_no,
           greatest(coalesce(book.units, 0), 0)::decimal(38, 0) as scheduled,
           counted_claim.filed, counted_claim.claim, counted_claim.allowed_units, counted_claim.provisional_units,
           coalesce(counted_claim.is_late, false) as is_late,
           case when counted_claim.claim is null then 'none'
                when counted_claim.is_late and term.late = 'barred' then 'disallowed'
                else counted_claim.standing end as standing,
           book.source_no, book."row"
    from book
    full join counted_claim
        on counted_claim.account_no = book.account_no and counted_claim.asset_no = book.asset_no
    cross join term
),
ruled as (
    select line.*,
           case standing when 'none' then scheduled
                         when 'filed' then least(filed, scheduled)
                         when 'allowed' then coalesce(allowed_units, filed)
                         else 0 end as allowed,
           case standing when 'filed' then greatest(filed - scheduled, 0)
                         when 'disputed' then coalesce(provisional_units, filed)
                         else 0 end as disputed,
           case standing when 'filed' then greatest(scheduled - filed, 0) else 0 end as unclaimed
    from line
)
select ruled.account_no, ruled.asset_no, ruled.scheduled, ruled.filed,
       ruled.allowed::decimal(38, 0) as allowed,
       ruled.disputed::decimal(38, 0) as disputed,
       ruled.unclaimed::decimal(38, 0) as unclaimed,
       (case ruled.standing when 'allowed' then greatest(ruled.filed - ruled.allowed, 0)
                            when 'disallowed' then ruled.filed
                            when 'withdrawn' then ruled.filed
                            else 0 end)::decimal(38, 0) as disallowed,
       case when account.kind in ('insider', 'affiliate') and term.insiders = 'estate' then -1
            when account.kind in ('insider', 'affiliate') and term.insiders = 'subordinate' then 2
            when ruled.is_late and term.late = 'after' then 1
            else 0 end as tier,
       ruled.claim, ruled.standing, ruled.is_late, ruled.source_no, ruled."row"
from ruled
join account using (account_no)
cross join term
order by ruled.account_no, ruled.asset_no;
