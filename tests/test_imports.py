"""What starts quickly, and what the command line loads."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("textual", "duckdb", "sqlmodel", "sqlalchemy", "networkx", "numba", "numpy", "pyarrow", "pydantic")


def test_help_loads_no_heavy_library() -> None:
    program = (
        "import sys, contextlib\n"
        "from administrator.cli import main\n"
        "with contextlib.suppress(SystemExit):\n"
        "    main(['--help'])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "verify" in done.stdout


def test_verify_imports_nothing_of_ours_and_nothing_but_the_standard_library() -> None:
    program = (
        "import runpy, sys\n"
        "import administrator.plans.verify\n"
        "ours = {n for n in sys.modules if n.split('.')[0] in ('administrator', 'ledgers')}\n"
        "strange = sorted(n for n in ours if not n.startswith('administrator.plans') and n != 'administrator')\n"
        "heavy = [n for n in sys.modules if n.split('.')[0] in ('duckdb', 'numpy', 'pyarrow', 'pydantic', 'numba')]\n"
        "print(strange, heavy)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"
