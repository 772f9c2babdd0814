-- The lines that share, each in the pool of its own asset and of the omnibus account that its holder's assets lie in.
--
-- Reads   share_line, omnibus_member
-- Makes   pool_line, as pool_line.sql; the pool_no of omnibus_pool
create or replace view pool_line as
select share_line.account_no, share_line.asset_no, share_line.part, share_line.tier,
       (coalesce(omnibus_member.first_no, 0) + share_line.asset_no)::integer as pool_no,
       share_line.asset_no as pay_asset_no, share_line.claim_units as weight
from share_line
left join omnibus_member using (account_no);
