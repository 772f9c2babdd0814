-- What the books stage noticed.
--
-- Reads   journal, movement, transfer, account, asset, source, term, book, posting
-- Makes   rows of finding: after-commencement, deposit-after-commencement, balances-differ-from-journal, balances-all-zero,
--         balances-negative
insert into finding
select 'after-commencement', 'note', 'posting ' || journal.posting, asset.asset,
       units_text(journal.units, asset.decimals),
       'posting ' || journal.posting || ' is dated after commencement and is no part of the books',
       source.source, journal."row", 'posted_at', 'Nothing, unless commencement_at or the date is wrong.'
from journal
join asset using (asset_no)
join source using (source_no)
cross join term
where journal.posted_at > term.commencement_at;

insert into finding
select case when movement.direction = 'in' then 'deposit-after-commencement' else 'after-commencement' end, 'note',
       'transfer ' || movement.transfer, asset.asset, units_text(movement.units, asset.decimals),
       case when movement.direction = 'in'
            then 'transfer ' || movement.transfer || ' arrived after commencement; it is returnable in full to its sender'
            else 'transfer ' || movement.transfer || ' is dated after commencement and is no part of the books' end,
       source.source, movement."row", 'occurred_at',
       case when movement.direction = 'in' then 'Return it to its sender outside the distribution.'
            else 'Nothing, unless commencement_at or the date is wrong.' end
from movement
join asset using (asset_no)
join source using (source_no)
where movement.is_after;

insert into finding
with difference as (
    select coalesce(book.asset_no, summed.asset_no) as asset_no,
           coalesce(book.units, 0) - coalesce(summed.units, 0) as units
    from book
    full join (select account_no, asset_no, sum(units) as units from posting group by account_no, asset_no) as summed
        on summed.account_no = book.account_no and summed.asset_no = book.asset_no
    where (select has_balance and has_journal from term)
      and coalesce(book.units, 0) <> coalesce(summed.units, 0)
)
select 'balances-differ-from-journal', 'warning', 'asset ' || asset.asset, asset.asset,
       units_text(sum(difference.units)::decimal(38, 0), asset.decimals),
       count(*)::varchar || ' balances of ' || asset.asset || ' differ from the sums of the journal, by '
           || units_text(sum(difference.units)::decimal(38, 0), asset.decimals) || ' net',
       null, null, null, 'The balance table counts. See the line books_difference of the bridge, and ask who changed them.'
from difference
join asset using (asset_no)
group by asset.asset, asset.decimals;

insert into finding
select 'balances-all-zero', 'warning', 'balances', null, null,
       'no account is owed anything: every balance is zero or negative', null, null, null,
       'Check that the balances are those of commencement.'
from (select count(*) filter (where units > 0) as owed from book)
where owed = 0;

insert into finding
with negative as (
    select asset_no, count(*) as accounts, sum(-units)::decimal(38, 0) as units, min(account_no) as account_no
    from book
    where units < 0
    group by asset_no
)
select 'balances-negative', 'note', 'asset ' || asset.asset, asset.asset, units_text(negative.units, asset.decimals),
       negative.accounts::varchar || ' balances of ' || asset.asset || ' are negative, together '
           || units_text(negative.units, asset.decimals) || '; the first is account ' || account.account
           || '. They are owed to the estate and are no claims',
       null, null, null, 'Collect them, or set them off where the law lets you; the line negative_balances lists them.'
from negative
join asset using (asset_no)
join account on account.account_no = negative.account_no;
