-- How is text that other people wrote shown inside a message?
--
-- Makes   macros shown(text), same as ledgers.display.display, which is the definition; instant_shown(TIMESTAMP in UTC);
--         place_shown(source, row): where a finding points to
-- Holds   almost every id is plain and costs one match; a test compares the rest with the definition. Marks that stack
--         count here whatever their class
create or replace temp macro piece_shown(c, is_stacked) as
    case when c = '\' then '\\'
         when not is_stacked
              and not regexp_full_match(c, '[^\p{L}\p{M}\p{N}\p{P}\p{S}\x{20}\x{3000}]')
              and not regexp_full_match(c, '[\x{115f}\x{1160}\x{3164}\x{ffa0}\x{2800}\x{034f}\x{17b4}\x{17b5}\x{180b}-'
                  || '\x{180d}\x{180f}\x{fe00}-\x{fe02}\x{fe0e}\x{fe0f}]') then c
         when c = chr(9) then '\t'
         when c = chr(10) then '\n'
         when c = chr(13) then '\r'
         when unicode(c) < 256 then format('\x{:02x}', unicode(c))
         when unicode(c) < 65536 then format('\u{:04x}', unicode(c))
         else format('\U{:08x}', unicode(c)) end;

create or replace temp macro pieces_shown(letters) as
    list_transform(letters, lambda letter, place: piece_shown(
        letter, regexp_full_match(array_to_string(letters[place - 4:place], ''), '[^\P{M}\x{fe00}-\x{fe0f}]{5}')
    ));

-- Transforming a list of one gives its value a name, so that it is worked out once.
create or replace temp macro pieces_cut(pieces) as
    list_transform([pieces], lambda found: case
        when length(array_to_string(found, '')) <= 80 then array_to_string(found, '')
        else array_to_string(found[:len(list_filter(
            range(1, 81), lambda count: length(array_to_string(found[:count], '')) <= 79
        ))], '') || '…' end)[1];

create or replace temp macro shown(t) as
    case when regexp_full_match(t, '[ -\[\]-~]{0,80}') then t
         else pieces_cut(list_transform([string_split(left(t, 81), '')], lambda letters: pieces_shown(letters))[1]) end;

create or replace temp macro instant_shown(t) as replace(t::varchar, ' ', 'T') || 'Z';

create or replace temp macro place_shown(source, "row") as source || coalesce(':' || "row"::varchar, '') || ': ';
