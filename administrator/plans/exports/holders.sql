-- holders.csv: what each holder gets of what is his, by value.
--
-- Reads   holder, account, term
-- Makes   account, allowed_value, returned_value, compensated_value, withheld_value, unpaid_value, recovery; by account
select account.account,
       case when holder.allowed_partial then 'partial' else units_text(holder.allowed_minor, term.currency_decimals) end
           as allowed_value,
       case when holder.returned_partial then 'partial' else units_text(holder.returned_minor, term.currency_decimals) end
           as returned_value,
       units_text(holder.compensated_minor, term.currency_decimals) as compensated_value,
       case when holder.withheld_partial then 'partial' else units_text(holder.withheld_minor, term.currency_decimals) end
           as withheld_value,
       case when holder.allowed_partial or holder.returned_partial then 'partial'
            else units_text(greatest(holder.allowed_minor - holder.returned_minor - holder.compensated_minor, 0)
                            ::decimal(38, 0), term.currency_decimals) end as unpaid_value,
       case when not holder.allowed_partial and not holder.returned_partial and holder.allowed_minor > 0
            then ratio_text((holder.returned_minor + holder.compensated_minor)::decimal(38, 0), holder.allowed_minor) end
           as recovery
from holder
join account using (account_no)
cross join term
order by holder.account_no
