-- A page of accounts with what each recovers, by id, of those whose id or holder's name contains a text.
--
-- Reads   account, holder, term
-- Makes   account, holder, kind, hold, allowed_value, recovery VARCHAR
with found as (
    select account_no, account, holder, kind, hold
    from account
    where $search = '' or contains(account, $search) or contains(coalesce(holder, ''), $search)
    order by account_no
    limit $limit offset $offset
)
select found.account, found.holder, found.kind, found.hold,
       case when holder.allowed_partial then 'partial' else units_text(holder.allowed_minor, term.currency_decimals) end
           as allowed_value,
       case when not holder.allowed_partial and not holder.returned_partial and holder.allowed_minor > 0
            then ratio_text((holder.returned_minor + holder.compensated_minor)::decimal(38, 0), holder.allowed_minor) end
           as recovery
from found
left join holder using (account_no)
cross join term
order by found.account_no
