"""What an administrator can do: one function an act, asked by the command line and the screens alike."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """One thing the program does for a person."""

    name: str
    says: str
    """One sentence for help, palette and README."""


ACTS = (
    Act("new", "Begin a case from the files that were handed over: look at them and write a case.toml."),
    Act("check", "Say all that is wrong with a case at once, without computing it."),
    Act("run", "Compute a case from its files to a sealed distribution plan."),
    Act("demo", "Run the case that travels with the program and print the result."),
    Act("verify", "Check a plan's files by a second, independent computation, without the case."),
    Act("explain", "Follow every figure of one account back to the rows it rests on."),
    Act("trace", "Follow what was taken to where it lies, or back from where it lies, under each tracing rule."),
    Act("flows", "Show who took what, over whom it went and where it lies: in words, as a table, as a picture."),
    Act("history", "Tell how each shortfall came about, day by day: since when, and what moved it."),
    Act("insurance", "Tell what each policy owes for each event, and why: every step with its arithmetic."),
    Act("size-reserve", "Work out what must be held against losses, by which rule, and the cheapest way to hold it."),
    Act("compare", "Lay the answers to open legal questions side by side: who recovers what, who wins, who loses."),
    Act("open", "Look at a case in the terminal."),
    Act("law", "List regimes and requirements, or print one as a page to compare with the statute."),
)
"""Every act, in the order a newcomer meets them."""
