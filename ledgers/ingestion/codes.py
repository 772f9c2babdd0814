"""Which asset does a code in a file mean?

A literal code or an alias wins over patterns, and of several patterns the longest; what none covers is unknown, which
is a finding about the row and never a guess. Every code that a pattern matches is an asset of its own; one with a
control character is matched by none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ledgers.configuration_checks import control_of, matches
from ledgers.models import Asset

if TYPE_CHECKING:
    from ledgers.configuration_sections import AssetSection


class AssetCodes:
    """The declared assets, and the codes that were met."""

    def __init__(self, declared: Mapping[str, AssetSection]) -> None:
        self._patterns = sorted(
            ((code, section) for code, section in declared.items() if "*" in code),
            key=lambda pair: (-len(pair[0]), pair[0].encode()),
        )
        self._assets: dict[str, AssetSection] = {code: section for code, section in declared.items() if "*" not in code}
        self._spelled: dict[str, str] = {code: code for code in self._assets}
        for code, section in self._assets.items():
            for alias in section.aliases:
                self._spelled[alias] = code
        self._keys: dict[str, int] = {code: key for key, code in enumerate(self._assets)}
        self._made: defaultdict[str, list[str]] = defaultdict(list)

    def key_of(self, code: str) -> int | None:
        """Give the key of the asset a code means, in order of appearance; None where no declaration covers it."""
        if code not in self._spelled:
            if control_of(code) is not None:
                return None
            found = next(((pattern, section) for pattern, section in self._patterns if matches(pattern, code)), None)
            if found is None:
                return None
            pattern, section = found
            self._made[pattern].append(code)
            self._assets[code] = section
            self._spelled[code] = code
            self._keys[code] = len(self._keys)
        return self._keys[self._spelled[code]]

    def decimals_of(self, code: str) -> int | None:
        """Give the decimal places of the asset a code means; None where no declaration covers it."""
        return None if self.key_of(code) is None else self._assets[self._spelled[code]].decimals

    def name_of(self, key: int) -> str:
        """Give the case's own code of a key."""
        return next(code for code, known in self._keys.items() if known == key)

    def made(self) -> list[tuple[str, list[str]]]:
        """Give each pattern that matched any code, and those codes; both in byte order."""
        patterns = sorted(self._made, key=str.encode)
        return [(pattern, sorted(self._made[pattern], key=str.encode)) for pattern in patterns]

    def numbered(self) -> dict[int, Asset]:
        """Give every asset by its key, numbered densely in byte order of its code."""
        ordered = sorted(self._assets, key=str.encode)
        return {
            self._keys[code]: Asset(asset_no, code, self._assets[code].decimals, self._assets[code].kind)
            for asset_no, code in enumerate(ordered)
        }
