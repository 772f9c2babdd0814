-- Which accounts were credited with deposits that no receipt bears out?
--
-- Reads   screen_unbacked, screen_typical, screen_matched, posting, account
-- Takes   $repeated_min: how many such deposits are more than an error
-- Makes   red_flag_credit_without_receipt, red_flag_credit_without_receipt_row: the columns of red_flag.sql, a row an
--         account and asset
-- Holds   units are what was booked without a receipt, net of what was reversed; less than a tenth of the typical
--         holding is left to the bridge, which has every unit of it
create or replace temp table red_flag_credit_without_receipt as
with credited as (
    select account_no, asset_no, sum(units)::decimal(38, 0) as units, count(*) filter (where units > 0) as credits,
           count(*) filter (where units > 0 and is_excess) as doubled,
           count(*) filter (where units > 0 and is_named) as named,
           min(posted_at) as first_at, max(posted_at) as last_at
    from screen_unbacked
    group by account_no, asset_no
),
sized as (
    select credited.account_no, credited.asset_no, credited.units, credited.credits, credited.doubled, credited.named,
           credited.first_at, credited.last_at, screen_typical.units as typical,
           times(credited.units, screen_typical.units) as multiple
    from credited
    left join screen_typical using (asset_no)
    where credited.units >= coalesce(screen_typical.tenth, 0)
),
sent as (
    select sized.account_no, sized.asset_no, sum(-screen_matched.units)::decimal(38, 0) as units
    from sized
    join screen_matched using (account_no, asset_no)
    where screen_matched.kind = 'withdrawal' and screen_matched.posted_at >= sized.first_at
    group by sized.account_no, sized.asset_no
)
select row_number() over (order by sized.account_no, sized.asset_no)::integer as nth,
       sized.account_no, 1::bigint as accounts, null::varchar as other, sized.asset_no, sized.units,
       null::decimal(38, 0) as value_minor, sized.credits as row_count, sized.first_at, sized.last_at,
       flag_parts([
           flag_part(sized.credits > sized.doubled, 'unreceived', sized.credits - sized.doubled, null),
           flag_part(sized.doubled > 0, 'credited_above', sized.doubled, null),
           flag_part(sized.named > 0, 'dead_reference', sized.named, null),
           flag_size(sized.multiple, sized.typical),
           flag_part(sized.credits >= $repeated_min, 'repeated', sized.credits, null),
           flag_part(sent.units >= sized.units - sent.units, 'left_again', least(sent.units, sized.units), sized.units),
           flag_part(account.kind in ('insider', 'affiliate'), account.kind, null, null)
       ]) as parts
from sized
join account using (account_no)
left join sent on sent.account_no = sized.account_no and sent.asset_no = sized.asset_no;

create or replace temp table red_flag_credit_without_receipt_row as
select flagged.nth, 'journal' as table_name, posting.posting as id, posting.posted_at as happened_at, posting.source_no,
       posting."row"
from red_flag_credit_without_receipt as flagged
join screen_unbacked using (account_no, asset_no)
join screen_posting as posting on posting.posting_no = screen_unbacked.posting_no;
