-- A page of red flags, the highest scores first, each with the first of the rows it rests on.
--
-- Reads   red_flag, red_flag_row, account, asset, source, term
-- Takes   $kind: of one screen, or empty for all; $limit, $offset
-- Makes   flag_no INTEGER, kind VARCHAR, score INTEGER, account, account_kind VARCHAR, accounts BIGINT, other, asset
--         VARCHAR null, decimals INTEGER null, units, minor VARCHAR null (whole numbers), row_count BIGINT, first_at,
--         last_at TIMESTAMP null, parts, currency VARCHAR, currency_decimals INTEGER, table_name, id, source VARCHAR,
--         row BIGINT; by flag_no
select red_flag.flag_no, red_flag.kind, red_flag.score, account.account, account.kind as account_kind,
       red_flag.accounts, red_flag.other, asset.asset, asset.decimals, red_flag.units::varchar as units,
       red_flag.value_minor::varchar as minor, red_flag.row_count, red_flag.first_at, red_flag.last_at, red_flag.parts,
       currency.asset as currency, term.currency_decimals, red_flag_row.table_name, red_flag_row.id, source.source,
       red_flag_row."row"
from red_flag
join account on account.account_no = red_flag.account_no
cross join term
join asset as currency on currency.asset_no = term.currency_no
join red_flag_row on red_flag_row.flag_no = red_flag.flag_no and red_flag_row.place = 1
left join asset on asset.asset_no = red_flag.asset_no
left join source on source.source_no = red_flag_row.source_no
where $kind = '' or red_flag.kind = $kind
order by red_flag.flag_no
limit $limit offset $offset
