-- Which of the suspected accounts have a text that comes to the same as another's?
--
-- Reads   identity_text(account_no, text), identity_skeleton(account_no, skeleton: of texts that are not ASCII),
--         identity_suspect(account_no), account
-- Takes   $basis: of what the texts are
-- Makes   more rows of identity_member(basis VARCHAR, skeleton VARCHAR, account_no INTEGER, text VARCHAR)
-- Holds   suspects are found by a hash; here the skeletons themselves are compared
insert into identity_member
with suspected as (
    select account_no, text,
           case when is_ascii(text) then ascii_skeleton(text) else identity_skeleton.skeleton end as skeleton
    from identity_text
    semi join identity_suspect using (account_no)
    left join identity_skeleton using (account_no)
),
shared as (
    select suspected.skeleton
    from suspected
    join account using (account_no)
    where suspected.skeleton <> '' or $basis = 'account'
    group by suspected.skeleton
    having count(*) > 1 and not bool_and(account.kind = 'house')
)
select $basis, suspected.skeleton, suspected.account_no, suspected.text
from suspected
join shared using (skeleton);
