-- Where are several holders, or an insider beside others, to be paid at one place?
--
-- Reads   identity_candidate, account, payee, book, rate; the macro destination
-- Takes   $holders_min: how many holders are more than a household's couple
-- Makes   red_flag_shared_payee, red_flag_shared_payee_row: the columns of red_flag.sql, a row a place
-- Holds   that accounts share a place is said by likely-duplicate-account already; here is what that does not say:
--         that their holders bear different names, how many, whether an insider is one, and whether the place is in
--         the name of none of them. Accounts without a holder's name, and the house's, are not counted
create or replace temp table screen_place as
with together as (
    select group_no, account_no from identity_candidate where reason = 'payee'
),
placed as (
    select distinct together.group_no, together.account_no,
           destination(payee.method, payee.address, payee.tag, payee.bank, payee.branch, payee.account_type,
                       payee.account_number) as place
    from together
    join payee using (account_no)
),
shared as (
    select group_no, place
    from placed
    where place is not null
    group by group_no, place
    having count(*) > 1
)
select together.group_no, together.account_no, account.kind,
       lower(regexp_replace(account.holder, '\s', '', 'g')) as holder,
       lower(regexp_replace(payee.name, '\s', '', 'g')) as payee_name, payee.source_no, payee."row", account.account,
       payee.asset_no
from together
join account using (account_no)
join payee using (account_no)
join shared on shared.group_no = together.group_no
    and shared.place = destination(payee.method, payee.address, payee.tag, payee.bank, payee.branch,
                                   payee.account_type, payee.account_number)
where account.kind <> 'house' and account.holder <> '';

create or replace temp table red_flag_shared_payee as
with place as (
    select group_no, min(account_no) as account_no, count(distinct account_no) as accounts,
           count(distinct holder) as holders,
           count(distinct account_no) filter (where kind in ('insider', 'affiliate')) as insiders,
           bool_or(payee_name in (
               select other.holder from screen_place as other where other.group_no = screen_place.group_no
           )) as is_own_name,
           bool_or(payee_name is not null) as has_name
    from screen_place
    group by group_no
),
owed as (
    select member.group_no,
           sum(scaled_half_even(book.units, rate.numerator, rate.denominator))::decimal(38, 0) as minor
    from (select distinct group_no, account_no from screen_place) as member
    join screen_book as book using (account_no)
    join rate on rate.asset_no = book.asset_no and rate.price_set = 'commencement'
    where book.units > 0
    group by member.group_no
)
select row_number() over (order by place.account_no, place.group_no)::integer as nth, place.group_no,
       place.account_no, place.accounts, null::varchar as other, null::integer as asset_no,
       null::decimal(38, 0) as units, owed.minor as value_minor, place.accounts as row_count,
       null::timestamp as first_at, null::timestamp as last_at,
       flag_parts([
           flag_part(place.holders >= $holders_min,
                     case when place.holders >= $holders_min + 3 then 'holders_6'
                          when place.holders = $holders_min + 2 then 'holders_5'
                          when place.holders = $holders_min + 1 then 'holders_4'
                          else 'holders' end, place.holders, place.accounts),
           flag_part(place.insiders > 0, 'insider_among', place.insiders, place.accounts),
           flag_part(place.has_name and not place.is_own_name, 'stranger_paid', null, null)
       ]) as parts
from place
left join owed using (group_no)
where place.holders > 1;

create or replace temp table red_flag_shared_payee_row as
with ranked as (
    select flagged.nth, screen_place.account, screen_place.source_no, screen_place."row",
           row_number() over (
               partition by flagged.nth, screen_place.account_no order by screen_place.asset_no nulls first
           ) as of_account
    from red_flag_shared_payee as flagged
    join screen_place using (group_no)
)
select nth, 'payee' as table_name, account as id, null::timestamp as happened_at, source_no, "row"
from ranked
where of_account = 1;
