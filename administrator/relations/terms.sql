-- The small relations that carry the terms of a plan into SQL, and the few figures a step that Python decides; empty.
--
-- Reads   nothing
-- Makes   term, trust_term, set_off, title_chain, title_line, declared_event, declared_event_party, rate, price_text, pool, pool_tier, pool_tier_ordinary, outpaid,
--         loss_item, compensable, compensation, estate_award, estate_pool, estate_source, estate_other, estate_tier,
--         cost_excess, step, coverage, part_name, destination, traced_recovery, reserve_term, reserve_exclusion,
--         reserve_holder, reserve_claim, advance, accrual, accrued, subrogated, election, elected, omnibus, omnibus_member,
--         omnibus_pool, payout, delivery,
--         award_ordinary
-- Holds   term has one row once the terms are stored; rates are minor units of the reporting currency to a base unit
create or replace table term(
    commencement_at timestamp, bar_at timestamp, has_balance boolean, has_journal boolean, has_transfers boolean,
    has_payees boolean, round integer, currency_no integer, currency_decimals integer, minimum_minor decimal(38, 0),
    late varchar, insiders varchar, price_set varchar, is_set_off boolean
);
create or replace table trust_term(terms varchar);
create or replace table set_off(
    account_no integer, asset_no integer, is_debt boolean, part integer, holder_no integer, units decimal(38, 0),
    minor decimal(38, 0), set_off decimal(38, 0)
);
create or replace table title_chain(
    account_no integer, asset_no integer, holder varchar, units decimal(38, 0), since timestamp
);
create or replace table title_line(
    account_no integer, claim_asset_no integer, part integer, step_no integer, pay_asset_no integer, place integer,
    quantity decimal(38, 0), value_minor decimal(38, 0), reason varchar
);
create or replace table declared_event(event_no integer, event varchar, from_at timestamp, until_at timestamp);
create or replace table declared_event_party(event_no integer, party varchar);
create or replace table rate(
    asset_no integer, price_set varchar, numerator decimal(38, 0), denominator decimal(38, 0)
);
create or replace table price_text(asset_no integer, price varchar);
create or replace table pool(
    pool_no integer, pool varchar, asset_no integer, gross decimal(38, 0), costs decimal(38, 0), holdback decimal(38, 0),
    distributable decimal(38, 0), claimed decimal(38, 0), overpaid decimal(38, 0), surplus decimal(38, 0),
    dividend_numerator decimal(38, 0), dividend_denominator decimal(38, 0)
);
create or replace table pool_tier(
    pool_no integer, tier integer, payable decimal(38, 0), claimed decimal(38, 0), is_largest_remainder boolean
);
create or replace table pool_tier_ordinary(pool_no integer, tier integer, payable decimal(38, 0), claimed decimal(38, 0));
create or replace table outpaid(pool_no integer, account_no integer, asset_no integer, paid decimal(38, 0));
create or replace table loss_item(
    item_no integer, event varchar, peril varchar, custody varchar, asset_no integer, units decimal(38, 0),
    value_minor decimal(38, 0), is_covered boolean
);
create or replace table compensable(
    pool_no integer, gross decimal(38, 0), claimed decimal(38, 0), lost decimal(38, 0)
);
create or replace table compensation(
    account_no integer, asset_no integer, part integer, step_no integer, claim_minor decimal(38, 0),
    entitled decimal(38, 0)
);
create or replace table estate_award(
    account_no integer, asset_no integer, part integer, step_no integer, claim_minor decimal(38, 0),
    entitled decimal(38, 0)
);
create or replace table estate_pool(
    pool_no integer, pool varchar, asset_no integer, gross decimal(38, 0), costs decimal(38, 0), holdback decimal(38, 0),
    distributable decimal(38, 0), claimed decimal(38, 0), overpaid decimal(38, 0), surplus decimal(38, 0),
    dividend_numerator decimal(38, 0), dividend_denominator decimal(38, 0), awarded decimal(38, 0), lines bigint
);
create or replace table estate_source(source varchar, minor decimal(38, 0));
create or replace table estate_other(step varchar, claim_minor decimal(38, 0), entitled decimal(38, 0));
create or replace table estate_tier(
    tier integer, is_whole boolean, payable decimal(38, 0), claimed decimal(38, 0), is_largest_remainder boolean
);
create or replace table cost_excess(name varchar, asset_no integer, minor decimal(38, 0));
create or replace table step(step_no integer, step varchar, is_split boolean);
create or replace table step_item(item_no integer);
create or replace table step_answer(step_no integer, item_no integer);
create or replace table step_claimed(step_no integer, claimed decimal(38, 0));
create or replace table step_term(
    step_no integer, payable decimal(38, 0), claimed decimal(38, 0), is_largest_remainder boolean
);
create or replace table coverage(
    source varchar, event varchar, ground_up_minor decimal(38, 0), ground_up_partial boolean,
    covered_minor decimal(38, 0), covered_partial boolean, due_minor decimal(38, 0),
    received_minor decimal(38, 0), unmet_minor decimal(38, 0), distributed_minor decimal(38, 0), reason varchar
);
create or replace table destination(
    taker varchar, asset_no integer, party varchar, hops integer, path varchar, lies_units decimal(38, 0)
);
create or replace table traced_recovery(
    asset_no integer, wallet varchar, traced decimal(38, 0), units decimal(38, 0), is_pooled boolean
);
create or replace table reserve_term(
    step_no integer, cap_minor decimal(38, 0), cap_fiat_minor decimal(38, 0), deducts_debts boolean
);
create or replace table reserve_exclusion(step_no integer, kind varchar);
create or replace table reserve_holder(
    step_no integer, holder_no integer, uncut_minor decimal(38, 0), fiat_minor decimal(38, 0), debt_minor decimal(38, 0),
    cap_minor decimal(38, 0), fiat_cut_minor decimal(38, 0), claim_minor decimal(38, 0)
);
create or replace table reserve_claim(
    step_no integer, holder_no integer, account_no integer, asset_no integer, part integer, uncut_minor decimal(38, 0),
    fiat_cut_minor decimal(38, 0), claim_minor decimal(38, 0)
);
create or replace table advance(
    advance_no integer, name varchar, asset_no integer, units decimal(38, 0), repaid decimal(38, 0)
);
create or replace table accrual(
    accrual_no integer, kind varchar, asset_no integer, of_no integer, is_holders boolean, numerator decimal(38, 0),
    denominator decimal(38, 0), ratio varchar
);
create or replace table accrued(
    account_no integer, asset_no integer, accrual_no integer, tier tinyint, of_allowed decimal(38, 0),
    of_disputed decimal(38, 0), of_unclaimed decimal(38, 0), allowed decimal(38, 0), disputed decimal(38, 0),
    unclaimed decimal(38, 0)
);
create or replace table subrogated(recovery varchar, asset_no integer, policy varchar, units decimal(38, 0));
create or replace table election(election varchar, numerator decimal(38, 0), denominator decimal(38, 0));
create or replace table payout(
    payout_no integer, of_no integer, in_no integer, election varchar, share_numerator decimal(38, 0),
    share_denominator decimal(38, 0), numerator decimal(38, 0), denominator decimal(38, 0)
);
create or replace table delivery(
    account_no integer, claim_asset_no integer, part integer, step_no integer, pay_asset_no integer, place integer,
    asset_no integer, discharged decimal(38, 0), units decimal(38, 0), reason varchar
);
create or replace table omnibus(omnibus varchar, first_no integer);
create or replace table omnibus_pool(
    pool_no integer, asset_no integer, pool varchar, held decimal(38, 0), guarantee decimal(38, 0)
);
create or replace table omnibus_member(account_no integer, omnibus varchar, first_no integer);
create or replace table elected(account_no integer, numerator decimal(38, 0), denominator decimal(38, 0));
create or replace table award_ordinary(
    account_no integer, asset_no integer, part integer, tier integer, pool_no integer, pay_asset_no integer,
    claim_units decimal(38, 0), entitled decimal(38, 0)
);
create or replace table part_name(part integer, name varchar);
insert into part_name values (0, null), (1, 'disputed'), (2, 'unclaimed');
