-- Which accounts lay still for long, and were then credited with something that their holder did not send?
--
-- Reads   screen_unbacked, screen_given, screen_matched, screen_typical, posting, account
-- Takes   $dormant_days: how long is still; $burst_days: what else is credited within them is of one act; $soon_days:
--         what leaves within them left soon
-- Makes   red_flag_dormant_account_credited, red_flag_dormant_account_credited_row: the columns of red_flag.sql, a row
--         an account and asset
-- Holds   what a holder does himself is a deposit with a receipt, a withdrawal, a trade, a transfer away; an opening
--         posting is the last that is known of the time before it. Credited: an adjustment or a reward that not many
--         were given alike, a transfer from another account, a deposit without receipt, of at least the typical
--         holding. A deposit with its receipt wakes an account, however great it is
create or replace temp table screen_woken as
with credit as (
    select posting_no, account_no, asset_no, units, posted_at from screen_unbacked where units > 0
    union all
    select posting_no, account_no, asset_no, units, posted_at from screen_given where units > 0
    union all
    select posting_no, account_no, asset_no, units, posted_at
    from screen_posting
    where kind = 'transfer' and units > 0
),
large as (
    select credit.posting_no, credit.account_no, credit.asset_no, credit.units, credit.posted_at
    from credit
    left join screen_typical using (asset_no)
    where credit.units >= coalesce(screen_typical.units, 0)
),
act as (
    select posting.account_no, posting.posted_at
    from screen_posting as posting
    where posting.account_no in (select account_no from large)
      and (posting.kind in ('opening', 'withdrawal', 'trade')
           or (posting.kind = 'transfer' and posting.units < 0)
           or (posting.kind = 'deposit' and posting.posting_no not in (select posting_no from screen_unbacked)))
)
select large.posting_no, large.account_no, large.asset_no, large.units, large.posted_at, max(act.posted_at) as acted_at
from large
join act on act.account_no = large.account_no and act.posted_at < large.posted_at
group by all
having max(act.posted_at) <= large.posted_at - to_days($dormant_days);

create or replace temp table red_flag_dormant_account_credited as
with woken as (
    select account_no, asset_no, min(posted_at) as woken_at, arg_min(acted_at, posted_at) as acted_at
    from screen_woken
    group by account_no, asset_no
),
burst as (
    select woken.account_no, woken.asset_no, woken.woken_at, woken.acted_at,
           sum(screen_woken.units)::decimal(38, 0) as units, count(*) as credits, max(screen_woken.posted_at) as last_at
    from woken
    join screen_woken using (account_no, asset_no)
    where screen_woken.posted_at <= woken.woken_at + to_days($burst_days)
    group by all
),
sent as (
    select burst.account_no, burst.asset_no, sum(-screen_matched.units)::decimal(38, 0) as units
    from burst
    join screen_matched using (account_no, asset_no)
    where screen_matched.kind = 'withdrawal' and screen_matched.posted_at >= burst.woken_at
      and screen_matched.posted_at <= burst.last_at + to_days($soon_days)
    group by burst.account_no, burst.asset_no
)
select row_number() over (order by burst.account_no, burst.asset_no)::integer as nth,
       burst.account_no, 1::bigint as accounts, null::varchar as other, burst.asset_no, burst.units,
       null::decimal(38, 0) as value_minor, burst.credits as row_count, burst.woken_at as first_at, burst.last_at,
       flag_parts([
           flag_part(true, case when burst.woken_at - burst.acted_at >= to_days($dormant_days * 3) then 'still_long'
                                else 'still' end,
                     datediff('day', burst.acted_at, burst.woken_at), null),
           flag_size(times(burst.units, screen_typical.units), screen_typical.units),
           flag_part(sent.units >= burst.units - sent.units, 'left_soon', least(sent.units, burst.units), $soon_days),
           flag_part(account.kind in ('insider', 'affiliate'), account.kind, null, null)
       ]) as parts
from burst
join account using (account_no)
left join screen_typical on screen_typical.asset_no = burst.asset_no
left join sent on sent.account_no = burst.account_no and sent.asset_no = burst.asset_no;

create or replace temp table red_flag_dormant_account_credited_row as
select flagged.nth, 'journal' as table_name, posting.posting as id, posting.posted_at as happened_at, posting.source_no,
       posting."row"
from red_flag_dormant_account_credited as flagged
join screen_woken using (account_no, asset_no)
join screen_posting as posting on posting.posting_no = screen_woken.posting_no
where screen_woken.posted_at <= flagged.last_at;
