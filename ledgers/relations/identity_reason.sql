-- In what do the ids of a group differ, where all of them are ASCII? The fewest steps that make them one.
--
-- Reads   identity_member
-- Makes   rows of identity_reason(basis VARCHAR, skeleton VARCHAR, reason VARCHAR)
-- Holds   ledgers.identity.reasons is the definition: each step is left out for good where the others do without it,
--         the gravest first; a group with a text that is not ASCII is explained there
create or replace temp table identity_kept as
with plain as (
    select skeleton from identity_member where basis = 'account' group by skeleton having bool_and(is_ascii(text))
),
member as (
    select skeleton, text from identity_member semi join plain using (skeleton) where basis = 'account'
),
looked as (
    select skeleton, min(ascii_fold(text, false, true, true, true, true))
               <> max(ascii_fold(text, false, true, true, true, true)) as looks
    from member
    group by skeleton
),
zeroed as (
    select skeleton, looked.looks, min(ascii_fold(text, looks, false, true, true, true))
               <> max(ascii_fold(text, looks, false, true, true, true)) as zeros
    from member
    join looked using (skeleton)
    group by skeleton, looks
),
cased as (
    select skeleton, looks, zeros, min(ascii_fold(text, looks, zeros, false, true, true))
               <> max(ascii_fold(text, looks, zeros, false, true, true)) as cases
    from member
    join zeroed using (skeleton)
    group by skeleton, looks, zeros
),
spaced as (
    select skeleton, looks, zeros, cases, min(ascii_fold(text, looks, zeros, cases, false, true))
               <> max(ascii_fold(text, looks, zeros, cases, false, true)) as spaces
    from member
    join cased using (skeleton)
    group by skeleton, looks, zeros, cases
)
select skeleton, looks, zeros, cases, spaces, min(ascii_fold(text, looks, zeros, cases, spaces, false))
           <> max(ascii_fold(text, looks, zeros, cases, spaces, false)) as invisibles
from member
join spaced using (skeleton)
group by skeleton, looks, zeros, cases, spaces;

insert into identity_reason
select 'account' as basis, skeleton, 'homoglyph' as reason from identity_kept where looks
union all select 'account', skeleton, 'leading_zeros' from identity_kept where zeros
union all select 'account', skeleton, 'case' from identity_kept where cases
union all select 'account', skeleton, 'white_space' from identity_kept where spaces
union all select 'account', skeleton, 'invisible' from identity_kept where invisibles;
