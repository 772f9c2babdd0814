-- What the relations of this case were made from, for a run that goes on with them, and for whoever looks at them.
--
-- Reads   nothing
-- Makes   run_note(name VARCHAR, value VARCHAR): of a run that came to its end;
--         run_input(path VARCHAR key, bytes BIGINT, stamp VARCHAR, sha256 VARCHAR): as the run read it;
--         stage_note(stage_no INTEGER key, stage VARCHAR, key VARCHAR): a stage that is done, and of what;
--         stage_relation(stage_no INTEGER, relation VARCHAR, rows BIGINT), key (stage_no, relation): as it left them
create or replace table run_note(name varchar, value varchar);
create or replace table run_input(path varchar, bytes bigint, stamp varchar, sha256 varchar);
create or replace table stage_note(stage_no integer, stage varchar, key varchar);
create or replace table stage_relation(stage_no integer, relation varchar, rows bigint);
