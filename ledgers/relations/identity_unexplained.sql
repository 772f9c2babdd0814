-- Which groups of ids are left to explain outside SQL: those with an id that is not ASCII.
--
-- Reads   identity_member, identity_kept
-- Makes   identity_unexplained(place INTEGER: of the group, from 1; skeleton, text VARCHAR), ordered by place
create or replace temp table identity_unexplained as
select dense_rank() over (order by skeleton)::integer as place, skeleton, text
from identity_member
where basis = 'account' and skeleton not in (select skeleton from identity_kept)
order by place, text;
