-- What the claims stage noticed.
--
-- Reads   claim, counted_claim, claim_row, account, asset, source, rate, term, share_line, book, occurring, holding_total
-- Makes   rows of finding: claim-superseded, claim-of-house-account, claim-late, price-missing, disputed-dominates,
--         currency-priced
-- Holds   where many claims make one finding it names that of the lowest account
insert into finding
select 'claim-superseded', 'warning', 'claim ' || claim.claim, asset.asset, units_text(claim.units, asset.decimals),
       place_shown(source.source, claim."row") || 'claim "' || shown(claim.claim) || '" of account "'
           || shown(account.account) || '" gives way to claim "' || shown(counted_claim.claim) || '", for '
           || shown(asset.asset) || ' too.',
       source.source, claim."row", 'claim', 'Rule which of the two counts and withdraw the other.'
from claim
join counted_claim using (account_no, asset_no)
join account using (account_no)
join asset on asset.asset_no = claim.asset_no
join source on source.source_no = claim.source_no
where claim.claim <> counted_claim.claim;

insert into finding
select 'claim-of-house-account', 'warning', 'claim ' || claim.claim, asset.asset,
       units_text(claim.units, asset.decimals),
       place_shown(source.source, claim."row") || 'account "' || shown(account.account) || '" of claim "'
           || shown(claim.claim) || '" is an account of the house; it does not share.',
       source.source, claim."row", 'account', 'Correct the kind of the account, or disallow the claim.'
from claim
join account using (account_no)
join asset on asset.asset_no = claim.asset_no
join source on source.source_no = claim.source_no
where account.kind = 'house';

insert into finding
select 'claim-late', 'note', 'claim ' || claim.claim, asset.asset, units_text(claim.units, asset.decimals),
       place_shown(source.source, claim."row") || 'filed_at "' || instant_shown(claim.filed_at) || '" of claim "'
           || shown(claim.claim) || '" is after the bar date; the plan has late claims '
           || case term.late when 'share' then 'share.' when 'after' then 'paid after the timely ones.' else 'barred.' end,
       source.source, claim."row", 'filed_at', 'Nothing, unless the delay is excused or the date is wrong.'
from counted_claim
join claim using (account_no, asset_no, claim)
join asset on asset.asset_no = claim.asset_no
join source on source.source_no = claim.source_no
cross join term
where counted_claim.is_late;

insert into finding
with price_file as (
    select min(source) as source, count(*) as files from source where table_name = 'price'
)
select 'price-missing', 'warning', 'asset ' || occurring.asset, occurring.asset, null,
       place_shown(coalesce(price_file.source, 'case.toml'), null)
           || case when price_file.files = 0 then 'names no file with a price of "'
                   when price_file.files = 1 then 'has no price of "'
                   else 'has, as ' || (price_file.files - 1)::varchar || ' more files, no price of "' end
           || shown(occurring.asset)
           || '" at commencement: it is returned in kind, and no value, loss or compensation of it can be said.',
       coalesce(price_file.source, 'case.toml'), null, 'price', 'Add a price of price_set "commencement", or rule that it has none.'
from occurring
cross join price_file
join holding_total as total on total.asset_no = occurring.asset_no
left join rate on rate.asset_no = occurring.asset_no and rate.price_set = 'commencement'
where rate.asset_no is null and (total.owed > 0 or total.held_customer > 0);

insert into finding
with part as (
    select asset_no, sum(claim_units)::decimal(38, 0) as claimed,
           coalesce(sum(claim_units) filter (where part = 1), 0)::decimal(38, 0) as disputed,
           min(account_no) filter (where part = 1 and claim_units > 0) as account_no
    from share_line
    group by asset_no
)
select 'disputed-dominates', 'warning', 'asset ' || asset.asset, asset.asset,
       units_text(part.disputed, asset.decimals),
       place_shown(source.source, claim."row") || 'claim "' || shown(claim.claim)
           || '" is disputed, the lowest account''s of those that are: ' || units_text(part.disputed, asset.decimals) || ' '
           || shown(asset.asset) || ' in all, more than a quarter of the pool''s claims of '
           || units_text(part.claimed, asset.decimals) || '.',
       source.source, claim."row", 'claim', 'Rule on them, or set provisional quantities, before the others wait for them.'
from part
join asset using (asset_no)
join counted_claim on counted_claim.account_no = part.account_no and counted_claim.asset_no = part.asset_no
join claim on claim.account_no = part.account_no and claim.asset_no = part.asset_no and claim.claim = counted_claim.claim
join source on source.source_no = claim.source_no
where part.disputed * 4 > part.claimed;

insert into finding
select 'currency-priced', 'warning', 'asset ' || asset.asset, asset.asset, null,
       place_shown(source.source, price."row") || 'price "' || price.price || '" is given for ' || shown(asset.asset)
           || ', the reporting currency itself; it counts as 1.',
       source.source, price."row", 'price', 'Leave the row out, or report in the currency that the prices are in.'
from price
join term on term.currency_no = price.asset_no
join asset using (asset_no)
join source on source.source_no = price.source_no
where price.price_set = 'commencement' and not regexp_full_match(price.price, '0*1(\.0+)?');
