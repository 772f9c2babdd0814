-- How are an instant and a place shown inside a message?
--
-- Makes   macros instant_shown(TIMESTAMP in UTC); place_shown(source, row): where a finding points to
create or replace temp macro instant_shown(t) as replace(t::varchar, ' ', 'T') || 'Z';

create or replace temp macro place_shown(source, "row") as source || coalesce(':' || "row"::varchar, '') || ': ';
