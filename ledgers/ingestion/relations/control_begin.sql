-- What did the senders state, and what was measured?
--
-- Makes   control(source VARCHAR, path VARCHAR, measure VARCHAR `rows` or `quantity`, asset VARCHAR or empty, stated
--         VARCHAR, measured VARCHAR, stated_by VARCHAR null), empty; key (source, measure, asset) unless a file is named
--         by two sources
create or replace table control (
    source varchar, path varchar, measure varchar, asset varchar, stated varchar, measured varchar, stated_by varchar
);
