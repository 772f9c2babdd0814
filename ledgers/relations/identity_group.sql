-- Which groups of candidates get a finding of their own, and which are counted together?
--
-- Reads   identity_candidate, identity_rank, account, book, asset, source
-- Takes   $groups_max: findings of their own for each leading reason; $accounts_max: accounts that a finding names
-- Makes   identity_listed(group_no INTEGER, reasons VARCHAR, accounts BIGINT, ranks), identity_counted(reason VARCHAR,
--         groups BIGINT, accounts BIGINT): the groups above the number, by their leading reason
-- Holds   a group leads with the gravest of its reasons
create or replace temp table identity_group as
with explained as (
    select identity_candidate.group_no, min(identity_rank.rank) as rank,
           count(distinct identity_candidate.account_no) as accounts,
           string_agg(distinct identity_candidate.reason, ' ' order by identity_candidate.reason) as reasons
    from identity_candidate
    join identity_rank using (reason)
    group by identity_candidate.group_no
)
select group_no, rank, accounts, reasons, row_number() over (partition by rank order by group_no) as place
from explained;

create or replace temp table identity_listed as
select group_no, accounts, reasons from identity_group where place <= $groups_max;

create or replace temp table identity_counted as
select identity_rank.rank, identity_rank.reason, count(*) as groups, sum(identity_group.accounts)::bigint as accounts
from identity_group
join identity_rank using (rank)
where identity_group.place > $groups_max
group by identity_rank.rank, identity_rank.reason;

create or replace temp table identity_named as
with listed as (
    select distinct identity_candidate.group_no, identity_candidate.account_no
    from identity_candidate
    semi join identity_listed using (group_no)
),
placed as (
    select group_no, account_no, row_number() over (partition by group_no order by account_no) as place
    from listed
)
select placed.group_no, placed.place, account.account, source.source, account."row"
from placed
join account using (account_no)
left join source on source.source_no = account.source_no
where placed.place <= $accounts_max;

create or replace temp table identity_owed as
with listed as (
    select distinct identity_candidate.group_no, identity_candidate.account_no
    from identity_candidate
    semi join identity_listed using (group_no)
)
select listed.group_no, asset.asset, asset.asset_no,
       units_text(sum(book.units)::decimal(38, 0), asset.decimals) as quantity
from book
join listed using (account_no)
join asset using (asset_no)
where book.units > 0
group by listed.group_no, asset.asset, asset.asset_no, asset.decimals;
