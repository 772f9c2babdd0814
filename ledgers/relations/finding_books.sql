-- What the books stage noticed.
--
-- Reads   journal, movement, transfer, account, asset, source, term, book, summed
-- Makes   rows of finding: after-commencement, deposit-after-commencement, balances-differ-from-journal, balances-all-zero,
--         balances-negative
-- Holds   where many rows make one finding it names that of the lowest account, whose place depends on no order of rows
insert into finding
select 'after-commencement', 'note', 'posting ' || journal.posting, asset.asset,
       units_text(journal.units, asset.decimals),
       place_shown(source.source, journal."row") || 'posted_at "' || instant_shown(journal.posted_at) || '" of posting "'
           || shown(journal.posting) || '" is after commencement, so it is no part of the books.',
       source.source, journal."row", 'posted_at', 'Nothing, unless commencement_at or the date is wrong.'
from journal
join asset using (asset_no)
join source using (source_no)
cross join term
where journal.posted_at > term.commencement_at;

insert into finding
select case when movement.direction = 'in' then 'deposit-after-commencement' else 'after-commencement' end, 'note',
       'transfer ' || movement.transfer, asset.asset, units_text(movement.units, asset.decimals),
       place_shown(source.source, movement."row") || 'occurred_at "' || instant_shown(movement.occurred_at)
           || '" of transfer "' || shown(movement.transfer) || '" is after commencement, so '
           || case when movement.direction = 'in' then 'it is returnable in full to its sender.'
                   else 'it is no part of the books.' end,
       source.source, movement."row", 'occurred_at',
       case when movement.direction = 'in' then 'Return it to its sender outside the distribution.'
            else 'Nothing, unless commencement_at or the date is wrong.' end
from movement
join asset using (asset_no)
join source using (source_no)
where movement.is_after;

insert into finding
with declared as (
    select account_no, asset_no, units, source_no, "row" from book where (select has_balance and has_journal from term)
),
booked as (
    select account_no, asset_no, units from summed where (select has_balance and has_journal from term)
),
difference as (
    select coalesce(declared.account_no, booked.account_no) as account_no,
           coalesce(declared.asset_no, booked.asset_no) as asset_no,
           coalesce(declared.units, 0) as balance_units, coalesce(booked.units, 0) as journal_units,
           coalesce(declared.units, 0) - coalesce(booked.units, 0) as units, declared.source_no, declared."row"
    from declared
    full join booked on booked.account_no = declared.account_no and booked.asset_no = declared.asset_no
    where coalesce(declared.units, 0) <> coalesce(booked.units, 0)
),
told as (
    select asset_no, count(*) as balances, sum(units)::decimal(38, 0) as units,
           min(account_no) filter (where "row" is not null) as listed_no, min(account_no) as lowest_no
    from difference
    group by asset_no
),
balance_file as (
    select min(source) as source from source where table_name = 'balance'
)
select 'balances-differ-from-journal', 'warning', 'asset ' || asset.asset, asset.asset,
       units_text(told.units, asset.decimals),
       place_shown(coalesce(source.source, balance_file.source), difference."row")
           || case when difference."row" is null then 'there is no quantity'
                   else 'quantity "' || units_text(difference.balance_units::decimal(38, 0), asset.decimals) || '"' end
           || ' of account "' || shown(account.account) || '", and by the journal "'
           || units_text(difference.journal_units::decimal(38, 0), asset.decimals) || '": balances of ' || shown(asset.asset)
           || ' that differ from the sums of the journal: ' || told.balances::varchar || ', by '
           || units_text(told.units, asset.decimals) || ' net.',
       coalesce(source.source, balance_file.source), difference."row", 'quantity',
       'The balance table counts. See the line books_difference of the bridge, and ask who changed them.'
from told
cross join balance_file
join difference on difference.asset_no = told.asset_no
    and difference.account_no = coalesce(told.listed_no, told.lowest_no)
join asset on asset.asset_no = told.asset_no
join account on account.account_no = difference.account_no
left join source on source.source_no = difference.source_no;

insert into finding
with file as (
    select min(source) as source, count(*) as files
    from source
    where table_name = case when (select has_balance from term) then 'balance' else 'journal' end
)
select 'balances-all-zero', 'warning', 'balances', null, null,
       place_shown(coalesce(file.source, 'case.toml'), null)
           || case when file.files > 1 then 'of this and ' || (file.files - 1)::varchar || ' more files ' else '' end
           || 'no quantity leaves an account anything: every balance is zero or negative, or there is none.',
       coalesce(file.source, 'case.toml'), null, case when file.source is not null then 'quantity' end,
       'Check that the balances are those of commencement.'
from (select count(*) filter (where units > 0) as owed from book)
cross join file
where owed = 0;

insert into finding
with negative as (
    select asset_no, count(*) as accounts, sum(-units)::decimal(38, 0) as units,
           arg_min({'account_no': account_no, 'units': units, 'source_no': source_no, 'row': "row"}, account_no) as lowest
    from book
    where units < 0
    group by asset_no
),
journal_file as (
    select min(source) as source from source where table_name = 'journal'
)
select 'balances-negative', 'note', 'asset ' || asset.asset, asset.asset, units_text(negative.units, asset.decimals),
       place_shown(coalesce(source.source, journal_file.source), negative.lowest['row']) || 'quantity "'
           || units_text(negative.lowest['units'], asset.decimals) || '" of account "' || shown(account.account)
           || '": negative balances of ' || shown(asset.asset) || ': ' || negative.accounts::varchar || ', together '
           || units_text(negative.units, asset.decimals) || '. They are owed to the estate and are no claims.',
       coalesce(source.source, journal_file.source), negative.lowest['row'], 'quantity',
       'Collect them, or set them off where the law lets you; the line negative_balances lists them.'
from negative
cross join journal_file
join asset using (asset_no)
join account on account.account_no = negative.lowest['account_no']
left join source on source.source_no = negative.lowest['source_no'];
