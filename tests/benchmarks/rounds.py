"""A run with ten policies, two reserves and three earlier rounds against the same run without any of them.

    python -m tests.benchmarks.rounds [ACCOUNTS] [THREADS] [--paid PERCENT]

A part of everything that customers' wallets held went to a thief, so that every line has a loss that the policies and
reserves answer for; three earlier rounds paid PERCENT of the lines (all of them where it is left out). The
issue asks for at most 1.5 times.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from administrator.usecases.running import run_case
from fixtures.generate import main as generate
from tests.benchmarks.whole_run import READ, StageClock, cpu, peak_mib

PERILS = '["external_theft", "unexplained", "insider_theft", "misappropriation"]'


def terms() -> str:
    """Ten layers and two reserves, in case.toml."""
    said = []
    for layer in range(10):
        said.append(
            f'\n[[policies]]\nname = "layer {layer}"\ncovers = {PERILS}\nfrom = 2020-01-01\nuntil = 2030-12-31\n'
            f'currency = "JPY"\nretention = "{layer * 1_000_000}"\nlimit = "1000000"\npayee = "holders"\n'
            f'received = "{500_000 + layer * 1_000}"\n'
        )
    for reserve in range(2):
        said.append(
            f'\n[[reserves]]\nname = "reserve {reserve}"\namount = "{20_000_000 + reserve}"\ncurrency = "JPY"\n'
            f"covers = {PERILS}\nring_fenced = true\n"
        )
    return "".join(said)


PAID = f"""
    copy (
        with due as (
            select account, asset, part, round, cast(quantity as decimal(38, 18)) as whole
            from {READ}
            cross join (select unnest([7, 13, 29]) as part, unnest([1, 2, 3]) as round)
            where hash(account) % 100 < $percent
        ),
        paid as (
            select round, account, asset as claim_asset, 'return' as step, asset as pay_asset,
                   case when asset = 'JPY' then cast(cast(trunc(whole / part) as bigint) as varchar)
                        else cast(cast(trunc(whole / part * 1000000) / 1000000 as decimal(38, 6)) as varchar)
                        end as quantity
            from due
        )
        select * from paid where cast(quantity as double) > 0
    ) to $out (header)
"""
WALLETS = """
    copy (
        select wallet, asset, custody,
               case when asset = 'JPY' then cast(cast(trunc(whole * 0.65) as bigint) as varchar)
                    else cast(cast(whole * 0.65 as decimal(38, 6)) as varchar) end as quantity,
               case when asset = 'JPY' then cast(cast(trunc(whole * 0.70) as bigint) as varchar)
                    else cast(cast(whole * 0.70 as decimal(38, 6)) as varchar) end as opening
        from (select wallet, asset, custody, cast(quantity as decimal(30, 6)) as whole
              from read_csv($wallets, all_varchar=true))
    ) to $out (header)
"""
TAKEN = """
    copy (
        select 't-' || wallet as transfer, '2026-03-12T03:00:00Z' as occurred_at, asset,
               case when asset = 'JPY' then cast(cast(opening as bigint) - cast(quantity as bigint) as varchar)
                    else cast(cast(opening as decimal(38, 6)) - cast(quantity as decimal(38, 6)) as varchar)
                    end as quantity,
               wallet as sender, 'thief' as recipient
        from read_csv($wallets, all_varchar=true)
    ) to $out (header)
"""


def with_rounds(folder: Path, percent: int) -> int:
    """Declare a theft, the terms and the payments in a generated case; give the rows of payments."""
    inputs = folder / "inputs"
    connection = duckdb.connect()
    paths = [str(path) for path in sorted(inputs.glob("balance*"))]
    ((rows,),) = connection.execute(
        PAID, {"paths": paths, "percent": percent, "out": str(inputs / "payment.csv")}
    ).fetchall()
    wallets = {"wallets": str(inputs / "wallet.csv")}
    connection.execute(WALLETS, {**wallets, "out": str(inputs / "counted.csv")})
    (inputs / "counted.csv").replace(inputs / "wallet.csv")
    connection.execute(TAKEN, {**wallets, "out": str(inputs / "transfer.csv")})
    connection.close()
    (inputs / "label.csv").write_text("address,party,kind\nthief,thief,thief\n", encoding="utf-8")
    text = (folder / "case.toml").read_text(encoding="utf-8")
    for table in ("payment", "transfer", "label"):
        text += f'\n[[sources]]\ntable = "{table}"\npath = "inputs/{table}.csv"\n'
    text += '\n[[events]]\nname = "theft"\nperil = "external_theft"\nparties = ["thief"]\n'
    text += terms() + "\n[plan]\nround = 4\n"
    (folder / "case.toml").write_text(text, encoding="utf-8")
    return int(rows)


def timed(folder: Path, threads: int) -> float:
    """CPU seconds of one run, told stage by stage."""
    clock = StageClock()
    began, wall = cpu(), time.monotonic()
    result = run_case(folder, None, clock, threads=threads)
    clock.close()
    spent, wall = cpu() - began, time.monotonic() - wall
    assert not result.is_blocked, result.blocking
    for stage, seconds in clock.spent.items():
        print(f"    {stage:<14}{seconds:8.2f} CPU s")
    print(f"  {spent:.2f} CPU s, {wall:.2f} s, peak {peak_mib():.0f} MiB")
    return spent


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("accounts", type=int, nargs="?", default=1_000_000)
    parser.add_argument("threads", type=int, nargs="?", default=2)
    parser.add_argument("--paid", type=int, default=100)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "case"
        generate([str(folder), "--accounts", str(options.accounts), "--balances-only", "--seed", "1"])
        print("without")
        without = timed(folder, options.threads)
        rows = with_rounds(folder, options.paid)
        print(f"with ten policies, two reserves, {rows:,} payments of three rounds")
        ratio = timed(folder, options.threads) / without
        print(f"ratio: {ratio:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
