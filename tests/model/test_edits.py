"""`edits.diff`: a patch as `patch -p1` and `git apply` take it."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from kgbuild.model import edits
from kgbuild.model.edits import Change, FileEdit

OLD = b"---\nid: a\nsource: do\n---\nA\n"
AT = OLD.index(b"do\n")
CHANGE = (Change(AT, AT + 2, b"doid"),)


def edit(shown: str, text: bytes, *changes: Change) -> FileEdit:
    """The edit of a file that is there now."""
    os.makedirs(os.path.dirname(shown) or ".", exist_ok=True)
    Path(shown).write_bytes(text)
    return FileEdit(shown=shown, path=os.path.realpath(shown), sha256=hashlib.sha256(text).digest(), changes=changes)


def apply_with(tool: str, patch: bytes) -> None:
    command = ["git", "apply", "-"] if tool == "git" else ["patch", "-p1", "--fuzz=0", "--force", "--binary"]
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(Path.cwd().parent)}
    subprocess.run(command, input=patch, check=True, env=environment, capture_output=True)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("tool", ["git", "patch"])
@pytest.mark.parametrize(
    "name",
    ["a.md", "./a.md", "in a folder/a file.md", 'a"quote.md', "back\\slash.md", "a\ttab.md", "a\nline.md", "é.md", os.fsdecode(b"\xff.md")],
)
def test_any_name_of_a_file(name: str, tool: str) -> None:
    one = edit(name, OLD, *CHANGE)
    apply_with(tool, b"".join(edits.diff([one])))
    assert Path(name).read_bytes() == OLD.replace(b"do\n", b"doid\n")


def test_the_path_is_marked_as_git_marks_it() -> None:
    assert b"".join(edits.diff([edit("r/a.md", OLD, *CHANGE)])) == (
        b"--- a/r/a.md\n+++ b/r/a.md\n@@ -1,5 +1,5 @@\n ---\n id: a\n-source: do\n+source: doid\n ---\n A\n"
    )


@pytest.mark.parametrize("tool", ["git", "patch"])
@pytest.mark.parametrize(
    ("old", "change"),
    [
        pytest.param(b"a\nb", Change(2, 3, b"c"), id="the last line, which has no end"),
        pytest.param(b"a\nb", Change(0, 1, b"c"), id="a line before it"),
        pytest.param(b"a\nb", Change(3, 3, b"\n"), id="an end is given"),
        pytest.param(b"a\nb\n", Change(3, 4, b""), id="an end is taken"),
        pytest.param(b"a\r\nb\r\nc", Change(3, 4, b"d"), id="carriage returns"),
        pytest.param(b"a\nb\n", Change(0, 2, b""), id="a line goes"),
        pytest.param(b"a\n" * 20, Change(20, 21, b"b\nc"), id="a line more, among equal ones"),
    ],
)
def test_the_ends_of_lines(old: bytes, change: Change, tool: str) -> None:
    one = edit("a.md", old, change)
    apply_with(tool, b"".join(edits.diff([one])))
    assert Path("a.md").read_bytes() == edits.edited(old, [change])
