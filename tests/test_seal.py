"""Files that were taking their names when a run was killed are known for ours, and nobody else's is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from administrator.plans.exports import seal
from administrator.plans.exports.seal import MANIFEST, PROGRAM, Sealed, check, digest, make, publish
from ledgers.errors import StorageError

EARLIER = ("findings.csv", "claims.csv", "pools.csv")
LATER = ("findings.csv", "claims.csv", "schedule.csv", "plan.json")


class KilledError(BaseException):
    """Ends a run where it stands."""


def prepare(folder: Path, names: tuple[str, ...], text: str) -> list[Sealed]:
    """Leave files as they are before they take their names."""
    outputs = []
    for name in names:
        part = seal._part(folder / name)
        part.write_text(f"{text} {name}")
        outputs.append(Sealed(name, digest(part), 1))
    listed = [{"name": file.name, "sha256": file.sha256} for file in outputs]
    document = json.dumps({"program": {"name": PROGRAM}, "outputs": listed})
    seal._part(folder / MANIFEST).write_text(document)
    return [*outputs, Sealed(MANIFEST, "", 1)]


def publish_until(folder: Path, sealed: list[Sealed], steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give files their names, and end after so many changes of the folder."""
    left = steps

    def counted(whole: str) -> None:
        act = getattr(Path, whole)

        def change(path: Path, *given: object, **named: object) -> object:
            nonlocal left
            if whole == "unlink" and not path.exists():
                return None
            if not left:
                raise KilledError
            left -= 1
            return act(path, *given, **named)

        patched.setattr(Path, whole, change)

    with monkeypatch.context() as patched:
        counted("rename")
        counted("unlink")
        publish(folder, sealed)


def test_a_run_that_is_killed_anywhere_in_it_leaves_a_folder_that_the_next_one_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = 0
    for steps in range(99):
        folder = tmp_path / str(steps)
        folder.mkdir()
        publish(folder, prepare(folder, EARLIER, "earlier"))
        sealed = prepare(folder, LATER, "later")
        try:
            publish_until(folder, sealed, steps, monkeypatch)
        except KilledError:
            killed += 1
            is_named = (folder / MANIFEST).exists()
            check(folder)
            make(folder)
            # An old plan stands until its manifest is hidden; a new one as soon as its own has its name.
            left = {path.name for path in folder.iterdir()}
            assert left == ({*(EARLIER if steps == 0 else LATER), MANIFEST} if is_named else set())
        else:
            assert {path.name for path in folder.iterdir()} == {*LATER, MANIFEST}
            check(folder)
            break
    assert killed > 6


@pytest.mark.parametrize("steps", [0, 1, 3, 5])
def test_a_file_that_is_no_plans_is_never_taken(steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path, prepare(tmp_path, EARLIER, "earlier"))
    sealed = prepare(tmp_path, LATER, "later")
    with pytest.raises(KilledError):
        publish_until(tmp_path, sealed, steps, monkeypatch)
    stranger = tmp_path / "claims.csv"
    stranger.write_text("the only copy of somebody's letter")
    with pytest.raises(StorageError, match=r"claims\.csv was changed"):
        check(tmp_path)
    stranger.unlink()
    (tmp_path / "letter.txt").write_text("another")
    with pytest.raises(StorageError, match="letter"):
        check(tmp_path)


def test_a_hidden_manifest_that_is_half_written_is_believed_in_nothing(tmp_path: Path) -> None:
    publish(tmp_path, prepare(tmp_path, EARLIER, "earlier"))
    prepare(tmp_path, LATER, "later")
    hidden = seal._part(tmp_path / MANIFEST)
    hidden.write_text(hidden.read_text()[:40])
    check(tmp_path)
    make(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*EARLIER, MANIFEST}
