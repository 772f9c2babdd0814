-- What did one account put in and take out, by what transfers bear out, and what do the books say it is owed?
--
-- Reads   account, posting, match, movement, book, asset, rate, term
-- Takes   $account
-- Makes   asset, opening, received, sent, net_investment, not_received, not_sent, traded, fees, transferred, rewards,
--         adjustments, books_difference, balance VARCHAR: whole assets, a row an asset by its number; then `value`, or
--         `value (partial)` where an asset has no price, in the reporting currency
-- Holds   balance = opening + received + not_received - sent - not_sent + traded + fees + transferred + rewards +
--         adjustments + books_difference, per asset. A receipt is received by the postings that name it in the order
--         of time, up to what it brought; values are rounded once a cell, so that they may be a few minor units apart
with mine as (
    select posting.posting_no, posting.posting, posting.asset_no, posting.kind, posting.units, match.movement_no
    from posting
    left join match using (posting_no)
    where posting.account_no = (select account_no from account where account.account = $account)
),
credited as (
    select posting.posting_no, posting.units, movement.units as moved_units,
           sum(posting.units) over (
               partition by match.movement_no order by posting.posted_at, posting.posting
               rows between unbounded preceding and current row
           ) as so_far
    from match
    join posting using (posting_no)
    join movement using (movement_no)
    where match.movement_no in (select movement_no from mine where kind = 'deposit') and posting.kind = 'deposit'
),
cell as (
    select mine.asset_no, mine.kind, mine.units, mine.movement_no is not null as is_matched,
           case when credited.so_far > credited.moved_units
                then greatest(0, least(credited.units, credited.so_far - credited.moved_units)) else 0 end as above
    from mine
    left join credited using (posting_no)
),
summed_cell as (
    select asset_no,
           sum(units) filter (where kind = 'opening') as opening,
           sum(units - above) filter (where kind = 'deposit' and is_matched) as received,
           sum(-units) filter (where kind = 'withdrawal' and is_matched) as sent,
           sum(case when is_matched then above else units end) filter (where kind = 'deposit') as not_received,
           sum(-units) filter (where kind = 'withdrawal' and not is_matched) as not_sent,
           sum(units) filter (where kind = 'trade') as traded,
           sum(units) filter (where kind = 'fee') as fees,
           sum(units) filter (where kind = 'transfer') as transferred,
           sum(units) filter (where kind = 'reward') as rewards,
           sum(units) filter (where kind = 'adjustment') as adjustments,
           sum(units) as journal
    from cell
    group by asset_no
),
balanced as (
    select asset_no, units
    from book
    where account_no = (select account_no from account where account.account = $account)
),
figure as (
    select coalesce(summed_cell.asset_no, balanced.asset_no) as asset_no,
           coalesce(opening, 0)::decimal(38, 0) as opening, coalesce(received, 0)::decimal(38, 0) as received,
           coalesce(sent, 0)::decimal(38, 0) as sent, coalesce(not_received, 0)::decimal(38, 0) as not_received,
           coalesce(not_sent, 0)::decimal(38, 0) as not_sent, coalesce(traded, 0)::decimal(38, 0) as traded,
           coalesce(fees, 0)::decimal(38, 0) as fees, coalesce(transferred, 0)::decimal(38, 0) as transferred,
           coalesce(rewards, 0)::decimal(38, 0) as rewards, coalesce(adjustments, 0)::decimal(38, 0) as adjustments,
           (coalesce(balanced.units, 0) - coalesce(journal, 0))::decimal(38, 0) as books_difference,
           coalesce(balanced.units, 0)::decimal(38, 0) as balance
    from summed_cell
    full join balanced on balanced.asset_no = summed_cell.asset_no
),
named as (
    select figure.asset_no, asset.asset, asset.decimals, rate.numerator, rate.denominator,
           unnest(['opening', 'received', 'sent', 'not_received', 'not_sent', 'traded', 'fees', 'transferred',
                   'rewards', 'adjustments', 'books_difference', 'balance']) as name,
           unnest([opening, received, sent, not_received, not_sent, traded, fees, transferred, rewards, adjustments,
                   books_difference, balance]) as units
    from figure
    join asset using (asset_no)
    left join rate on rate.asset_no = figure.asset_no and rate.price_set = 'commencement'
),
line as (
    select asset_no as place, asset, decimals, name, units from named
    union all
    select null, case when bool_or(numerator is null) then 'value (partial)' else 'value' end,
           max(term.currency_decimals), name,
           coalesce(sum(scaled_half_even(units, numerator, denominator)), 0)::decimal(38, 0)
    from named
    cross join term
    group by name
),
wide as (
    select place, asset, decimals,
           max(units) filter (where name = 'opening') as opening,
           max(units) filter (where name = 'received') as received,
           max(units) filter (where name = 'sent') as sent,
           max(units) filter (where name = 'not_received') as not_received,
           max(units) filter (where name = 'not_sent') as not_sent, max(units) filter (where name = 'traded') as traded,
           max(units) filter (where name = 'fees') as fees,
           max(units) filter (where name = 'transferred') as transferred,
           max(units) filter (where name = 'rewards') as rewards,
           max(units) filter (where name = 'adjustments') as adjustments,
           max(units) filter (where name = 'books_difference') as books_difference,
           max(units) filter (where name = 'balance') as balance
    from line
    group by place, asset, decimals
)
select asset, units_text(opening, decimals) as opening, units_text(received, decimals) as received,
       units_text(sent, decimals) as sent,
       units_text(greatest(0::decimal(38, 0), (received - sent)::decimal(38, 0)), decimals) as net_investment,
       units_text(not_received, decimals) as not_received, units_text(not_sent, decimals) as not_sent,
       units_text(traded, decimals) as traded, units_text(fees, decimals) as fees,
       units_text(transferred, decimals) as transferred, units_text(rewards, decimals) as rewards,
       units_text(adjustments, decimals) as adjustments, units_text(books_difference, decimals) as books_difference,
       units_text(balance, decimals) as balance
from wide
order by place nulls last
