-- Let go of what only the search for candidates needed.
--
-- Makes   nothing: drops all its temporary relations; identity_candidate stays
drop view if exists identity_text;
drop table if exists identity_part;
drop table if exists identity_skeleton;
drop table if exists identity_suspect;
drop table if exists identity_place;
drop table if exists identity_member;
drop table if exists identity_kept;
drop table if exists identity_unexplained;
drop table if exists identity_reason;
drop table if exists identity_rank;
drop table if exists identity_group;
drop table if exists identity_listed;
drop table if exists identity_counted;
drop table if exists identity_named;
drop table if exists identity_owed;
