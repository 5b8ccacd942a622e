"""Changes to text files: what comes of them, and the unified diff that says so."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import laws

from kgbuild.errors import OutputError
from kgbuild.model.edits import Change, FileEdit, NotCertain, current, diff, edited, refused

TEXT = b"".join(b"line %d\n" % n for n in range(1, 31))


def hunks(edit: FileEdit) -> bytes:
    """The diff of a file without the two lines that name it."""
    return b"".join(diff([edit])).split(b"\n", 2)[2]


def edit(path: Path, data: bytes, *changes: Change) -> FileEdit:
    return FileEdit(shown=path.name, path=str(path), sha256=hashlib.sha256(data).digest(), changes=changes)


@st.composite
def changed(draw: st.DrawFn) -> tuple[bytes, list[Change]]:
    """A text of lines, and changes in its order and apart from one another."""
    data = "".join(draw(st.lists(st.sampled_from(["a\n", "bb\r\n", "\n", "é\n", "c"]), max_size=30))).encode()
    ends = sorted(draw(st.lists(st.integers(0, len(data)), min_size=2, max_size=8)))
    pieces = st.sampled_from([b"", b"x", b"x\ny", b"z\n"])
    return data, [Change(start, end, draw(pieces)) for start, end in zip(ends[::2], ends[1::2], strict=False)]


@laws
@given(changed())
def test_what_is_not_changed_stays_and_what_is_changed_is_replaced(case: tuple[bytes, list[Change]]) -> None:
    data, changes = case
    text = data
    for change in reversed(changes):
        text = text[: change.start] + change.new + text[change.end :]
    assert edited(data, changes) == text


@laws
@given(changed())
def test_git_makes_the_same_of_the_diff(case: tuple[bytes, list[Change]]) -> None:
    data, changes = case
    if edited(data, changes) == data:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.md")
        path.write_bytes(data)
        patch = b"--- a.md\n+++ a.md\n" + hunks(edit(path, data, *changes))
        apply = ["git", "apply", "-p0", "--unidiff-zero", "--whitespace=nowarn", "-"]
        done = subprocess.run(
            apply, input=patch, cwd=folder, capture_output=True, check=False, env=os.environ | {"GIT_CEILING_DIRECTORIES": folder}
        )
        assert done.returncode == 0, (done.stderr, patch)
        assert path.read_bytes() == edited(data, changes)


def test_a_diff_shows_three_lines_before_and_after_a_change(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(TEXT)
    at = TEXT.index(b"line 10\n")
    assert hunks(edit(path, TEXT, Change(at, at + 7, b"new"))).decode() == (
        "@@ -7,7 +7,7 @@\n line 7\n line 8\n line 9\n-line 10\n+new\n line 11\n line 12\n line 13\n"
    )


def test_the_end_of_a_last_line_that_has_none_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"a\nb")
    assert hunks(edit(path, b"a\nb", Change(2, 3, b"c"))).decode() == (
        "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
    )


def test_a_file_that_changed_since_it_was_read_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"other")
    with pytest.raises(OutputError) as error:
        current(edit(path, b"text"))
    assert str(error.value).startswith("a.md: expected the file as it was read, got another;")
    path.unlink()
    with pytest.raises(OutputError) as error:
        current(edit(path, b"text"))
    assert str(error.value) == str(refused("a.md", FileNotFoundError(2, "No such file or directory")))


def test_an_edit_that_is_not_certain_says_why() -> None:
    assert str(NotCertain("the value stands in two places")) == "the value stands in two places"
