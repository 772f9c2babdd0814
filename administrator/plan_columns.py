"""What does each line get, and each holder, where every claim is a balance and nothing but the pools is shared?

So it is where nobody filed yet and nothing was paid before, which is when a case has all its tens of millions of lines.
relations/plan_units.sql, plan_minimum.sql and holder.sql are the definition; this makes the same rows by column. It
takes the claims as they lie, in the order of their key, so that nothing has to be joined, sorted or grouped. Tests
compare the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from ledgers.exact import WHOLE_NUMBER_LIMIT
from ledgers.kernels import add_up, scale_columns
from ledgers.limbs import WHOLE_NUMBER, column_of, limbs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ledgers.storage.books import Books

    Limbs = NDArray[np.uint64]
    Numbers = NDArray[np.int32]
    Places = NDArray[np.int64]
    Flags = NDArray[np.bool_]

RELATIONS = Path(__file__).parent / "relations"
ROWS_AT_ONCE: Final = 1 << 20
CLAIM: Final = pa.schema([("account_no", pa.int32()), ("asset_no", pa.int32()), ("allowed", WHOLE_NUMBER)])
NONE: Final = -1


def make_plan(books: Books, minimum_minor: int) -> None:
    """Fill `plan_units` and `holder`.

    Args:
        books: bulk; every claim a balance, no compensation, no largest remainder, no payment of an earlier round.
        minimum_minor: who would be paid less is withheld.

    Raises:
        OverflowError: what a holder gets is worth more than 38 digits.
    """
    rows, accounts = books.rows(
        "select (select count(*) from claim_units), (select coalesce(max(account_no) + 1, 0) from claim_units)"
    )[0]
    at_once = max(1, ROWS_AT_ONCE * accounts // max(rows, 1))
    shares = _Shares(books)
    withholdings = _Withholdings(books, minimum_minor)
    for start in range(0, accounts, at_once):
        # All of a part is taken before it is written, for nothing else may run while a query gives its rows.
        whose = f"where account_no >= {start} and account_no < {start + at_once}"
        batches = books.batches(f"select account_no, asset_no, allowed from claim_units {whose}", ROWS_AT_ONCE)  # noqa: S608
        part = pa.Table.from_batches(batches, CLAIM).combine_chunks()
        line, holder = _planned(part, shares, withholdings)
        with books.lent("incoming_line", line), books.lent("incoming_holder", holder):
            books.run(RELATIONS / "plan_units_by_column.sql")


def make_pool_awards(books: Books) -> None:
    """Fill `pool_award`: what each pool's lines are entitled to together.

    Args:
        books: as above.

    Raises:
        OverflowError: a pool awards more than 38 digits.
    """
    shares = _Shares(books)
    limbs, lines = np.zeros((shares.assets, 2), np.uint64), np.zeros(shares.assets, np.int64)
    query = "select asset_no, allowed from claim_units where allowed > 0"
    for batch in books.batches(query, ROWS_AT_ONCE):
        asset_nos = batch.column(0)
        entitled = shares.entitled(batch.column(1), asset_nos)
        chosen = _is_known(entitled)
        places = asset_nos.to_numpy().astype(np.int64)
        limbs = _summed(places, shares.assets, entitled, chosen, limbs).limbs
        lines += np.bincount(places[chosen], minlength=shares.assets)
    columns = {"asset_no": np.arange(shares.assets, dtype=np.int32), "awarded": column_of(limbs), "lines": lines}
    with books.lent("incoming_award", pa.table(columns)):
        books.run(RELATIONS / "pool_award_by_column.sql")


class _Shares:
    """What the pool of each asset pays of what is claimed, and what its units are worth; null without pool or price."""

    def __init__(self, books: Books) -> None:
        self.assets = assets = int(books.value("select count(*) from asset"))
        tiers = books.rows("select pool_no, payable::varchar, claimed::varchar from pool_tier where tier = 0")
        rates = books.rows(
            "select asset_no, numerator::varchar, denominator::varchar from rate where price_set = 'commencement'"
        )
        self.payables, self.claimed = _by_number(assets, {number: pair for number, *pair in tiers})
        self.numerators, self.denominators = _by_number(assets, {number: pair for number, *pair in rates})

    def entitled(self, units: pa.Array, asset_nos: pa.Array) -> pa.Array:
        return scale_columns("scaled_floor", units, self.payables.take(asset_nos), self.claimed.take(asset_nos))

    def worth(self, units: pa.Array, asset_nos: pa.Array) -> pa.Array:
        rates = self.numerators.take(asset_nos), self.denominators.take(asset_nos)
        return scale_columns("scaled_half_even", units, *rates)


def _by_number(count: int, pairs: Mapping[int, list[str]]) -> tuple[pa.Array, pa.Array]:
    empty = [None, None]
    columns = zip(*(pairs.get(number, empty) for number in range(count)), strict=True)
    first, second = (pa.array(column, pa.string()).cast(WHOLE_NUMBER) for column in columns)
    return first, second


class _Withholdings:
    """Why a line is not paid though it is entitled: held, without a way to be paid, or too small."""

    def __init__(self, books: Books, minimum_minor: int) -> None:
        self.minimum_minor = minimum_minor
        reasons = dict(books.rows("select reason, reason_no from reason_name"))
        self.unroutable = reasons["unroutable"]
        self.too_small = reasons["minimum_payment"]
        accounts = int(books.value("select count(*) from account"))
        assets = int(books.value("select count(*) from asset"))
        self.held = np.full(accounts, NONE, np.int32)
        held = "select account_no, reason_no from account join reason_name on reason_name.reason = account.hold"
        for batch in books.batches(held, ROWS_AT_ONCE):
            self.held[batch.column(0).to_numpy()] = batch.column(1).to_numpy()
        self.has_any = np.ones(accounts, np.bool_)
        self.has_own: Flags = np.zeros(0, np.bool_)
        """By account and asset in one number; nothing where all have a way."""
        self.assets = assets
        if not books.value("select has_payees from term"):
            return
        self.has_any[:] = False
        self.has_own = np.zeros(accounts * assets, np.bool_)
        for batch in books.batches("select account_no, asset_no from payee where account_no is not null", ROWS_AT_ONCE):
            account_nos = batch.column(0).to_numpy().astype(np.int64)
            asset_nos = batch.column(1).fill_null(NONE).to_numpy()
            self.has_any[account_nos[asset_nos == NONE]] = True
            is_own = asset_nos != NONE
            self.has_own[account_nos[is_own] * assets + asset_nos[is_own]] = True

    def reasons(self, account_nos: Numbers, asset_nos: Numbers) -> Numbers:
        """The number of each line's reason but the last, NONE where it is paid."""
        reasons = self.held[account_nos]
        if len(self.has_own):
            has_own = self.has_own[account_nos.astype(np.int64) * self.assets + asset_nos]
            reasons[(reasons == NONE) & ~has_own & ~self.has_any[account_nos]] = self.unroutable
        return reasons


@dataclass(frozen=True, slots=True)
class _Sum:
    """Of each account of a part, over some of its rows."""

    limbs: Limbs
    is_partial: Flags
    """Whether a row of it has no price."""


def _planned(part: pa.Table, shares: _Shares, withholdings: _Withholdings) -> tuple[pa.Table, pa.Table]:
    """The lines and the holders of some accounts, with all claims of each."""
    accounts, asset_nos, allowed = (_whole(column) for column in part.columns)
    every = accounts.to_numpy()
    assert (every[1:] >= every[:-1]).all(), "claims do not lie in the order of their accounts"
    is_first = np.diff(every, prepend=NONE) != 0
    holders, places = every[is_first], np.cumsum(is_first) - 1
    chosen = (limbs_of(allowed) != 0).any(axis=1)
    places, asset_nos, allowed = places[chosen], asset_nos.filter(pa.array(chosen)), _kept(allowed, chosen)
    allowed_sum = _summed(places, len(holders), shares.worth(allowed, asset_nos))

    entitled = shares.entitled(allowed, asset_nos)
    chosen = (limbs_of(entitled) != 0).any(axis=1) & _is_known(entitled)
    places, asset_nos = places[chosen], asset_nos.filter(pa.array(chosen))
    account_nos = holders[places]
    allowed, entitled = _kept(allowed, chosen), _kept(entitled, chosen)
    values = shares.worth(entitled, asset_nos)
    returned = _summed(places, len(holders), values)

    reasons = withholdings.reasons(account_nos, asset_nos.to_numpy())
    if withholdings.minimum_minor > 0:
        paid = _summed(places, len(holders), values, reasons == NONE)
        small = _is_below(paid.limbs, withholdings.minimum_minor) & ~paid.is_partial
        reasons[(reasons == NONE) & small[places]] = withholdings.too_small
    withheld = _summed(places, len(holders), values, reasons != NONE)

    line = pa.table(
        {
            "account_no": account_nos, "asset_no": asset_nos, "claim_units": allowed, "entitled": entitled,
            "value_minor": values, "reason_no": pa.array(reasons, pa.int32(), mask=reasons == NONE),
        }
    )  # fmt: skip
    sums = {"allowed": allowed_sum, "returned": returned, "withheld": withheld}
    holder = {"account_no": pa.array(holders)}
    for name, of in sums.items():
        holder |= {f"{name}_minor": column_of(of.limbs), f"{name}_partial": pa.array(of.is_partial)}
    return line, pa.table(holder)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def _is_known(column: pa.Array) -> Flags:
    known: Flags = column.is_valid().to_numpy(zero_copy_only=False)
    return known


def _kept(column: pa.Array, chosen: Flags) -> pa.Array:
    """The chosen rows of a column that is known in all of them."""
    return column if chosen.all() and not column.null_count else column_of(_rows(limbs_of(column), chosen))


def _rows(limbs: Limbs, chosen: Flags) -> Limbs:
    """The chosen rows; each is moved as one thing of 16 bytes, which numpy does five times as quickly as two limbs."""
    found: Limbs = limbs.view("V16")[:, 0][chosen].view(np.uint64).reshape(-1, 2)
    return found


def _summed(
    places: Places, count: int, minor: pa.Array, chosen: Flags | None = None, before: Limbs | None = None
) -> _Sum:
    """Add up what is known of the chosen rows.

    Args:
        places: where each row is added to, below `count`.
        minor: >= 0.
        before: the sums of earlier rows, which are added to.

    Raises:
        OverflowError: a sum has more than 38 digits.
    """
    sums = np.zeros((count, 2), np.uint64) if before is None else before
    is_partial = np.zeros(count, np.bool_)
    is_counted = np.ones(len(places), np.bool_) if chosen is None else chosen
    fits = add_up(places, limbs_of(minor), _is_known(minor), is_counted, sums, is_partial)
    if not fits or not _is_below(sums, WHOLE_NUMBER_LIMIT).all():
        raise OverflowError("a sum has more than 38 digits")
    return _Sum(sums, is_partial)


def _is_below(limbs: Limbs, number: int) -> Flags:
    high, low = np.uint64(number >> 64), np.uint64(number & ((1 << 64) - 1))
    below: Flags = (limbs[:, 1] < high) | (limbs[:, 1] == high) & (limbs[:, 0] < low)
    return below
