-- claims.csv: what each holder claims of each asset.
--
-- Reads   claim_row, account, asset, rate, term
-- Makes   account, asset, scheduled, filed, allowed, disputed, unclaimed, disallowed, value; by account, asset
select account.account, asset.asset,
       units_text(claim_row.scheduled, asset.decimals) as scheduled,
       units_text(claim_row.filed, asset.decimals) as filed,
       units_text(claim_row.allowed, asset.decimals) as allowed,
       units_text(claim_row.disputed, asset.decimals) as disputed,
       units_text(claim_row.unclaimed, asset.decimals) as unclaimed,
       units_text(claim_row.disallowed, asset.decimals) as disallowed,
       units_text((scaled_half_even(claim_row.allowed, rate.numerator, rate.denominator)
                   + case when claim_row.disputed = 0 then 0
                          else scaled_half_even(claim_row.disputed, rate.numerator, rate.denominator) end
                   + case when claim_row.unclaimed = 0 then 0
                          else scaled_half_even(claim_row.unclaimed, rate.numerator, rate.denominator) end)
                      ::decimal(38, 0), term.currency_decimals) as value
from claim_row
join account using (account_no)
join asset using (asset_no)
cross join term
left join rate on rate.asset_no = claim_row.asset_no and rate.price_set = 'commencement'
order by claim_row.account_no, claim_row.asset_no
