"""python -m administrator, and the command `administrator`."""

from __future__ import annotations

import sys

from administrator.cli import main


def entry() -> int:
    """Run the command line on the arguments of this process."""
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(entry())
