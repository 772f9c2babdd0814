-- What the relations of this run were made from, for whoever looks at them later.
--
-- Reads   nothing
-- Makes   run_note(name VARCHAR, value VARCHAR), run_input(path VARCHAR, bytes BIGINT, changed_ns BIGINT, sha256 VARCHAR)
create or replace table run_note(name varchar, value varchar);
create or replace table run_input(path varchar, bytes bigint, changed_ns bigint, sha256 varchar);
