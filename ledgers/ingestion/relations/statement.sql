-- Which transfers do the lines of a statement tell?
--
-- Reads   staged(row, first_cell, transfer, occurred_at, counterparty, asset, quantity, credit, debit, fee, reference)
-- Takes   $source: the path of the file; $wallet: whose statement it is; $unnamed: who is meant where nobody is named;
--         $is_signed: whether the lines have a quantity with a sign, and no sides
-- Makes   staged(row, first_cell, and the columns of transfer); more rows of unfit: lines with both sides or with none
-- Holds   what was staged is staged or unfit; a quantity is turned by its sign and nothing else is read of it
--
-- A side of nothing but zeros beside a filled one is not filled: many banks print both.
create or replace temp table statement_line as
with sided as (
    select staged.*,
           case when regexp_full_match(credit, '0+(\.0+)?') and debit is not null then null else credit end as came,
           case when regexp_full_match(debit, '0+(\.0+)?') and credit is not null
                    and not regexp_full_match(credit, '0+(\.0+)?') then null else debit end as went
    from staged
)
select "row", first_cell, transfer, occurred_at, coalesce(counterparty, $unnamed) as counterparty, asset, fee, reference,
       credit, debit, came, went,
       not $is_signed and (came is null) = (went is null) as is_unsided,
       went is not null or coalesce(regexp_matches(quantity, '^-[0-9]'), false) as is_debit,
       case
           when came is not null then came
           when went is not null then went
           when regexp_matches(quantity, '^-[0-9]') then substr(quantity, 2)
           else quantity
       end as quantity
from sided;

insert into unfit
select "row", first_cell, 'credit-and-debit',
       case when came is null then 'has neither a credit nor a debit'
            else 'has both a credit "' || left(came, 40) || '" and a debit "' || left(went, 40) || '"' end,
       ''
from statement_line
where is_unsided;

create or replace temp table staged as
select "row", first_cell, coalesce(transfer, $source || ':' || "row") as transfer, occurred_at, asset, quantity,
       case when is_debit then $wallet else counterparty end as sender,
       case when is_debit then counterparty else $wallet end as recipient,
       fee, reference
from statement_line
where not is_unsided;
