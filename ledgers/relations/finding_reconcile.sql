-- What matching and counting noticed.
--
-- Reads   endpoint, label, wallet, party, movement, transfer, holding, ambiguous, match, posting, asset, source
-- Makes   rows of finding: unlisted-wallet, label-against-wallet-list, labels-disagree, reserved-party, self-transfer,
--         wallet-counted-later, holding-below-zero, reference-ambiguous, withdrawal-to-taker
-- Holds   where many labels make one finding it names that of the lowest address or party
insert into finding
with named as (
    select label.address, label.source_no, label."row",
           row_number() over (partition by label.address order by label.party, label.source_no, label."row") as nth
    from label
    where label.kind = 'customer_wallet'
      and label.address in (select node from endpoint where inside and not is_listed)
)
select 'unlisted-wallet', 'warning', 'address ' || named.address, null, null,
       place_shown(source.source, named."row") || 'address "' || shown(named.address)
           || '" is labelled customer_wallet and is not in the list of wallets.',
       source.source, named."row", 'address', 'Add it to the wallets with what it holds, or correct the label.'
from named
join source using (source_no)
where named.nth = 1;

insert into finding
select 'label-against-wallet-list', 'warning', 'wallet ' || wallet.wallet, null, null,
       place_shown(source.source, label."row") || 'kind "' || label.kind || '" of "' || shown(label.address) || '" (party "'
           || shown(label.party) || '") speaks against our own list, where "' || shown(wallet.wallet) || '" is a '
           || string_agg(distinct wallet.purpose, ' and ' order by wallet.purpose) || ' wallet.',
       source.source, label."row", 'kind', 'The list of wallets counts. Correct whichever of the two is wrong.'
from label
join wallet on label.address = wallet.wallet or label.address = wallet.address
join source on source.source_no = label.source_no
where label.kind <> case wallet.purpose when 'customer' then 'customer_wallet' else 'house' end
group by wallet.wallet, label.party, label.kind, label.address, source.source, label."row";

insert into finding
with named as (
    select label.party, label.kind, label.source_no, label."row", party.kinds, party.kind as counted_kind,
           row_number() over (
               partition by label.party order by label.address, label.kind, label.source_no, label."row"
           ) as nth
    from party
    join label on label.party = party.party
    where party.kind_count > 1 and label.kind <> 'customer_wallet'
)
select 'labels-disagree', 'warning', 'party ' || named.party, null, null,
       place_shown(source.source, named."row") || 'kind "' || named.kind || '" of party "' || shown(named.party)
           || '" is one of several that labels give it: ' || named.kinds || '; it counts as ' || named.counted_kind || '.',
       source.source, named."row", 'kind', 'Rule which of the labels is right and leave the others out.'
from named
join source using (source_no)
where named.nth = 1;

insert into finding
with several as (
    select address, count(distinct party) as parties, min(party) as lowest
    from label
    where kind <> 'customer_wallet'
    group by address
    having count(distinct party) > 1
),
named as (
    select several.address, several.parties, several.lowest, label.source_no, label."row",
           row_number() over (partition by several.address order by label.kind, label.source_no, label."row") as nth
    from several
    join label on label.address = several.address and label.party = several.lowest and label.kind <> 'customer_wallet'
),
other as (
    select several.address, min(label.party) as party
    from several
    join label on label.address = several.address and label.party <> several.lowest and label.kind <> 'customer_wallet'
    group by several.address
)
select 'labels-disagree', 'warning', 'address ' || named.address, null, null,
       place_shown(source.source, named."row") || 'party "' || shown(named.lowest) || '" is one of '
           || named.parties::varchar || ' that labels name for address "' || shown(named.address) || '"; another is "'
           || shown(other.party) || '".',
       source.source, named."row", 'party', 'Rule whose address it is and leave the other labels out.'
from named
join other using (address)
join source using (source_no)
where named.nth = 1;

insert into finding
with bearer as (
    select 1 as place, label.address as bearer, 'party' as "column", label.source_no, label."row"
    from label
    where label.party = 'guarantee'
      and label.address in (select node from endpoint where party = 'guarantee' and not is_listed)
    union all
    select 2, transfer.transfer, case when transfer.sender = 'guarantee' then 'sender' else 'recipient' end,
           transfer.source_no, transfer."row"
    from transfer
    where 'guarantee' in (transfer.sender, transfer.recipient)
      and exists (select 1 from endpoint where node = 'guarantee' and party = 'guarantee' and not is_listed)
),
named as (
    select "column", source_no, "row", row_number() over (order by place, bearer, source_no, "row") as nth
    from bearer
)
select 'reserved-party', 'blocking', 'party guarantee', null, null,
       place_shown(source.source, named."row") || named."column"
           || ' "guarantee" is the name this program gives to the wallets of guarantee assets.',
       source.source, named."row", named."column", 'Give the party or the address another name.'
from named
join source using (source_no)
where named.nth = 1;

insert into finding
select 'self-transfer', 'note', 'transfer ' || transfer.transfer, asset.asset,
       units_text(transfer.units, asset.decimals),
       place_shown(source.source, transfer."row") || 'recipient "' || shown(transfer.recipient) || '" of transfer "'
           || shown(transfer.transfer) || '" is its sender too; only its fee moves anything.',
       source.source, transfer."row", 'recipient', 'Nothing, unless sender or recipient is wrong.'
from transfer
join asset using (asset_no)
join source using (source_no)
where transfer.sender = transfer.recipient;

insert into finding
select 'wallet-counted-later', 'note', 'wallet ' || holding.wallet, asset.asset,
       units_text((holding.counted_units - holding.units)::decimal(38, 0), asset.decimals),
       place_shown(source.source, holding."row") || 'as_of "' || instant_shown(wallet.as_of) || '" of wallet "'
           || shown(holding.wallet) || '" is after commencement; transfers since then of '
           || units_text((holding.counted_units - holding.units)::decimal(38, 0), asset.decimals) || ' '
           || shown(asset.asset) || ' are taken back.',
       source.source, holding."row", 'as_of', 'Nothing, unless as_of or the transfers are wrong.'
from holding
join wallet using (wallet, asset_no)
join asset using (asset_no)
join source on source.source_no = holding.source_no
where holding.is_taken_back;

insert into finding
select 'holding-below-zero', 'warning', 'wallet ' || holding.wallet, asset.asset,
       units_text(holding.units, asset.decimals),
       place_shown(source.source, holding."row") || 'quantity "' || units_text(holding.counted_units, asset.decimals)
           || '" of wallet "' || shown(holding.wallet) || '" would have been ' || units_text(holding.units, asset.decimals)
           || ' ' || shown(asset.asset) || ' at commencement, less than nothing.',
       source.source, holding."row", 'quantity', 'Check what was counted, as_of and the transfers since commencement.'
from holding
join asset using (asset_no)
join source using (source_no)
where holding.units < 0;

insert into finding
select 'reference-ambiguous', 'warning', 'posting ' || posting.posting, asset.asset,
       units_text(posting.units, asset.decimals),
       place_shown(source.source, posting."row") || 'reference "' || shown(posting.reference) || '" of posting "'
           || shown(posting.posting) || '" is borne by ' || ambiguous.candidates::varchar
           || ' transfers, not one of them alone of equal quantity.',
       source.source, posting."row", 'reference', 'Name the transfer by its id; until then the posting is unmatched.'
from ambiguous
join booking as posting using (posting_no)
join asset on asset.asset_no = posting.asset_no
join source on source.source_no = posting.source_no;

insert into finding
select 'withdrawal-to-taker', 'warning', 'posting ' || posting.posting, asset.asset,
       units_text(posting.units, asset.decimals),
       place_shown(source.source, posting."row") || coalesce('reference "' || shown(posting.reference) || '" of ', '')
           || 'posting "' || shown(posting.posting) || '" books as a withdrawal the transfer "' || shown(movement.transfer)
           || '" to "' || shown(movement.party) || '", a thief.',
       source.source, posting."row", case when posting.reference is null then 'posting' else 'reference' end,
       'Ask whose account this was; the withdrawal is matched as booked.'
from match
join movement using (movement_no)
join booking as posting using (posting_no)
join asset on asset.asset_no = posting.asset_no
join source on source.source_no = posting.source_no
where movement.direction = 'out' and movement.kind = 'thief';
