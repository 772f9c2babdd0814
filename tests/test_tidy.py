"""The house rules a machine can check: who imports whom, how long things are, and what SQL may not say."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for top in ("administrator", "ledgers") for path in (ROOT / top).rglob("*.py"))
RELATIONS = sorted(path for top in ("administrator", "ledgers") for path in (ROOT / top).rglob("*.sql"))
TOP_LEVEL = {"README.md", "administrator", "fixtures", "ledgers", "pyproject.toml", "tests"}
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 500

FORBIDDEN = {
    "ledgers": ("administrator", "textual"),
    "ledgers/ingestion": ("sqlmodel", "textual"),
    "administrator/law": ("textual", "duckdb", "sqlmodel", "sqlalchemy", "pyarrow"),
    "administrator/allocation.py": ("textual", "duckdb", "sqlmodel", "sqlalchemy", "ledgers"),
    "administrator/plans/verif": ("ledgers", "duckdb", "numpy", "pyarrow", "pydantic"),
    "administrator/tui": ("duckdb", "sqlmodel", "sqlalchemy", "administrator.waterfall", "administrator.stages"),
    "administrator/cli.py": ("textual", "duckdb", "sqlmodel", "sqlalchemy", "numpy", "pyarrow"),
}
"""Part of the tree, and what it may not import at module scope."""

BANNED_SQL = (
    (re.compile(r"(?<![/*])/(?![/*])"), "/ divides as DOUBLE"),
    (re.compile(r"\*\*"), "** is DOUBLE"),
    (re.compile(r"\b(double|float|real|avg|any_value|random|now|current_timestamp)\b"), "not exact, or not the same"),
    (re.compile(r"\b(first|last|arbitrary)\s*\("), "depends on the order of rows"),
    (re.compile(r"\bselect \*"), "says not what it makes"),
)


def imports(path: Path) -> set[str]:
    """Modules named by the import statements at the top level of a file; what is only for types counts too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.Import) and node.col_offset == 0:
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.col_offset == 0:
            names.add(node.module or "")
    return names


def test_nothing_else_lies_at_the_top() -> None:
    """What is written there by accident, a download or a case, is seen before it is kept for good."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no history here: what is kept cannot be told from what merely lies there")
    kept = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    tops = {name.split("/")[0] for name in kept.split("\0") if name}
    assert {top for top in tops if not top.startswith(".")} == TOP_LEVEL


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_is_tidy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    where = path.relative_to(ROOT).as_posix()
    assert ast.get_docstring(tree), "no docstring"
    assert text.count("\n") <= FILE_LINES_MAX
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < FUNCTION_LINES_MAX, node.name
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            is_outermost = where in ("administrator/cli.py", "administrator/tui/app.py")
            assert is_outermost or caught not in ("Exception", "everything"), f"line {node.lineno} catches {caught}"
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)) or where.startswith(
            ("administrator/tui", "administrator/progress", "administrator/usecases/stopping")
        ), f"a float in line {node.lineno}"
    for part, banned in FORBIDDEN.items():
        if where.startswith(part):
            reached = {name for name in imports(path) for bad in banned if name == bad or name.startswith(bad + ".")}
            assert not reached, f"{where} may not import {sorted(reached)}"


@pytest.mark.parametrize("path", RELATIONS, ids=lambda path: str(path.relative_to(ROOT)))
def test_relation_is_exact_and_says_what_it_makes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    header = re.match(r"(--.*\n)+", text)
    assert header, "no header"
    assert "Makes" in header[0]
    code = re.sub(r"'[^']*'", "''", re.sub(r"--.*", "", text))
    for banned, why in BANNED_SQL:
        found = banned.search(code)
        assert not found, f"{found and found[0]}: {why}"
    assert code == code.lower() or not re.search(r"\b(SELECT|FROM|WHERE|JOIN|GROUP|ORDER)\b", code)


def test_nothing_else_connects_to_a_database() -> None:
    connecting = [path for path in MODULES if "duckdb.connect" in path.read_text(encoding="utf-8")]
    assert [path.name for path in connecting] == ["books.py"]
