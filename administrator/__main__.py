"""python -m administrator, and the command `administrator`."""

from __future__ import annotations

import signal
import sys

INTERRUPTED = 130


def entry() -> int:
    """Run the command line on the arguments of this process."""
    try:
        from administrator.cli import main

        code = main(sys.argv[1:])
        # What was asked for is done: a Ctrl-C while the interpreter clears up changes nothing any more.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return code
    except KeyboardInterrupt:
        # Before the command line was there to catch it.
        print("administrator: interrupted; nothing half-made was kept.", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(entry())
