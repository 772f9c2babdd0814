-- What matching and counting noticed.
--
-- Reads   endpoint, label, wallet, party, movement, transfer, holding, ambiguous, match, posting, asset, source
-- Makes   rows of finding: unlisted-wallet, label-against-wallet-list, labels-disagree, reserved-party, self-transfer,
--         wallet-counted-later, holding-below-zero, reference-ambiguous, withdrawal-to-taker
insert into finding
select 'unlisted-wallet', 'warning', 'address ' || node, null, null,
       'address ' || node || ' is labelled a customers'' wallet and is not in the list of wallets',
       null, null, null, 'Add it to the wallets with what it holds, or correct the label.'
from endpoint
where inside and not is_listed
group by node;

insert into finding
select 'label-against-wallet-list', 'warning', 'wallet ' || wallet.wallet, null, null,
       'label ' || label.party || ' (' || label.kind || ') of ' || label.address || ' speaks against our own list, where '
           || wallet.wallet || ' is a ' || string_agg(distinct wallet.purpose, ' and ' order by wallet.purpose) || ' wallet',
       source.source, label."row", 'kind', 'The list of wallets counts. Correct whichever of the two is wrong.'
from label
join wallet on label.address = wallet.wallet or label.address = wallet.address
join source on source.source_no = label.source_no
where label.kind <> case wallet.purpose when 'customer' then 'customer_wallet' else 'house' end
group by wallet.wallet, label.party, label.kind, label.address, source.source, label."row";

insert into finding
select 'labels-disagree', 'warning', 'party ' || party.party, null, null,
       'labels call party ' || party.party || ' ' || party.kinds || '; it counts as ' || party.kind,
       null, null, null, 'Rule which of the labels is right and leave the others out.'
from party
where party.kind_count > 1;

insert into finding
select distinct 'labels-disagree', 'warning', 'address ' || label.address, null, null,
       'address ' || label.address || ' is labelled as several parties: '
           || string_agg(distinct label.party, ', ' order by label.party),
       null, null, null, 'Rule whose address it is and leave the other labels out.'
from label
where label.kind <> 'customer_wallet'
group by label.address
having count(distinct label.party) > 1;

insert into finding
select distinct 'reserved-party', 'blocking', 'party guarantee', null, null,
       'a party is named "guarantee", the name this program gives to the wallets of guarantee assets',
       null, null, null, 'Give the party or the address another name.'
from endpoint
where party = 'guarantee' and not is_listed;

insert into finding
select 'self-transfer', 'note', 'transfer ' || transfer.transfer, asset.asset,
       units_text(transfer.units, asset.decimals),
       'transfer ' || transfer.transfer || ' goes from ' || transfer.sender || ' to itself; only its fee moves anything',
       source.source, transfer."row", 'recipient', 'Nothing, unless sender or recipient is wrong.'
from transfer
join asset using (asset_no)
join source using (source_no)
where transfer.sender = transfer.recipient;

insert into finding
select 'wallet-counted-later', 'note', 'wallet ' || holding.wallet, asset.asset,
       units_text((holding.counted_units - holding.units)::decimal(38, 0), asset.decimals),
       'wallet ' || holding.wallet || ' was counted after commencement; transfers since then of '
           || units_text((holding.counted_units - holding.units)::decimal(38, 0), asset.decimals) || ' are taken back',
       source.source, holding."row", 'as_of', 'Nothing, unless as_of or the transfers are wrong.'
from holding
join asset using (asset_no)
join source using (source_no)
where holding.is_taken_back;

insert into finding
select 'holding-below-zero', 'warning', 'wallet ' || holding.wallet, asset.asset,
       units_text(holding.units, asset.decimals),
       'wallet ' || holding.wallet || ' would have held ' || units_text(holding.units, asset.decimals)
           || ' at commencement, less than nothing',
       source.source, holding."row", 'quantity', 'Check what was counted, as_of and the transfers since commencement.'
from holding
join asset using (asset_no)
join source using (source_no)
where holding.units < 0;

insert into finding
select 'reference-ambiguous', 'warning', 'posting ' || posting.posting, asset.asset,
       units_text(posting.units, asset.decimals),
       'reference ' || posting.reference || ' of posting ' || posting.posting || ' is borne by '
           || ambiguous.candidates::varchar || ' transfers, not one of them alone of equal quantity',
       source.source, posting."row", 'reference', 'Name the transfer by its id; until then the posting is unmatched.'
from ambiguous
join posting using (posting_no)
join asset on asset.asset_no = posting.asset_no
join source on source.source_no = posting.source_no;

insert into finding
select 'withdrawal-to-taker', 'warning', 'posting ' || posting.posting, asset.asset,
       units_text(posting.units, asset.decimals),
       'posting ' || posting.posting || ' books a withdrawal that went to ' || movement.party || ', a thief''s address',
       source.source, posting."row", 'reference', 'Ask whose account this was; the withdrawal is matched as booked.'
from match
join movement using (movement_no)
join posting using (posting_no)
join asset on asset.asset_no = posting.asset_no
join source on source.source_no = posting.source_no
where movement.direction = 'out' and movement.kind = 'thief';
