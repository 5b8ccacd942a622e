"""The journal of fixes: whatever is killed, the next run finds all files old or all new."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from paths import ROOT
from running import contents, run_command

from kgbuild.errors import OutputError
from kgbuild.model.edits import Change, FileEdit
from kgbuild.pipeline import apply_edits, fix_journal
from kgbuild.pipeline.fix_journal import ReplacedFile

#: Applies fixes to the files of a folder; the process that renames kills itself, and with "both" its parent too, after some renames.
_SCRIPT = """
import os, signal, sys
from pathlib import Path
from kgbuild.model.edits import Change, FileEdit
from kgbuild.pipeline import apply_edits
import hashlib
folder, left, both = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "both"
parent, replace = os.getpid(), os.replace
def counted(source, target):
    global left
    if os.getpid() != parent:
        if left == 0:
            if both:
                os.kill(parent, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
    replace(source, target)
os.replace = counted
edits = []
for path in sorted(folder.glob("*.md")):
    data = path.read_bytes()
    edits.append(FileEdit(shown=str(path), path=str(path), sha256=hashlib.sha256(data).digest(), changes=(Change(0, 3, b"new"),)))
apply_edits.apply(edits)
"""
COUNT = 5


def records(folder: Path) -> dict[str, bytes]:
    """Write some files, and return them."""
    folder.mkdir()
    for n in range(COUNT):
        (folder / f"{n}.md").write_bytes(b"old %d\n" % n)
    return contents(folder)


def fixed(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data.replace(b"old", b"new") for name, data in files.items()}


def run_and_kill(folder: Path, after: int, who: str) -> subprocess.CompletedProcess[str]:
    """Apply fixes in a process of its own, and kill the process that renames after some renames."""
    return subprocess.run(
        [sys.executable, "-c", _SCRIPT, folder, str(after), who],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def wait_for_the_child() -> None:
    """Wait until the process that renames has ended: it has the lock of the journal."""
    until = time.monotonic() + 5
    while not fix_journal.finish() and time.monotonic() < until:
        time.sleep(0.01)


@pytest.mark.parametrize("after", range(COUNT))
def test_the_process_that_renames_is_killed(tmp_path: Path, after: int) -> None:
    """Its parent puts all files back."""
    old = records(tmp_path / "r")
    done = run_and_kill(tmp_path / "r", after, "child")
    last = done.stderr.splitlines()[-1]
    assert last == "kgbuild.errors.OutputError: expected to replace the files, got a killed process; no file was changed, run it again"
    assert contents(tmp_path / "r") == old
    assert list(fix_journal.folder().iterdir()) == []


@pytest.mark.parametrize("after", range(COUNT))
def test_both_processes_are_killed(tmp_path: Path, after: int) -> None:
    """The next run puts all new files in place."""
    old = records(tmp_path / "r")
    assert run_and_kill(tmp_path / "r", after, "both").returncode == -signal.SIGKILL
    wait_for_the_child()
    assert contents(tmp_path / "r") == fixed(old)
    assert list(fix_journal.folder().iterdir()) == []


@pytest.mark.parametrize("name", ["0.md", "4.md"])
def test_a_file_changed_after_the_kill(tmp_path: Path, name: str) -> None:
    """The next run puts the others back, and leaves the changed file alone."""
    old = records(tmp_path / "r")
    assert run_and_kill(tmp_path / "r", 2, "both").returncode == -signal.SIGKILL
    (tmp_path / "r" / name).write_bytes(b"mine\n")
    wait_for_the_child()
    assert contents(tmp_path / "r") == old | {name: b"mine\n"}


@pytest.mark.parametrize("command", ["check", "export"])
def test_a_command_finishes_first(tmp_path: Path, command: str) -> None:
    page = "---\nlayout: resource_detail\nid: {id}\nname: {id}\ncategory: DataSource\n---\n"
    folder = tmp_path / "r"
    folder.mkdir()
    replacements = []
    for id in ("a", "b"):
        old, new = page.format(id=id).encode(), page.format(id=f"{id}2").encode()
        (folder / f"{id}.md").write_bytes(old)
        (folder / f".{id}.new").write_bytes(new)
        replacements.append(replacement(folder, f"{id}.md", new, old, f".{id}.new"))
    leave(replacements)
    arguments = {"check": ["--select", "RF005", "--format", "jsonl"], "export": ["--output", str(tmp_path / "output")]}
    result = run_command([command, str(folder), *arguments[command]])
    assert result.stderr.splitlines()[0] == "note: finished the fixes in 2 files of a run that was killed"
    assert contents(folder) == {f"{id}.md": page.format(id=f"{id}2").encode() for id in ("a", "b")}


def replacement(folder: Path, name: str, new: bytes, old: bytes, beside: str) -> ReplacedFile:
    return ReplacedFile(
        str(folder / name), str(folder / beside), str(folder / f"{beside}.old"), hashlib.sha256(new).digest(), hashlib.sha256(old).digest()
    )


def leave(replacements: Sequence[ReplacedFile]) -> None:
    """Leave a journal as a killed run does."""
    path, file = fix_journal._begin(replacements)
    assert path is not None
    assert file is not None
    file.close()


def test_the_journal_of_a_run_that_goes_on_is_left_alone(tmp_path: Path) -> None:
    old = records(tmp_path / "r")
    (tmp_path / "r" / "new").write_bytes(b"new 0\n")
    with fix_journal.journal([replacement(tmp_path / "r", "0.md", b"new 0\n", old["0.md"], "new")]):
        assert fix_journal.finish() == []
        assert len(list(fix_journal.folder().iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"\xff", b"\x91\x91", b"garbage"])
def test_a_damaged_journal_is_removed(tmp_path: Path, content: bytes) -> None:
    fix_journal.folder().mkdir(parents=True)
    (fix_journal.folder() / "one.journal").write_bytes(content)
    assert fix_journal.finish() == []
    assert list(fix_journal.folder().iterdir()) == []


def test_without_a_folder_for_state_fixes_are_applied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    old = records(tmp_path / "r")
    edits = [
        FileEdit(shown=name, path=str(tmp_path / "r" / name), sha256=hashlib.sha256(data).digest(), changes=(Change(0, 3, b"new"),))
        for name, data in old.items()
    ]
    apply_edits.apply(edits)
    assert contents(tmp_path / "r") == fixed(old)
    with pytest.raises(OutputError):
        apply_edits.apply(edits)
    assert contents(tmp_path / "r") == fixed(old)
