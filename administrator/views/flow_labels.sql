-- Who was met on the way of one asset that a label names, and by what.
--
-- Reads   movement, unmatched_movement, party, label
-- Makes   party, kind, said_by VARCHAR (the sources that labels give, in byte order); by party
with met as (
    select sender_party as party from movement where asset_no = $asset_no and direction = 'outside' and not is_after
    union select recipient_party from movement where asset_no = $asset_no and direction = 'outside' and not is_after
    union select party from unmatched_movement where asset_no = $asset_no
)
select met.party, party.kind,
       coalesce(string_agg(distinct label.label_source, ', ' order by label.label_source), '') as said_by
from met
join party using (party)
join label on label.party = met.party and label.kind <> 'customer_wallet'
group by met.party, party.kind
order by met.party
