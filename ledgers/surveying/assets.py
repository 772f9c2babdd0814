"""Which assets do all the files together name, and how would each be declared?

Spellings of one well-known asset are proposed as aliases of it, many numbered codes as one pattern, and the decimals
from the table of what is usual. Where the files show more decimals, or nobody knows the asset, that is said beside it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledgers.surveying.sums import AssetSeen
from ledgers.surveying.words import CRYPTO_DECIMALS, FIAT_DECIMALS

SPELLINGS = {
    "XBT": "BTC", "ビットコイン": "BTC", "イーサリアム": "ETH", "イーサ": "ETH", "リップル": "XRP",
    "ライトコイン": "LTC",
    "ビットコインキャッシュ": "BCH", "モナコイン": "MONA", "日本円": "JPY", "円": "JPY", "YEN": "JPY", "BITCOIN": "BTC",
    "ETHER": "ETH", "ETHEREUM": "ETH", "US DOLLAR": "USD", "米ドル": "USD", "ユーロ": "EUR",
}  # fmt: skip
"""Other names of well-known assets."""
NUMBERED = "NFT"
NUMBERED_MIN = 3
DECIMALS_UNSEEN = 8


@dataclass(frozen=True, slots=True)
class ProposedAsset:
    """One asset, or a pattern of many, as it would be declared."""

    code: str
    decimals: int
    kind: str
    aliases: tuple[str, ...]
    remark: str
    """How the decimals were found; what a person should confirm."""
    is_known: bool
    excess: int
    """Rows with more decimals than are proposed."""
    seen_decimals: int


def proposed_assets(seen: Iterable[Mapping[str, AssetSeen]], currency: str | None) -> list[ProposedAsset]:
    """Give every asset that a file names, and the reporting currency, in byte order of the codes."""
    spelled: dict[str, dict[str, list[AssetSeen]]] = {}
    numbered: list[AssetSeen] = []
    numbered_codes: list[str] = []
    for assets in seen:
        for code, found in assets.items():
            if code == "?":
                continue
            if code.startswith(NUMBERED) and code[len(NUMBERED) :].strip(" #_-:(")[:1].isalnum() and len(code) > 4:
                numbered.append(found)
                numbered_codes.append(code)
                continue
            spelled.setdefault(canonical(code), {}).setdefault(code, []).append(found)
    if len(set(numbered_codes)) < NUMBERED_MIN:
        for code, found in zip(numbered_codes, numbered, strict=True):
            spelled.setdefault(code, {}).setdefault(code, []).append(found)
        numbered = []
    if currency is not None:
        spelled.setdefault(currency, {})
    proposed = [_proposed(code, found, currency) for code, found in spelled.items()]
    if numbered:
        count = len(set(numbered_codes))
        decimals = max(found.decimals for found in numbered)
        remark = f"a pattern: {count:,} codes in the files begin with it, and each is an asset of its own"
        proposed.append(ProposedAsset(f"{NUMBERED}*", decimals, "nft", (), remark, True, 0, decimals))
    return sorted(proposed, key=lambda one: one.code.encode("utf-8", "surrogatepass"))


def canonical(code: str) -> str:
    """Give the code that a spelling stands for, where that is well known; otherwise the spelling itself.

    >>> canonical("btc"), canonical("日本円"), canonical("ＥＴＨ"), canonical("abc")
    ('BTC', 'JPY', 'ETH', 'abc')
    """
    plain = unicodedata.normalize("NFKC", code).strip().upper()
    plain = SPELLINGS.get(plain, plain)
    return plain if plain in CRYPTO_DECIMALS or plain in FIAT_DECIMALS else code


def _proposed(code: str, found: Mapping[str, list[AssetSeen]], currency: str | None) -> ProposedAsset:
    all_seen = [one for seen in found.values() for one in seen]
    seen = max((one.decimals for one in all_seen), default=0)
    is_fiat = code in FIAT_DECIMALS or code == currency
    usual = FIAT_DECIMALS.get(code, CRYPTO_DECIMALS.get(code))
    decimals = usual if usual is not None else seen if any(one.deep_rows for one in all_seen) else DECIMALS_UNSEEN
    if usual is None and is_fiat and not all_seen:
        decimals = 2
    excess = sum(count for one in all_seen for deep, count in one.deep_rows.items() if deep > decimals)
    aliases = tuple(sorted(spelling for spelling in found if spelling != code))
    if not any(one.deep_rows for one in all_seen) and all_seen:
        unknown = "confirm: no quantity of it was seen, and it is not well known"
        remark = f"usual for {code}" if usual is not None else unknown
    elif usual is None:
        remark = f"confirm: not an asset that this program knows; {seen} is the most that the files show"
    elif excess:
        remark = (
            f"usual for {code}, but {excess:,} quantities in the files have more, up to {seen}: raise it, or see "
            "excess_digits at the source; as it stands those rows are refused"
        )
    else:
        remark = f"usual for {code}; the files show at most {seen}" if all_seen else f"usual for {code}"
    if aliases:
        remark += "; confirm that the aliases are the same asset"
    kind = "fiat" if is_fiat else "crypto"
    return ProposedAsset(code, decimals, kind, aliases, remark, usual is not None, excess, seen)
