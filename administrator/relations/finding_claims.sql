-- What the claims stage noticed.
--
-- Reads   claim, counted_claim, claim_row, account, asset, source, rate, term, share_line, book, occurring, holding_total
-- Makes   rows of finding: claim-superseded, claim-of-house-account, claim-late, price-missing, disputed-dominates,
--         currency-priced
insert into finding
select 'claim-superseded', 'warning', 'claim ' || claim.claim, asset.asset, units_text(claim.units, asset.decimals),
       'claim ' || claim.claim || ' gives way to claim ' || counted_claim.claim || ' for the same account and asset',
       source.source, claim."row", 'claim', 'Rule which of the two counts and withdraw the other.'
from claim
join counted_claim using (account_no, asset_no)
join asset on asset.asset_no = claim.asset_no
join source on source.source_no = claim.source_no
where claim.claim <> counted_claim.claim;

insert into finding
select 'claim-of-house-account', 'warning', 'claim ' || claim.claim, asset.asset,
       units_text(claim.units, asset.decimals),
       'claim ' || claim.claim || ' is filed for ' || account.account || ', an account of the house; it does not share',
       source.source, claim."row", 'account', 'Correct the kind of the account, or disallow the claim.'
from claim
join account using (account_no)
join asset on asset.asset_no = claim.asset_no
join source on source.source_no = claim.source_no
where account.kind = 'house';

insert into finding
select 'claim-late', 'note', 'claim ' || claim.claim, asset.asset, units_text(claim.units, asset.decimals),
       'claim ' || claim.claim || ' was filed after the bar date; the plan has late claims '
           || case term.late when 'share' then 'share' when 'after' then 'paid after the timely ones' else 'barred' end,
       source.source, claim."row", 'filed_at', 'Nothing, unless the delay is excused or the date is wrong.'
from counted_claim
join claim using (account_no, asset_no, claim)
join asset on asset.asset_no = claim.asset_no
join source on source.source_no = claim.source_no
cross join term
where counted_claim.is_late;

insert into finding
select 'price-missing', 'warning', 'asset ' || occurring.asset, occurring.asset, null,
       occurring.asset || ' has no price at commencement: it is returned in kind, and no value, loss or compensation of it '
           || 'can be said',
       null, null, 'price', 'Add a price of price_set "commencement", or rule that it has none.'
from occurring
join holding_total as total on total.asset_no = occurring.asset_no
left join rate on rate.asset_no = occurring.asset_no and rate.price_set = 'commencement'
where rate.asset_no is null and (total.owed > 0 or total.held_customer > 0);

insert into finding
with part as (
    select asset_no, sum(claim_units) as claimed, coalesce(sum(claim_units) filter (where part = 1), 0) as disputed
    from share_line
    group by asset_no
)
select 'disputed-dominates', 'warning', 'asset ' || asset.asset, asset.asset,
       units_text(part.disputed::decimal(38, 0), asset.decimals),
       'disputed claims of ' || units_text(part.disputed::decimal(38, 0), asset.decimals) || ' ' || asset.asset
           || ' are more than a quarter of the pool''s claims of ' || units_text(part.claimed::decimal(38, 0), asset.decimals),
       null, null, null, 'Rule on them, or set provisional quantities, before the others wait for them.'
from part
join asset using (asset_no)
where part.disputed * 4 > part.claimed;

insert into finding
select 'currency-priced', 'warning', 'asset ' || asset.asset, asset.asset, null,
       'the price list gives ' || price.price || ' for ' || asset.asset || ', the reporting currency itself; it counts as 1',
       source.source, price."row", 'price', 'Leave the row out, or report in the currency that the prices are in.'
from price
join term on term.currency_no = price.asset_no
join asset using (asset_no)
join source on source.source_no = price.source_no
where price.price_set = 'commencement' and not regexp_full_match(price.price, '0*1(\.0+)?');
