-- Which balances are mostly not backed by anything that came in?
--
-- Reads   screen_unbacked, screen_given, screen_matched, screen_typical, posting, book, summed, balance, rate,
--         account, term
-- Takes   $share_percent: of the balance that must be without backing; $nearly_percent: of which it is nearly all;
--         $rhythm: one of so many is rare
-- Makes   screen_fiction(account_no, asset_no, units signed), its key: what no receipt, trade, fee, withdrawal or
--         transfer between accounts explains; red_flag_fictitious_balance, red_flag_fictitious_balance_row: the
--         columns of red_flag.sql, a row an account, or an account and an unpriced asset
-- Holds   not backed: deposits without receipt, adjustments and rewards that not many were given alike, and what the
--         balance table has above the journal, unless that is so of more than one balance in $rhythm: then the journal
--         is not whole. Because trades turn one asset into another, an account is judged by value over all its priced
--         assets at commencement, and each unpriced asset by itself. Opening postings count as backing: they are
--         history nobody has verified, not fiction. Not backed in at least one asset by the typical holding of it
-- Source  the net investment method, max(0, deposits - withdrawals), for books that are partly invented; a view of the
--         account beside its balance, which changes no claim
create or replace temp table screen_fiction as
with difference as (
    select book.account_no, book.asset_no, (book.units - coalesce(summed.units, 0))::decimal(38, 0) as units
    from screen_book as book
    left join summed on summed.account_no = book.account_no and summed.asset_no = book.asset_no
    where (select has_balance from term) and book.units <> coalesce(summed.units, 0)
),
part as (
    select account_no, asset_no, units from screen_unbacked
    union all
    select account_no, asset_no, units from screen_given
    union all
    select account_no, asset_no, units
    from difference
    where (select count(*) from difference) * $rhythm <= (select count(*) from screen_book as book)
)
select account_no, asset_no, sum(units)::decimal(38, 0) as units
from part
group by account_no, asset_no
having sum(units) <> 0;

create or replace temp table screen_judged as
with suspect as (
    select screen_fiction.account_no, max(times(screen_fiction.units, screen_typical.units)) as multiple
    from screen_fiction
    left join screen_typical using (asset_no)
    where screen_fiction.units > 0 and screen_fiction.units >= coalesce(screen_typical.units, 0)
    group by screen_fiction.account_no
),
cell as (
    select book.account_no, book.asset_no, greatest(book.units, 0::decimal(38, 0)) as held,
           0::decimal(38, 0) as unbacked
    from screen_book as book
    semi join suspect using (account_no)
    union all
    select account_no, asset_no, 0, units from screen_fiction where account_no in (select account_no from suspect)
),
summed_cell as (
    select account_no, asset_no, sum(held)::decimal(38, 0) as held, sum(unbacked)::decimal(38, 0) as unbacked
    from cell
    group by account_no, asset_no
),
valued as (
    select summed_cell.account_no, summed_cell.asset_no, rate.asset_no is not null as is_priced,
           case when rate.asset_no is null then summed_cell.held
                else scaled_half_even(summed_cell.held, rate.numerator, rate.denominator) end as held,
           case when rate.asset_no is null then summed_cell.unbacked
                else scaled_half_even(summed_cell.unbacked, rate.numerator, rate.denominator) end as unbacked,
           summed_cell.unbacked as unbacked_units
    from summed_cell
    left join rate on rate.asset_no = summed_cell.asset_no and rate.price_set = 'commencement'
),
judged as (
    select account_no, case when is_priced then null else asset_no end as unpriced_no,
           sum(held)::decimal(38, 0) as held, sum(unbacked)::decimal(38, 0) as unbacked,
           case when count(*) filter (where unbacked_units <> 0) = 1
                then max(asset_no) filter (where unbacked_units <> 0) end as asset_no,
           case when count(*) filter (where unbacked_units <> 0) = 1
                then max(unbacked_units) filter (where unbacked_units <> 0) end::decimal(38, 0) as units
    from valued
    group by account_no, case when is_priced then null else asset_no end
)
select judged.account_no, judged.unpriced_no, judged.asset_no, judged.units, judged.held,
       least(judged.held, judged.unbacked)::decimal(38, 0) as unbacked, suspect.multiple,
       scaled_floor(least(judged.held, judged.unbacked), 100::decimal(38, 0), judged.held) as percent
from judged
join suspect using (account_no)
where judged.held > 0 and judged.unbacked > 0;

create or replace temp table red_flag_fictitious_balance as
with moved as (
    select screen_judged.account_no, screen_matched.kind,
           sum(scaled_half_even(screen_matched.units, rate.numerator, rate.denominator))::decimal(38, 0) as minor
    from (select distinct account_no from screen_judged) as screen_judged
    join screen_matched using (account_no)
    join rate on rate.asset_no = screen_matched.asset_no and rate.price_set = 'commencement'
    group by screen_judged.account_no, screen_matched.kind
),
opened as (
    select posting.account_no,
           sum(scaled_half_even(posting.units, rate.numerator, rate.denominator))::decimal(38, 0) as minor
    from screen_posting as posting
    join rate on rate.asset_no = posting.asset_no and rate.price_set = 'commencement'
    where posting.kind = 'opening' and posting.account_no in (select account_no from screen_judged)
    group by posting.account_no
),
invested as (
    select account_no, greatest(0, sum(minor))::decimal(38, 0) as minor
    from moved
    group by account_no
),
spanned as (
    select posting.account_no, case when rate.asset_no is null then posting.asset_no end as unpriced_no,
           min(posting.posted_at) as first_at, max(posting.posted_at) as last_at, count(*) as postings
    from screen_posting as posting
    left join rate on rate.asset_no = posting.asset_no and rate.price_set = 'commencement'
    where posting.account_no in (select account_no from screen_judged)
      and (posting.posting_no in (select posting_no from screen_given)
           or posting.posting_no in (select posting_no from screen_unbacked))
    group by posting.account_no, case when rate.asset_no is null then posting.asset_no end
)
select row_number() over (order by screen_judged.account_no, screen_judged.unpriced_no nulls first)::integer as nth,
       screen_judged.account_no, 1::bigint as accounts, null::varchar as other, screen_judged.asset_no,
       screen_judged.units,
       case when screen_judged.unpriced_no is null then screen_judged.unbacked end::decimal(38, 0) as value_minor,
       coalesce(spanned.postings, 0) as row_count, spanned.first_at, spanned.last_at,
       flag_parts([
           flag_part(screen_judged.unpriced_no is null, 'not_backed', screen_judged.percent, screen_judged.held),
           flag_part(screen_judged.unpriced_no is not null, 'not_backed_units', screen_judged.percent,
                     screen_judged.held),
           flag_part(screen_judged.percent >= $nearly_percent, 'nearly_all', null, null),
           flag_part(screen_judged.unpriced_no is null, 'net_investment', coalesce(invested.minor, 0),
                     coalesce(opened.minor, 0)),
           flag_part(screen_judged.unpriced_no is null and coalesce(invested.minor, 0) = 0
                     and coalesce(opened.minor, 0) = 0, 'nothing_invested', null, null),
           flag_part(screen_judged.multiple >= 1,
                     case when screen_judged.multiple >= 100 then 'fiction_100' when screen_judged.multiple >= 10
                          then 'fiction_10' else 'fiction' end, screen_judged.multiple, null),
           flag_part(account.kind in ('insider', 'affiliate'), account.kind, null, null)
       ]) as parts
from screen_judged
join account using (account_no)
left join invested using (account_no)
left join opened using (account_no)
left join spanned on spanned.account_no = screen_judged.account_no
    and spanned.unpriced_no is not distinct from screen_judged.unpriced_no
where screen_judged.percent >= $share_percent;

create or replace temp table red_flag_fictitious_balance_row as
select flagged.nth, 'journal' as table_name, posting.posting as id, posting.posted_at as happened_at, posting.source_no,
       posting."row"
from red_flag_fictitious_balance as flagged
join screen_posting as posting using (account_no)
left join rate on rate.asset_no = posting.asset_no and rate.price_set = 'commencement'
where (posting.posting_no in (select posting_no from screen_given)
       or posting.posting_no in (select posting_no from screen_unbacked))
  and case when flagged.value_minor is null then posting.asset_no = flagged.asset_no else rate.asset_no is not null end
union all
select flagged.nth, 'balance', account.account, null, book.source_no, book."row"
from red_flag_fictitious_balance as flagged
join screen_book as book using (account_no)
join account using (account_no)
left join summed on summed.account_no = book.account_no and summed.asset_no = book.asset_no
left join rate on rate.asset_no = book.asset_no and rate.price_set = 'commencement'
where case when flagged.value_minor is null then book.asset_no = flagged.asset_no else rate.asset_no is not null end
  and book."row" is not null and book.units > coalesce(summed.units, 0) and (select has_balance from term);
