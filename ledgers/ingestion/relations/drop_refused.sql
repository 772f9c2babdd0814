-- Keep of this file only what could be read: a packed row with one bad position goes whole.
--
-- Reads   refused
-- Takes   $source_no
-- Makes   {typed} without the refused rows
delete from {typed}
where source_no = $source_no and "row" in (select "row" from refused);
