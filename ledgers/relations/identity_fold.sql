-- What does a text of ASCII come to, when all is taken away that two writings of one id differ in?
--
-- Makes   macros is_ascii(text); ascii_skeleton(text); ascii_hash(text), skeleton_hash(skeleton) UBIGINT;
--         ascii_fold(text, and which steps are taken: looks, zeros, cases, spaces, invisibles BOOLEAN);
--         destination_cell(text); destination(method, address, tag, bank, branch, account_type, account_number);
--         destination_hash(method, address, tag, branch, account_number) UBIGINT
-- Same as ledgers.identity.fold and ledgers.identity.destination, which are the definitions; tests compare them.
create or replace temp macro is_ascii(t) as strlen(t) = length(t);

create or replace temp macro unspaced(t, spaces) as
    case when spaces then regexp_replace(t, '[\t-\r\x1c-\x20]', '', 'g') else t end;

create or replace temp macro visible(t, invisibles) as
    case when invisibles then regexp_replace(t, '[\x00-\x08\x0e-\x1b\x7f]', '', 'g') else t end;

-- One search first, because almost no id has any of these.
create or replace temp macro stripped(t, spaces, invisibles) as
    case when regexp_matches(t, '[\x00-\x20\x7f]') then visible(unspaced(t, spaces), invisibles) else t end;

create or replace temp macro with_digits(t) as
    replace(replace(replace(replace(t, 'i', '1'), 'l', '1'), '|', '1'), 'o', '0');

create or replace temp macro without_zeros(t) as
    case when t not like '0%' or ltrim(t, '0123456789') <> '' then t
         when ltrim(t, '0') = '' then '0'
         else ltrim(t, '0') end;

create or replace temp macro ascii_skeleton(t) as without_zeros(with_digits(lower(stripped(t, true, true))));

-- Equal where skeletons are, and seldom elsewhere: all zeros in front are left out, which is quicker than to ask whether
-- digits follow them.
create or replace temp macro ascii_hash(t) as hash(ltrim(with_digits(lower(stripped(t, true, true))), '0'));

create or replace temp macro skeleton_hash(skeleton) as hash(ltrim(skeleton, '0'));

create or replace temp macro looked(t, looks) as
    case when looks then replace(replace(with_digits(t), 'I', '1'), 'O', '0') else t end;

create or replace temp macro cased(t, cases) as case when cases then lower(t) else t end;

create or replace temp macro zeroed(t, zeros) as case when zeros then without_zeros(t) else t end;

create or replace temp macro ascii_fold(t, looks, zeros, cases, spaces, invisibles) as
    zeroed(looked(cased(stripped(t, spaces, invisibles), cases), looks), zeros);

-- Addresses are cased by nobody's will but their checksums; of numbers the zeros in front are lost in spreadsheets.
create or replace temp macro destination_cell(t) as
    ltrim(case when is_ascii(t) then lower(replace(t, ' ', ''))
               else replace(replace(translate(t, '０１２３４５６７８９', '0123456789'), ' ', ''), '　', '') end, '0');

create or replace temp macro destination(method, address, tag, bank, branch, account_type, account_number) as
    case when method = 'chain' and address <> ''
         then 'address ' || destination_cell(address) || ' tag ' || destination_cell(coalesce(tag, ''))
         when method = 'bank' and account_number <> ''
         then 'bank ' || destination_cell(coalesce(bank, '')) || ' branch ' || destination_cell(coalesce(branch, ''))
             || ' type ' || destination_cell(coalesce(account_type, ''))
             || ' number ' || destination_cell(account_number) end;

-- Equal where destinations are, and seldom elsewhere: for ten million payees a quarter of the work.
create or replace temp macro destination_hash(method, address, tag, branch, account_number) as
    case when method = 'chain' and address <> ''
         then hash(destination_cell(address), destination_cell(coalesce(tag, '')))
         when method = 'bank' and account_number <> ''
         then hash(destination_cell(coalesce(branch, '')), destination_cell(account_number)) end;
