-- Take out what was typed of one file: it is to be read from its beginning.
--
-- Takes   $source_no
-- Makes   {typed} without the rows of this file
delete from {typed} where source_no = $source_no;
