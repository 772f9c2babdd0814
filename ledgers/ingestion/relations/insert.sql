-- A few rows of the program's own, put into one of its relations.
insert into {relation}
select * from incoming_rows;
