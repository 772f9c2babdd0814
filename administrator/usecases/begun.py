"""What does somebody hear who has begun a case: what each file is, and what is left to answer?

In lines for a terminal of any width, and as values for JSON. The same stands as comments in case.toml.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from administrator.usecases.drafting import Given, SourceGroup, lacking
from administrator.wrapping import wrapped
from ledgers.display import display
from ledgers.surveying.assets import ProposedAsset
from ledgers.surveying.encodings import Sure
from ledgers.surveying.reasons import reasons_of, rows_of, sureness_of, totals_of, writing_of
from ledgers.surveying.survey import ASK, Surveyed

WIDTH_MIN, WIDTH_MAX = 40, 100
FAULTS_SHOWN_MAX = 8
CODES_SHOWN_MAX = 8
ONCE = ("account", "balance", "wallet")
"""Tables in which two sources may well say the same twice."""


@dataclass(frozen=True, slots=True)
class BegunFile:
    """What is said of one file, or one sheet of it."""

    name: str
    path: str
    """In the case."""
    sheet: str
    table: str
    """Empty where it is no source."""
    sure: str
    says: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """A case that was begun."""

    folder: str
    files: tuple[BegunFile, ...]
    left_out: tuple[str, ...]
    """Files in the folders that were named which hold no books: hidden ones, a case.toml."""
    missing: tuple[str, ...]
    """Tables a case cannot do without."""
    open: tuple[str, ...]
    """What must be filled in before anything runs."""
    confirm: tuple[str, ...]
    """What was proposed, and should be confirmed."""
    is_ready: bool
    """Whether a run takes case.toml as it stands."""

    def lines(self, columns: int) -> Iterator[str]:
        """Say it all in lines of so many columns."""
        width = max(WIDTH_MIN, min(columns, WIDTH_MAX))
        count = len({file.path for file in self.files})
        empty = count - len({file.path for file in self.files if file.table})
        none = f", of which {empty} hold{'s' if empty == 1 else ''} no source" if empty else ""
        begun = f"{display(self.folder, 400)}: a case was begun from {count} file{'' if count == 1 else 's'}{none}."
        yield from wrapped(begun, width, "")
        for file in self.files:
            yield ""
            renamed = f" (now {display(file.path, 200)})" if file.path != f"inputs/{file.name}" else ""
            sheet = f', sheet "{display(file.sheet)}"' if file.sheet else ""
            verdict = f"{file.table}, {file.sure}" if file.table else "no source"
            yield from wrapped(f"{display(file.name, 200)}{sheet}{renamed}: {verdict}", width, "")
            yield from wrapped(file.says, width, "  ")
            for fault in file.faults[:FAULTS_SHOWN_MAX]:
                yield from wrapped(f"! {fault}", width, "  ", "    ")
            if len(file.faults) > FAULTS_SHOWN_MAX:
                yield f"  and {len(file.faults) - FAULTS_SHOWN_MAX} more, in case.toml"
        if self.left_out:
            yield ""
            yield from wrapped(f"Left out: {', '.join(display(name) for name in self.left_out[:20])}.", width, "")
        yield from _listed("Missing", self.missing, width)
        yield from _listed(f'Only you can say (a "{ASK}" in case.toml, with the question beside it)', self.open, width)
        yield from _listed("Proposed; confirm it", self.confirm, width)
        yield ""
        shown = display(self.folder, 400)
        stops = any(file.faults for file in self.files if file.table) or any("refused" in one for one in self.confirm)
        yield from wrapped(f"All of it stands in {shown}/case.toml as well, each at its place.", width, "")
        if not self.is_ready:
            yield from wrapped(f"Fill in and correct it, then: administrator check {shown}", width, "", "  ")
        elif stops:
            yield from wrapped(f"What is wrong above may stop a run: administrator check {shown}", width, "", "  ")
        else:
            yield from wrapped(f"It can be run as it is: administrator run {shown}", width, "", "  ")


def started_of(
    folder: Path,
    given: Given,
    groups: Sequence[SourceGroup],
    assets: Sequence[ProposedAsset],
    left_out: Sequence[str],
    faults: Sequence[str],
) -> Started:
    """Put together what is said of a case that was begun."""
    parts = [part for group in groups for part in group.parts]
    missing = lacking(groups)
    opened = list(_case_questions(given, assets))
    confirm = [] if given.title else [f'title: it is called "{display(folder.name)}" for now']
    confirm += [] if given.trigger else ["trigger: bankruptcy is written, so that something stands there"]
    confirm += _asset_questions(assets)
    for part in parts:
        if part.is_source:
            for question in part.questions:
                asks = any(word in question[:80] for word in ("no column says", "which column is it"))
                is_open = asks or question.startswith(("wallet:", "timezone:"))
                (opened if is_open else confirm).append(f"{display(part.name)}: {question}")
    confirm += _source_questions(groups)
    known = ("is still", "names no source")
    opened += [] if missing else [line for line in faults if not any(word in line for word in known)]
    return Started(
        str(folder), tuple(map(_file, parts)), tuple(left_out), tuple(missing), tuple(opened), tuple(confirm),
        not faults,
    )  # fmt: skip


def _file(part: Surveyed) -> BegunFile:
    sheet = part.sample.sheet or "" if part.sample is not None else ""
    if part.table is None or part.reason:
        why = part.reason
        if part.table is not None:
            why = f"it looks like {part.table.table}, but {part.reason}"
        elif why.split(" ")[0] in ("is", "has", "cannot", "opens", "unpacks", "claims", "unfolds"):
            why = f"it {why}"
        return BegunFile(part.name, part.written, sheet, "", "", why[:1].upper() + why[1:], part.faults)
    totals = totals_of(part)
    says = [reasons_of(part), rows_of(part)]
    encoding = part.sample.encoding if part.sample is not None else None
    if encoding is not None and (encoding.name != "utf-8" or encoding.sure is not Sure.CERTAIN):
        says.append(writing_of(part))
    if totals:
        says.append(f"totals {totals}")
    return BegunFile(
        part.name, part.written, sheet, part.table.table, sureness_of(part), "; ".join(says), part.faults
    )


def _case_questions(given: Given, assets: Sequence[ProposedAsset]) -> Iterator[str]:
    if given.regime is None:
        yield "regime: which law shares out? `administrator law` lists those that are known (--regime)"
    if given.commencement_at is None:
        yield "commencement_at: when did the proceedings commence, with the offset? (--commencement-at)"
    if given.currency is None:
        fiat = [asset.code for asset in assets if asset.kind == "fiat"]
        shown = ", ".join(map(display, fiat[:CODES_SHOWN_MAX])) + (" and others" if len(fiat) > CODES_SHOWN_MAX else "")
        names = f"; the files name {shown}" if fiat else ""
        yield f"currency: in which currency is everything valued? (--currency{names})"


def _asset_questions(assets: Sequence[ProposedAsset]) -> Iterator[str]:
    unknown = [asset for asset in assets if not asset.is_known]
    if unknown:
        yield f"decimals of assets that this program does not know: {_codes(unknown)}"
    deep = [asset for asset in assets if asset.excess]
    if deep:
        yield (
            f"decimals: the files have more than is usual for {_codes(deep, deep=True)}. Those rows are refused until "
            'you raise decimals, or declare excess_digits = "truncate" at the source'
        )
    aliased = [
        f"{display(asset.code)} is also {', '.join(map(display, asset.aliases))}" for asset in assets if asset.aliases
    ]
    if aliased:
        yield f"aliases: {'; '.join(aliased[:CODES_SHOWN_MAX])}"


def _codes(assets: Sequence[ProposedAsset], *, deep: bool = False) -> str:
    shown = [
        f"{display(asset.code)} ({asset.seen_decimals} for {asset.decimals})" if deep
        else f"{display(asset.code)} ({asset.decimals})" for asset in assets[:CODES_SHOWN_MAX]
    ]  # fmt: skip
    more = [f"and {len(assets) - CODES_SHOWN_MAX} more"] if len(assets) > CODES_SHOWN_MAX else []
    return ", ".join([*shown, *more])


def _source_questions(groups: Sequence[SourceGroup]) -> Iterator[str]:
    sources: dict[str, list[SourceGroup]] = {}
    for group in groups:
        if group.first.is_source and group.first.table is not None:
            sources.setdefault(group.first.table.table, []).append(group)
            if len(group.parts) > 1:
                names = f"{display(group.parts[0].name)} to {display(group.parts[-1].name)}"
                yield (
                    f"{names}: {len(group.parts)} files with one header are taken for one export that was split; where "
                    "they are states of different days, keep only one"
                )
    for table in ONCE:
        several = list(dict.fromkeys(display(group.first.name) for group in sources.get(table, [])))
        if len(several) > 1:
            more = [f"and {len(several) - CODES_SHOWN_MAX} more"] if len(several) > CODES_SHOWN_MAX else []
            names = ", ".join([*several[:CODES_SHOWN_MAX], *more])
            yield f"{table} comes from {len(several)} files ({names}); where they say the same twice, keep only one"


def _listed(head: str, sentences: Sequence[str], width: int) -> Iterator[str]:
    if not sentences:
        return
    yield ""
    yield from wrapped(f"{head}:", width, "")
    for number, sentence in enumerate(sentences, 1):
        yield from wrapped(f"{number}. {sentence}", width, "  ", "     ")
