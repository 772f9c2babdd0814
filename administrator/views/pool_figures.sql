-- What the pools of one account's claims hold, wallet by wallet and recovery by recovery, down to the row that says so.
--
-- Reads   share_line, account, asset, holding, holding_total, recovery, subrogated, traced_recovery, advance, source,
--         pool, omnibus, omnibus_member
-- Makes   pool, asset VARCHAR, decimals INTEGER, what VARCHAR, units VARCHAR, source VARCHAR null, row BIGINT null;
--         by asset, then customers' wallets, guarantee wallets, paid in kind, recoveries, what insurers have of them,
--         traced ones, advances and what is repaid of them, each by name; of an omnibus account that is a pool of its own,
--         its wallets and the rest together
with mine as (
    select distinct share_line.asset_no, omnibus_member.omnibus
    from share_line
    join account using (account_no)
    left join omnibus_member using (account_no)
    where account.account = $account
),
part as (
    select holding.asset_no, case holding.purpose when 'customer' then 1 else 2 end as place,
           holding.purpose || ' wallet ' || holding.wallet as what, holding.units, holding.source_no, holding."row",
           holding.omnibus
    from holding
    where holding.purpose = 'customer' or ($guarantee_in_pool and holding.purpose = 'guarantee')
    union all
    select asset_no, 3, 'paid in kind by earlier rounds', paid_in_kind, null, null, null
    from holding_total
    where paid_in_kind <> 0
    union all
    select recovery.asset_no, 4, 'recovery ' || recovery.recovery, recovery.units, recovery.source_no, recovery."row",
           null
    from recovery
    union all
    select recovery.asset_no, 4, 'recovery ' || recovery.recovery || ', of it the insurers'' of ' || subrogated.policy,
           -subrogated.units, recovery.source_no, recovery."row", null
    from subrogated
    join recovery using (recovery, asset_no)
    union all
    select traced_recovery.asset_no, 5, 'traced into the debtor''s own wallet ' || traced_recovery.wallet,
           traced_recovery.units, holding.source_no, holding."row", null
    from traced_recovery
    join holding using (wallet, asset_no)
    where traced_recovery.is_pooled
    union all
    select asset_no, 6, 'advance ' || name, units, null, null, null from advance
    union all
    select asset_no, 7, 'repaid of advance ' || name, -repaid, null, null, null from advance
    union all
    select pool.asset_no, 8, 'paid in kind before, and its part of what came back',
           (pool.gross - coalesce(sum(holding.units), 0))::decimal(38, 0), null, null, omnibus.omnibus
    from pool
    join omnibus on omnibus.first_no = pool.pool_no - pool.asset_no
    left join holding on holding.asset_no = pool.asset_no and holding.omnibus = omnibus.omnibus
        and holding.purpose = 'customer'
    group by pool.asset_no, pool.gross, omnibus.omnibus
)
select coalesce(mine.omnibus || '/', '') || asset.asset as pool, asset.asset, asset.decimals, part.what, part.units::varchar as units, source.source, part."row"
from part
join mine using (asset_no)
join asset using (asset_no)
left join source on source.source_no = part.source_no
where part.units <> 0 and case when exists (select 1 from omnibus)
                               then part.place in (1, 8) and part.omnibus = coalesce(mine.omnibus, '')
                               else part.place < 8 end
order by asset.asset_no, part.place, part.what
