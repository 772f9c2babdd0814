"""Look at a computed case: what each screen asks for, in pages of at most 500 rows.

Everything is text as it stands in the outputs, so that what a person reads on a screen, in a file and in the command line
is the same figure. Nothing here changes the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from administrator import __version__
from administrator.errors import StaleError
from administrator.plans.exports.seal import SELECTS
from administrator.stages import STAGES
from administrator.usecases.running import AssetResult, asset_results
from ledgers.configuration import CaseConfiguration, read_case
from ledgers.storage.books import Books

PAGE_ROWS_MAX = 500


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a longer list."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Text as in the outputs; empty where nothing is known."""
    offset: int
    total: int
    """Rows of the whole list."""


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage of the run, done."""

    name: str
    question: str
    made: str
    """What it made, with counts: `5 000 balances`."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The case at a glance."""

    title: str
    court: str
    reference: str
    regime: str
    commencement_at: str
    currency: str
    round: int
    projection: bool
    out: str
    findings: tuple[tuple[str, int], ...]
    """Severity and count, the gravest first."""
    stages: tuple[StageLine, ...]
    assets: tuple[AssetResult, ...]


@dataclass(frozen=True, slots=True)
class HolderView:
    """One account: who, what it claims, what it gets and why."""

    account: str
    facts: tuple[tuple[str, str], ...]
    """Name and value: holder, kind, hold, recovery ..."""
    claims: Page
    schedule: Page
    bases: Page
    postings: Page
    why: tuple[str, ...]
    """The arithmetic, line by line, as `administrator explain` prints it."""


@dataclass(frozen=True, slots=True)
class BridgeView:
    """One asset's shortfall, line by line."""

    asset: str
    owed: str
    held: str
    shortfall: str
    coverage: str
    lines: tuple[tuple[str, str, str], ...]
    """Line, quantity, running total from nothing to the shortfall."""


class Matter:
    """A case that was run, open for looking."""

    def __init__(self, case: CaseConfiguration, books: Books) -> None:
        self._case = case
        self._books = books

    @classmethod
    def open(cls, folder: Path) -> Matter:
        """Open what the last run of a case left.

        Raises:
            StorageError: the case was never run, or another program has its books open.
            StaleError: case.toml changed since, or another version made the books.
        """
        case = read_case(folder)
        books = Books.read_only(case.folder)
        try:
            notes = dict(books.rows("select name, value from run_note")) if _has(books, "run_note") else {}
            if notes.get("case_sha256") != case.sha256:
                raise StaleError(f"{folder}: case.toml changed since the last run, or the run was not finished. "
                                 "Run `administrator run` again.")
            if notes.get("version") != __version__:
                raise StaleError(f"{folder}: another version of the program made these books. Run `administrator run` again.")
        except BaseException:
            books.close()
            raise
        return cls(case, books)

    def close(self) -> None:
        """Let go of the books."""
        self._books.close()

    def __enter__(self) -> Matter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def case(self) -> CaseConfiguration:
        """What case.toml says."""
        return self._case

    @property
    def books(self) -> Books:
        """The relations, for other use cases."""
        return self._books

    @property
    def is_planned(self) -> bool:
        """Whether the run came to a plan, or was stopped by blocking findings before."""
        return _has(self._books, "plan_line") and not self._books.value(
            "select count(*) from finding where severity = 'blocking'")

    def overview(self) -> Overview:
        """The case at a glance: stages, findings, recovery per asset."""
        case = self._case
        order = {"blocking": 0, "warning": 1, "note": 2}
        counts = self._books.rows("select severity, count(*) from finding group by severity")
        return Overview(
            title=case.title, court=case.case.court or "", reference=case.case.reference or "", regime=case.case.regime,
            commencement_at=case.commencement_at.isoformat(), currency=case.currency, round=case.plan.round,
            projection=case.plan.projection,
            out=str(self._books.value("select value from run_note where name = 'out'")),
            findings=tuple(sorted(counts, key=lambda pair: order[pair[0]])),
            stages=self._stages(), assets=asset_results(self._books) if self.is_planned else (),
        )

    def _stages(self) -> tuple[StageLine, ...]:
        lines = []
        for stage in STAGES:
            made = [f"{self._count(relation)} rows of {relation}" for relation in stage.makes
                    if _has(self._books, relation)]
            lines.append(StageLine(stage.name, stage.question, ", ".join(made) if made else "not reached"))
        return tuple(lines)

    def _count(self, relation: str) -> int:
        assert any(relation in stage.makes for stage in STAGES)
        return int(self._books.value("select estimated_size from duckdb_tables() where table_name = $name "
                                     "and not temporary", {"name": relation}))

    def findings(self, offset: int, limit: int) -> Page:
        """What is wrong or worth knowing, the gravest first."""
        total = int(self._books.value("select count(*) from finding"))
        return self._page(
            ("severity", "code", "subject", "message", "remedy", "source", "row"),
            "select severity, code, coalesce(subject, ''), message, coalesce(remedy, ''), coalesce(source, ''), "
            "coalesce(\"row\"::varchar, '') from finding order by case severity when 'blocking' then 0 when 'warning' then 1 "
            "else 2 end, code, subject, source, \"row\" limit $limit offset $offset",
            offset, limit, total)

    def accounts(self, search: str, offset: int, limit: int) -> Page:
        """Accounts whose id or holder's name contains a text, by id."""
        parameters = {"search": search}
        where = "where $search = '' or contains(account.account, $search) or contains(coalesce(account.holder, ''), $search)"
        total = int(self._books.value(f"select count(*) from account {where}", parameters))
        planned = "left join holder using (account_no)" if self.is_planned else ""
        figures = (
            "case when holder.account_no is null then '' when holder.allowed_partial then 'partial' "
            "else units_text(holder.allowed_minor, $decimals) end, "
            "case when holder.account_no is null or holder.allowed_partial or holder.returned_partial "
            "or holder.allowed_minor = 0 then '' "
            "else ratio_text((holder.returned_minor + holder.compensated_minor)::decimal(38, 0), holder.allowed_minor) end"
            if planned else "case when $decimals < 0 then '' else '' end, ''")
        return self._page(
            ("account", "holder", "kind", "hold", "allowed_value", "recovery"),
            f"select account.account, coalesce(account.holder, ''), account.kind, coalesce(account.hold, ''), {figures} "
            f"from account {planned} {where} order by account.account_no limit $limit offset $offset",
            offset, limit, total, {**parameters, "decimals": self._case.currency_decimals})

    def bridge_assets(self) -> tuple[str, ...]:
        """Assets that occur, those with a shortfall first, then by name."""
        return tuple(asset for (asset,) in self._books.rows(
            "select asset.asset from holding_total join asset using (asset_no) "
            "order by holding_total.shortfall <= 0, holding_total.asset_no"))

    def bridge(self, asset: str) -> BridgeView:
        """One asset's way from what is held to what is owed."""
        owed, held, shortfall, coverage, decimals = self._books.rows(
            "select units_text(total.owed, asset.decimals), units_text(total.held_customer, asset.decimals), "
            "units_text(total.shortfall, asset.decimals), "
            "case when total.owed > 0 then ratio_text(total.held_customer, total.owed) else '' end, asset.decimals "
            "from holding_total as total join asset using (asset_no) where asset.asset = $asset", {"asset": asset})[0]
        lines = self._books.rows(
            "select line, units_text(units, $decimals), units_text((sum(units) over (order by line_no, line "
            "rows between unbounded preceding and current row))::decimal(38, 0), $decimals) "
            "from bridge_line join asset using (asset_no) where asset.asset = $asset and units <> 0 order by line_no, line",
            {"asset": asset, "decimals": decimals})
        return BridgeView(asset, owed, held, shortfall, coverage, tuple((a, b, c) for a, b, c in lines))

    def behind(self, asset: str, line: str, offset: int, limit: int) -> Page:
        """The postings and transfers one line of a bridge rests on."""
        name, _, tail = line.partition(":")
        parameters = {"asset": asset, "name": name, "tail": tail}
        total = int(self._books.value(f"select count(*) from ({_BEHIND})", parameters))
        return self._page(
            ("record", "id", "at", "quantity", "who", "reference", "source", "row"),
            f"{_BEHIND} order by happened_at, record, id limit $limit offset $offset", offset, limit, total, parameters)

    def destinations(self, party: str) -> Page:
        """Where the units that a party took lie, hop by hop."""
        parameters = {"party": party}
        total = int(self._books.value("select count(*) from destination where taker = $party", parameters))
        return self._page(
            ("asset", "lies_with", "hops", "quantity", "path"),
            "select asset.asset, destination.party, destination.hops::varchar, "
            "units_text(destination.lies_units, asset.decimals), destination.path from destination "
            "join asset using (asset_no) where taker = $party order by asset.asset_no, destination.hops, destination.party "
            "limit $limit offset $offset", offset=0, limit=PAGE_ROWS_MAX, total=total, parameters=parameters)

    def holder(self, account: str) -> HolderView:
        """One account, with the why."""
        from administrator.usecases.explaining import explain_account, facts_of

        facts = facts_of(self, account)
        pages = {
            name: self._of_account(name, account) if self.is_planned else Page((), (), 0, 0)
            for name in ("claims", "schedule", "bases")
        }
        postings = self._page(
            ("posting", "posted_at", "asset", "quantity", "kind", "reference", "source", "row"),
            "select journal.posting, journal.posted_at::varchar, asset.asset, units_text(journal.units, asset.decimals), "
            "journal.kind, coalesce(journal.reference, ''), source.source, journal.\"row\"::varchar from journal "
            "join account using (account_no) join asset on asset.asset_no = journal.asset_no join source on "
            "source.source_no = journal.source_no where account.account = $account order by journal.posted_at, "
            "journal.posting limit $limit offset $offset", 0, PAGE_ROWS_MAX,
            int(self._books.value("select count(*) from journal join account using (account_no) "
                                  "where account.account = $account", {"account": account})), {"account": account})
        why = explain_account(self, account).lines() if self.is_planned else ()
        return HolderView(account, facts, pages["claims"], pages["schedule"], pages["bases"], postings, tuple(why))

    def plan(self, offset: int, limit: int, *, withheld_only: bool) -> Page:
        """The distribution schedule, line by line."""
        where = "where plan_line.status = 'withhold'" if withheld_only else ""
        total = int(self._books.value(f"select count(*) from plan_line {where}"))
        return self._page(
            ("account", "claim_asset", "part", "step", "pay_asset", "claim", "entitled", "paid_before", "quantity", "value",
             "status", "reason"),
            "select account.account, claimed.asset, coalesce(part_name.name, ''), plan_line.step, paid.asset, "
            "units_text(claim_units, paid.decimals), units_text(entitled, paid.decimals), "
            "units_text(paid_before, paid.decimals), units_text(quantity, paid.decimals), "
            "coalesce(units_text(value_minor, term.currency_decimals), ''), plan_line.status, coalesce(plan_line.reason, '') "
            "from plan_line join account using (account_no) join asset as claimed on claimed.asset_no = claim_asset_no "
            "join asset as paid on paid.asset_no = pay_asset_no join part_name using (part) cross join term "
            f"{where} order by plan_line.account_no, claim_asset_no, plan_line.part, plan_line.step, pay_asset_no "
            "limit $limit offset $offset", offset, limit, total)

    def pools(self) -> Page:
        """Every pool, from gross to dividend, with what is paid and withheld of it this round."""
        return self._page(
            ("pool", "gross", "costs", "holdback", "distributable", "claims", "awarded", "paid", "withheld", "surplus",
             "residue", "dividend"),
            "select asset.asset, units_text(pool.gross, asset.decimals), units_text(pool.costs, asset.decimals), "
            "units_text(pool.holdback, asset.decimals), units_text(pool.distributable, asset.decimals), "
            "units_text(pool.claimed, asset.decimals), units_text(pool_award.awarded, asset.decimals), "
            "units_text(coalesce(now.paid, 0)::decimal(38, 0), asset.decimals), "
            "units_text(coalesce(now.withheld, 0)::decimal(38, 0), asset.decimals), "
            "units_text(pool.surplus, asset.decimals), "
            "units_text((pool.distributable - pool.surplus - pool_award.awarded)::decimal(38, 0), asset.decimals), "
            "case when pool.claimed > 0 then ratio_text(pool.dividend_numerator, pool.dividend_denominator) else '' end "
            "from pool join pool_award using (asset_no) join asset using (asset_no) "
            "left join (select pay_asset_no as asset_no, sum(quantity) filter (where status = 'pay') as paid, "
            "sum(quantity) filter (where status = 'withhold') as withheld from plan_line where step like 'return%' "
            "group by pay_asset_no) as now using (asset_no) order by asset.asset_no limit $limit offset $offset",
            0, PAGE_ROWS_MAX, int(self._books.value("select count(*) from pool")))

    def _of_account(self, name: str, account: str) -> Page:
        select = (SELECTS / f"{name}.sql").read_text(encoding="utf-8")
        cursor = self._books.connection.execute(
            f"select * from ({select}) where account = $account limit {PAGE_ROWS_MAX}", {"account": account})
        columns = tuple(column[0] for column in cursor.description or ())
        rows = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in cursor.fetchall())
        return Page(columns, rows, 0, len(rows))

    def _page(self, columns: Sequence[str], sql: str, offset: int, limit: int, total: int,
              parameters: dict[str, object] | None = None) -> Page:
        assert 0 <= limit <= PAGE_ROWS_MAX
        rows = self._books.rows(sql, {**(parameters or {}), "limit": limit, "offset": offset})
        return Page(tuple(columns), tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows),
                    offset, total)


_BEHIND = """
select record, id, happened_at, quantity, who, reference, source, source_row from (
    select 'posting' as record, posting.posting as id, posting.posted_at::varchar as happened_at,
           units_text(posting.units, asset.decimals) as quantity, account.account as who,
           coalesce(posting.reference, '') as reference, source.source, posting."row"::varchar as source_row,
           case posting.kind when 'opening' then 'opening_difference'
                when 'deposit' then case when match.movement_no is null then 'deposits_without_receipt'
                                         else 'deposit_differences' end
                when 'withdrawal' then case when match.movement_no is null then 'withdrawals_not_sent'
                                            else 'withdrawal_differences' end
                else 'credits' end as line,
           case when posting.kind in ('opening', 'deposit', 'withdrawal') then '' else posting.kind end as tail,
           asset.asset
    from posting
    join account using (account_no)
    join asset on asset.asset_no = posting.asset_no
    join source on source.source_no = posting.source_no
    left join match using (posting_no)
    union all
    select 'transfer', movement.transfer, movement.occurred_at::varchar, units_text(movement.units, asset.decimals),
           coalesce(movement.party, ''), coalesce(movement.reference, ''), source.source, movement."row"::varchar,
           case when matched.movement_no is not null and movement.direction = 'in' then 'deposit_differences'
                when matched.movement_no is not null and movement.direction = 'out' then 'withdrawal_differences'
                when movement.party = 'guarantee' then 'moved_to_guarantee'
                when movement.kind in ('house', 'affiliate', 'insider', 'thief') then 'taken_by'
                when movement.direction = 'out' then 'outflows_without_posting'
                when movement.direction = 'in' then 'receipts_without_posting' end,
           case when matched.movement_no is null and movement.party <> 'guarantee'
                 and movement.kind in ('house', 'affiliate', 'insider', 'thief') then movement.party else '' end,
           asset.asset
    from movement
    join asset on asset.asset_no = movement.asset_no
    join source on source.source_no = movement.source_no
    left join (select distinct movement_no from match) as matched using (movement_no)
    where not movement.is_after and movement.direction in ('in', 'out')
    union all
    select 'network fee', movement.transfer, movement.occurred_at::varchar, units_text(movement.fee_units, asset.decimals),
           '', coalesce(movement.reference, ''), source.source, movement."row"::varchar, 'network_fees', '', asset.asset
    from movement
    join asset on asset.asset_no = movement.asset_no
    join source on source.source_no = movement.source_no
    where not movement.is_after and movement.direction in ('out', 'internal') and movement.fee_units > 0
    union all
    select 'wallet', holding.wallet, '', units_text(holding.opening_units, asset.decimals), holding.custody, 'opening',
           source.source, holding."row"::varchar, 'opening_difference', '', asset.asset
    from holding
    join asset using (asset_no)
    join source using (source_no)
    where holding.purpose = 'customer'
    union all
    select 'balance', account.account, '', units_text(book.units, asset.decimals), account.account, '',
           coalesce(source.source, ''), coalesce(book."row"::varchar, ''), 'negative_balances', '', asset.asset
    from book
    join account using (account_no)
    join asset on asset.asset_no = book.asset_no
    left join source on source.source_no = book.source_no
    where book.units < 0
) where asset = $asset and line = $name and tail = $tail
"""


def _has(books: Books, relation: str) -> bool:
    return bool(books.value("select count(*) from duckdb_tables() where table_name = $name", {"name": relation}))
