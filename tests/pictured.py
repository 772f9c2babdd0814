"""A diagram and a chart as a case makes them, and some that nobody should make: for the tests of the pictures."""

from __future__ import annotations

import random
from datetime import date, timedelta

from administrator.pictures.diagram import Chart, Diagram, Layer, Link, Mark, Node, Series

SATOSHI = 10**8
HOSTILE = (
    "<script>alert(1)</script>", "]]>", "a & b \"c\" 'd'", "\x1b[2J\x00\x07", "a\u202eb\u200bc", "x" * 5_000, "",
    "株式会社見本暗号資産取引所ホールディングス", "山田 𠮷野", "👨\u200d👩\u200d👧 family", "\ud800", "\ufffe\uffff",
    "[@click=app.quit]x[/]", "שלום 123", "a\nb\tc\r", " ", "\u3000", "\\x1b", "e\u0301" + "\u0301" * 40, "&amp;",
    "é" * 80, "﷽", "--", "\u2028",
)  # fmt: skip


def decimal(units: int, decimals: int = 8) -> str:
    """Write units as the outputs do."""
    digits = str(abs(units)).rjust(decimals + 1, "0")
    whole = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return ("-" if units < 0 else "") + whole


def theft() -> Diagram:
    """Make a theft of bitcoin in two strokes, followed to where it lies."""
    parties = (
        ("in-1", "銀行振込・入金口", "exchange", Layer.SOURCES, 4_120_55000000, ""),
        ("in-2", "顧客からの入金 (1,204 addresses)", "folded", Layer.SOURCES, 9_871_00420000, ""),
        ("customers", "顧客ウォレット", "customers", Layer.CUSTOMERS, 13_991_55420000, "lies 6210.04420000"),
        ("house", "見本取引所 自己勘定", "house", Layer.HOUSE, 1_450_00000000, "lies 310.00000000"),
        ("officer", "役員 (架空の代表取締役)", "insider", Layer.HOUSE, 820_50000000, ""),
        ("fund", "ミホン・キャピタル合同会社", "affiliate", Layer.HOUSE, 611_00000000, "lies 100.00000000"),
        ("thief-1", "thief-1: hot wallet of 12 March", "thief", Layer.TAKERS, 3_204_11870000, ""),
        ("thief-2", "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh", "thief", Layer.TAKERS, 1_695_89130000, ""),
        ("unknown-1", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "unknown", Layer.TAKERS, 211_00000000, "lies 0.00030000"),
        ("hop-1", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "unknown", Layer.HOPS, 2_900_00000000, ""),
        ("hop-2", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "unknown", Layer.HOPS, 1_650_00000000, ""),
        ("hop-3", "37 addresses, each under 1 %", "folded", Layer.HOPS, 402_50000000, ""),
        ("bridge", "RenBridge", "bridge", Layer.HOPS, 880_00000000, ""),
        ("mixer", "Wasabi-like mixer", "mixer", Layer.LIES, 2_410_00000000, "trace stops"),
        ("ex-1", "海外取引所 A", "exchange", Layer.LIES, 1_322_50000000, "lies 1322.50000000"),
        ("ex-2", "Exchange B (frozen by order)", "exchange", Layer.LIES, 940_00000000, "lies 940.00000000"),
        ("eth", "another chain", "bridge", Layer.LIES, 880_00000000, "trace stops"),
        ("cold", "unspent", "unknown", Layer.LIES, 131_60960000, "lies 131.60960000"),
    )
    flows = (
        ("in-1", "customers", 4_120_55000000, 41_233, False),
        ("in-2", "customers", 9_871_00420000, 88_120, False),
        ("customers", "house", 1_450_00000000, 310, False),
        ("customers", "officer", 820_50000000, 44, False),
        ("customers", "thief-1", 3_204_11870000, 3, False),
        ("customers", "thief-2", 1_695_89130000, 118, False),
        ("customers", "unknown-1", 211_00000000, 9, False),
        ("house", "fund", 611_00000000, 12, False),
        ("house", "customers", 529_00000000, 21, True),
        ("officer", "ex-1", 820_50000000, 39, False),
        ("fund", "ex-1", 502_00000000, 4, False),
        ("fund", "customers", 9_00000000, 1, True),
        ("thief-1", "hop-1", 2_900_00000000, 14, False),
        ("thief-1", "hop-3", 304_11870000, 61, False),
        ("thief-2", "hop-2", 1_650_00000000, 8, False),
        ("thief-2", "cold", 45_89130000, 1, False),
        ("unknown-1", "hop-3", 98_38130000, 5, False),
        ("hop-1", "mixer", 2_020_00000000, 202, False),
        ("hop-1", "bridge", 880_00000000, 7, False),
        ("bridge", "eth", 880_00000000, 7, False),
        ("hop-2", "ex-2", 940_00000000, 31, False),
        ("hop-2", "mixer", 390_00000000, 39, False),
        ("hop-2", "thief-2", 320_00000000, 2, True),
        ("hop-3", "cold", 85_71830000, 44, False),
        ("hop-3", "ex-1", 30000, 1, False),
    )
    return Diagram(
        "Where the bitcoin went: 破産者 見本暗号資産取引所株式会社",
        "BTC",
        tuple(
            Node(key, label, kind, layer, units, decimal(units), note)
            for key, label, kind, layer, units, note in parties
        ),
        tuple(Link(one, other, units, decimal(units), count, back) for one, other, units, count, back in flows),
        (
            "37 addresses that each received less than 1 % of what was taken are folded into one box.",
            "One circle was found: thief-2 and 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy paid each other.",
        ),
    )


def two_years() -> Chart:
    """Make two years of days: what was owed, what was held, and the gap that opens between them."""
    seed = random.Random(20)
    start = date(2024, 4, 1)
    days = tuple(start + timedelta(days=at) for at in range(730))
    owed, held, house, gap = [], [], [], []
    owes, holds, own = 9_000 * SATOSHI, 9_100 * SATOSHI, 400 * SATOSHI
    for at in range(730):
        step = seed.randrange(-60 * SATOSHI, 75 * SATOSHI)
        owes, holds = owes + step, holds + step
        own += seed.randrange(-12 * SATOSHI, 11 * SATOSHI)
        if at > 300 and at % 9 == 0:
            holds -= seed.randrange(60 * SATOSHI)
        if at == 610:
            holds -= 3_204_11870000
        owed.append(owes)
        held.append(holds)
        house.append(own)
        gap.append(holds - owes)
    named = (
        ("Owed to customers 顧客債務", owed),
        ("Held for customers 顧客分", held),
        ("House 自己勘定", house),
        ("Held less owed", gap),
    )
    return Chart(
        "Owed and held, day by day: 見本暗号資産取引所株式会社",
        "BTC",
        days,
        tuple(Series(name, tuple(units), tuple(map(decimal, units))) for name, units in named),
        (
            Mark(days[300], "Withdrawals to 見本取引所 自己勘定 begin"),
            Mark(days[610], "Hot wallet theft of 1 December"),
            Mark(days[614], "Withdrawals suspended 出金停止"),
            Mark(days[729], "Commencement 破産手続開始"),
        ),
    )


def random_diagram(seed: random.Random, nodes: int, links: int) -> Diagram:
    """Make a diagram of any shape and any text."""
    made: list[Node] = []
    for at in range(nodes):
        units = seed.choice((0, 1, seed.randrange(10**6), seed.randrange(10**30)))
        label = seed.choice((*HOSTILE, f"party {at}", "宛先" * seed.randrange(1, 9)))
        kind = seed.choice(("thief", "house", "customers", "mixer", "folded", "unknown", "<kind>", ""))
        note = seed.choice(("", "lies 12.50", seed.choice(HOSTILE)))
        key = f"{at}:{seed.choice(HOSTILE)[:40]}"
        made.append(Node(key, label, kind, seed.choice(tuple(Layer)), units, decimal(units, seed.choice((0, 8))), note))
    pairs: dict[tuple[str, str], Link] = {}
    for _ in range(links if nodes else 0):
        one, other = seed.choice(made), seed.choice(made)
        units = seed.choice((1, seed.randrange(1, 10**6), seed.randrange(1, 10**30)))
        back = other.layer < one.layer or seed.random() < 0.1
        pairs[one.key, other.key] = Link(one.key, other.key, units, decimal(units), seed.randrange(1, 10**7), back)
    notes = tuple(seed.choice(HOSTILE) for _ in range(seed.randrange(3)))
    return Diagram(seed.choice(HOSTILE), seed.choice(("BTC", "<b>")), tuple(made), tuple(pairs.values()), notes)
