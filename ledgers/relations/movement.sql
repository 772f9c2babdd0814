-- Which way each transfer went, seen from the customers' wallets: in, out, internal or outside.
--
-- Reads   transfer, endpoint, term
-- Makes   movement(movement_no BIGINT key, transfer VARCHAR, occurred_at TIMESTAMP, asset_no INTEGER,
--                  units DECIMAL(38,0), fee_units DECIMAL(38,0), direction VARCHAR, party VARCHAR null,
--                  kind VARCHAR null, custody VARCHAR, reference VARCHAR null, is_after BOOLEAN,
--                  sender_wallet VARCHAR null, recipient_wallet VARCHAR null, source_no INTEGER, row BIGINT)
-- Holds   as many rows as transfer; party and kind are those of the end that is not inside, null otherwise;
--         custody is that of the wallet an out-transfer left, empty where it is not in our list
create or replace table movement as
select row_number() over () as movement_no,
       transfer.transfer, transfer.occurred_at, transfer.asset_no, transfer.units, transfer.fee_units,
       case when sent.inside and received.inside then 'internal'
            when sent.inside then 'out'
            when received.inside then 'in'
            else 'outside' end as direction,
       case when sent.inside and not received.inside then received.party
            when received.inside and not sent.inside then sent.party end as party,
       case when sent.inside and not received.inside then received.kind
            when received.inside and not sent.inside then sent.kind end as kind,
       case when sent.inside then sent.custody else '' end as custody,
       transfer.reference,
       transfer.occurred_at > term.commencement_at as is_after,
       sent.wallet as sender_wallet, received.wallet as recipient_wallet,
       sent.party as sender_party, received.party as recipient_party,
       transfer.source_no, transfer."row"
from transfer
join endpoint as sent on sent.node = transfer.sender and sent.asset_no = transfer.asset_no
join endpoint as received on received.node = transfer.recipient and received.asset_no = transfer.asset_no
cross join term;
