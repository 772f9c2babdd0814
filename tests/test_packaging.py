"""What is installed is what was pinned, and the README says how."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s\\]+)", re.MULTILINE)


def pinned(text: str) -> dict[str, str]:
    return {name.lower().replace("_", "-"): version for name, version in PIN.findall(text)}


def test_every_direct_dependency_is_pinned_exactly_and_locked_at_that_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    direct = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["test"],
        *project["build-system"]["requires"],
    ]
    locked = pinned((ROOT / ".requirements.txt").read_text(encoding="utf-8"))
    for requirement in direct:
        name, exact, version = requirement.partition("==")
        assert exact, f"{requirement} is not pinned"
        assert locked.get(name.lower()) == version, f"{requirement} is not what is locked"


def test_the_lock_has_a_hash_for_each_file_and_names_no_index() -> None:
    text = (ROOT / ".requirements.txt").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    assert all("--hash=sha256:" in block for block in blocks if PIN.match(block))
    assert not re.search(r"https?://|--index|--extra-index|--find-links|file:", text)


def test_the_readme_shows_two_commands_that_set_up_everything() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"```sh\n(.*?)```", readme, re.DOTALL)
    assert shown
    commands = shown[1].strip().splitlines()
    assert len(commands) == 2
    assert "administrator demo" in commands[0]
    assert "pytest" in commands[1]
    assert all("-m venv" in command for command in commands)


def test_every_act_is_in_the_readme() -> None:
    from administrator.usecases import ACTS

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [act.name for act in ACTS if f"administrator {act.name}" not in readme] == []
