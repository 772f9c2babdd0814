-- Which accounts have consecutive numbers and behave as one?
--
-- Reads   account, posting, screen_matched, screen_typical, book
-- Takes   $run_min: how many in a row behave alike; $unfunded_min: how many in a row have a balance and never sent
--         anything; $alike_hours: within which they were first credited; $rhythm: one of so many is rare
-- Makes   red_flag_sequential_accounts, red_flag_sequential_accounts_row: the columns of red_flag.sql, a row a run of
--         accounts; other is the last of them
-- Holds   an account that begins with an opening began before the journal, nobody knows how: it is not compared.
--         Consecutive numbers are how every exchange counts: a run is alike where each was first credited with the
--         same quantity of the same asset by the same kind of posting within the hours, and at least half of all
--         accounts that ever got just that are in the run (a reward that everybody gets is none); or where none has an
--         opening or a deposit with a receipt though it has a balance, which is judged only where that is rare. Least
--         tenth of the typical holding
create or replace temp table screen_numbered as
with counted as (
    select account_no, account, regexp_extract(account, '^(.*?)([0-9]{1,18})$', ['prefix', 'number']) as cut
    from account
    where kind <> 'house' and regexp_full_match(account, '.*[0-9]')
)
select account_no, account, cut.prefix as prefix, try_cast(cut.number as bigint) as number
from counted;

create or replace temp table screen_beginning as
with began as (
    select account_no, min(posted_at) as began_at
    from screen_posting as posting
    where units > 0
    group by account_no
),
ranked as (
    select posting.account_no, posting.posting_no, posting.asset_no, posting.units, posting.kind, posting.posted_at,
           bool_or(posting.kind = 'opening') over (partition by posting.account_no) as is_opened,
           row_number() over (partition by posting.account_no order by posting.posting) as nth
    from screen_posting as posting
    join began on began.account_no = posting.account_no and began.began_at = posting.posted_at
    where posting.units > 0
)
select account_no, posting_no, asset_no, units, kind, posted_at from ranked where nth = 1 and not is_opened;

create or replace temp table screen_alike as
with begun as (
    select screen_beginning.account_no, screen_beginning.posting_no, screen_beginning.asset_no, screen_beginning.units,
           screen_beginning.kind, screen_beginning.posted_at, screen_numbered.prefix, screen_numbered.number
    from screen_beginning
    join screen_numbered using (account_no)
    left join screen_typical on screen_typical.asset_no = screen_beginning.asset_no
    where screen_beginning.units >= coalesce(screen_typical.tenth, 0)
),
common as (
    select asset_no, units, kind
    from begun
    group by asset_no, units, kind
    having count(*) >= $run_min
),
given as (
    select posting.asset_no, posting.units, posting.kind, count(distinct posting.account_no) as everybody
    from screen_posting as posting
    semi join common using (asset_no, units, kind)
    group by posting.asset_no, posting.units, posting.kind
),
placed as (
    select begun.account_no, begun.posting_no, begun.asset_no, begun.units, begun.kind, begun.posted_at, begun.prefix,
           given.everybody,
           begun.number - dense_rank() over (
               partition by begun.prefix, begun.asset_no, begun.units, begun.kind order by begun.number
           ) as run
    from begun
    join given on given.asset_no = begun.asset_no and given.units = begun.units and given.kind = begun.kind
),
sized as (
    select account_no, posting_no, asset_no, units, kind, posted_at, everybody, prefix, run,
           count(*) over within as accounts,
           max(posted_at) over within - min(posted_at) over within as span
    from placed
    window within as (partition by prefix, asset_no, units, kind, run)
)
select account_no, posting_no, asset_no, units, posted_at, everybody, accounts,
       min(account_no) over (partition by prefix, asset_no, units, kind, run) as lead_no
from sized
where accounts >= $run_min and accounts >= everybody - accounts and span <= to_hours($alike_hours);

create or replace temp table screen_unfunded as
with funded as (
    select distinct account_no from screen_posting as posting where kind = 'opening'
    union
    select distinct account_no from screen_matched where kind = 'deposit'
),
shared as (
    select posting.account_no, posting.asset_no, sum(posting.units)::decimal(38, 0) as units
    from screen_posting as posting
    semi join screen_common using (asset_no, units, kind)
    group by posting.account_no, posting.asset_no
),
held as (
    select distinct book.account_no
    from screen_book as book
    join screen_typical using (asset_no)
    left join shared on shared.account_no = book.account_no and shared.asset_no = book.asset_no
    where book.units - coalesce(shared.units, 0) >= screen_typical.tenth and book.units > coalesce(shared.units, 0)
),
counted as (
    select (select count(*) from held) as everybody,
           (select count(*) from held where account_no not in (select account_no from funded)) as unfunded
),
placed as (
    select screen_numbered.account_no, screen_numbered.prefix, counted.everybody, counted.unfunded,
           screen_numbered.number - dense_rank() over (
               partition by screen_numbered.prefix order by screen_numbered.number
           ) as run
    from held
    join screen_numbered using (account_no)
    cross join counted
    where held.account_no not in (select account_no from funded)
      and held.account_no not in (select account_no from screen_alike)
      and counted.unfunded <= counted.everybody - counted.unfunded * ($rhythm - 1)
),
sized as (
    select account_no, everybody, unfunded, count(*) over within as accounts, min(account_no) over within as lead_no
    from placed
    window within as (partition by prefix, run)
)
select account_no, everybody, unfunded, accounts, lead_no from sized where accounts >= $unfunded_min;

create or replace temp table red_flag_sequential_accounts as
with alike as (
    select lead_no, max(account_no) as last_no, count(*) as accounts, min(asset_no) as asset_no,
           sum(units)::decimal(38, 0) as units, min(units) as each_units, max(everybody) as everybody,
           min(posted_at) as first_at, max(posted_at) as last_at
    from screen_alike
    group by lead_no
),
unfunded as (
    select lead_no, max(account_no) as last_no, count(*) as accounts, max(everybody) as everybody,
           max(unfunded) as unfunded
    from screen_unfunded
    group by lead_no
),
run as (
    select alike.lead_no, alike.last_no, alike.accounts, alike.asset_no, alike.units, alike.first_at, alike.last_at,
           flag_parts([
               flag_part(true, case when alike.accounts >= $run_min * 2 then 'alike_many' else 'alike' end,
                         alike.accounts, alike.each_units),
               flag_part(alike.everybody = alike.accounts, 'nobody_else', null, null),
               flag_size(times(alike.units, screen_typical.units), screen_typical.units)
           ]) as parts
    from alike
    left join screen_typical on screen_typical.asset_no = alike.asset_no
    union all
    select lead_no, last_no, accounts, null, null, null, null,
           flag_parts([
               flag_part(true, 'never_funded', accounts, null),
               flag_part(true, 'rarely_unfunded', unfunded, everybody)
           ])
    from unfunded
),
insider as (
    select member.lead_no, count(*) as insiders
    from (
        select lead_no, account_no from screen_alike union all select lead_no, account_no from screen_unfunded
    ) as member
    join account using (account_no)
    where account.kind in ('insider', 'affiliate')
    group by member.lead_no
)
select row_number() over (order by run.lead_no, run.asset_no)::integer as nth, run.lead_no as account_no, run.accounts,
       account.account as other, run.asset_no, run.units, null::decimal(38, 0) as value_minor,
       run.accounts as row_count, run.first_at, run.last_at,
       case when insider.insiders > 0
            then list_append(run.parts, flag_part(true, 'insider_among', insider.insiders, run.accounts))
            else run.parts end as parts
from run
join account on account.account_no = run.last_no
left join insider on insider.lead_no = run.lead_no;

create or replace temp table red_flag_sequential_accounts_row as
select flagged.nth, 'journal' as table_name, posting.posting as id, posting.posted_at as happened_at, posting.source_no,
       posting."row"
from red_flag_sequential_accounts as flagged
join screen_alike on screen_alike.lead_no = flagged.account_no and flagged.asset_no = screen_alike.asset_no
join screen_posting as posting on posting.posting_no = screen_alike.posting_no
union all
select flagged.nth, 'journal', posting.posting, posting.posted_at, posting.source_no, posting."row"
from red_flag_sequential_accounts as flagged
join screen_unfunded on screen_unfunded.lead_no = flagged.account_no and flagged.asset_no is null
join screen_beginning on screen_beginning.account_no = screen_unfunded.account_no
join screen_posting as posting on posting.posting_no = screen_beginning.posting_no;
