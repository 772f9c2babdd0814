-- A page of the postings, transfers and wallets that one line of one asset's bridge rests on.
--
-- Reads   posting, movement, match, holding, book, account, asset, source
-- Makes   record, id, happened_at, quantity, who, reference, source, source_row VARCHAR, total BIGINT; by instant, record, id
select record, id, happened_at, quantity, who, reference, source, source_row,
       count(*) over () as total
from (
    select 'posting' as record, posting.posting as id, posting.posted_at::varchar || 'Z' as happened_at,
           units_text(posting.units, asset.decimals) as quantity, account.account as who,
           coalesce(posting.reference, '') as reference, source.source, posting."row"::varchar as source_row,
           case posting.kind when 'opening' then 'opening_difference'
                when 'deposit' then case when match.movement_no is null then 'deposits_without_receipt'
                                         else 'deposit_differences' end
                when 'withdrawal' then case when match.movement_no is null then 'withdrawals_not_sent'
                                            else 'withdrawal_differences' end
                else 'credits' end as line,
           case when posting.kind in ('opening', 'deposit', 'withdrawal') then '' else posting.kind end as tail,
           asset.asset
    from posting
    join account using (account_no)
    join asset on asset.asset_no = posting.asset_no
    join source on source.source_no = posting.source_no
    left join match using (posting_no)
    union all
    select 'transfer', movement.transfer, movement.occurred_at::varchar || 'Z', units_text(movement.units, asset.decimals),
           coalesce(movement.party, ''), coalesce(movement.reference, ''), source.source, movement."row"::varchar,
           case when matched.movement_no is not null and movement.direction = 'in' then 'deposit_differences'
                when matched.movement_no is not null and movement.direction = 'out' then 'withdrawal_differences'
                when movement.party = 'guarantee' then 'moved_to_guarantee'
                when movement.kind in ('house', 'affiliate', 'insider', 'thief') then 'taken_by'
                when movement.direction = 'out' then 'outflows_without_posting'
                when movement.direction = 'in' then 'receipts_without_posting' end,
           case when matched.movement_no is null and movement.party <> 'guarantee'
                 and movement.kind in ('house', 'affiliate', 'insider', 'thief') then movement.party else '' end,
           asset.asset
    from movement
    join asset on asset.asset_no = movement.asset_no
    join source on source.source_no = movement.source_no
    left join (select distinct movement_no from match) as matched using (movement_no)
    where not movement.is_after and movement.direction in ('in', 'out')
    union all
    select 'network fee', movement.transfer, movement.occurred_at::varchar || 'Z', units_text(movement.fee_units, asset.decimals),
           '', coalesce(movement.reference, ''), source.source, movement."row"::varchar, 'network_fees', '', asset.asset
    from movement
    join asset on asset.asset_no = movement.asset_no
    join source on source.source_no = movement.source_no
    where not movement.is_after and movement.direction in ('out', 'internal') and movement.fee_units > 0
    union all
    select 'wallet', holding.wallet, '', units_text(holding.opening_units, asset.decimals), holding.custody, 'opening',
           source.source, holding."row"::varchar, 'opening_difference', '', asset.asset
    from holding
    join asset using (asset_no)
    join source using (source_no)
    where holding.purpose = 'customer'
    union all
    select 'balance', account.account, '', units_text(book.units, asset.decimals), account.account, '',
           coalesce(source.source, ''), coalesce(book."row"::varchar, ''), 'negative_balances', '', asset.asset
    from book
    join account using (account_no)
    join asset on asset.asset_no = book.asset_no
    left join source on source.source_no = book.source_no
    where book.units < 0
    union all
    select 'balance', account.account, '', units_text(book.units, asset.decimals), account.account, '',
           coalesce(source.source, ''), coalesce(book."row"::varchar, ''), 'opening_difference', '', asset.asset
    from book
    join account using (account_no)
    join asset on asset.asset_no = book.asset_no
    left join source on source.source_no = book.source_no
    cross join term
    where not term.has_journal
) where asset = $asset and line = $name and tail = $tail
order by happened_at, record, id
limit $limit offset $offset
