"""Files that change or vanish after the walk found them: they are read again, and what still changes is a problem."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kgbuild.errors import InputError, Problem
from kgbuild.options import ReadOptions
from kgbuild.pipeline.read import OpenRun, open_run

RECORD = '{"id": "%s", "category": "DataSource"}'


def tar(id: str) -> bytes:
    data, page = io.BytesIO(), f"---\nid: {id}\ncategory: DataSource\n---\n".encode()
    with tarfile.open(fileobj=data, mode="w") as archive:
        member = tarfile.TarInfo("a.md")
        member.size = len(page)
        archive.addfile(member, io.BytesIO(page))
    return data.getvalue()


#: A file of each kind that holds one record.
KINDS: dict[str, Callable[[str], bytes]] = {
    "a.md": lambda id: f"---\nid: {id}\ncategory: DataSource\n---\n".encode(),
    "a.json": lambda id: (RECORD % id).encode(),
    "a.jsonl": lambda id: (RECORD % id).encode(),
    "a.jsonl.gz": lambda id: gzip.compress((RECORD % id).encode()),
    "a.tar": tar,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.md").write_bytes(KINDS["a.md"]("b"))
    return tmp_path


def found(folder: Path) -> OpenRun:
    return open_run(ReadOptions(inputs=(str(folder),)))


def ids(run: OpenRun) -> list[str]:
    return [id for batch in run.read().batches for id in batch.resources]


def problems(run: OpenRun) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        run.read()
    return caught.value.problems


@pytest.mark.parametrize("name", KINDS)
def test_a_file_that_changed_is_read_again(folder: Path, name: str) -> None:
    """Also if it was broken when it was found, or while it was written anew."""
    for before in (KINDS[name]("longer"), b"broken", b""):
        (folder / name).write_bytes(before)
        run = found(folder)
        (folder / "new").write_bytes(KINDS[name]("a"))
        (folder / "new").rename(folder / name)
        assert ids(run) == ["a", "b"]


@pytest.mark.parametrize("name", KINDS)
def test_a_file_that_is_gone_for_a_moment(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / name).write_bytes(KINDS[name]("a"))
    run = found(folder)
    (folder / name).rename(folder / "saved")

    def back(_: float) -> None:
        if (folder / "saved").exists():
            (folder / "saved").rename(folder / name)

    monkeypatch.setattr(time, "sleep", back)  # it comes back while kgbuild waits, however slow the machine is
    assert ids(run) == ["a", "b"]


@pytest.mark.parametrize("name", KINDS)
def test_a_file_that_vanished(folder: Path, name: str) -> None:
    (folder / name).write_bytes(KINDS[name]("a"))
    run = found(folder)
    (folder / name).unlink()
    gone = ("a file that stays in its place while kgbuild reads", "one that vanished", "run kgbuild again")
    assert problems(run) == (Problem(f"{folder}/{name}", 0, 0, "", *gone),)


@pytest.mark.parametrize("name", ["a.md", "a.json", "a.jsonl"])
def test_a_named_pipe_in_the_place_of_a_file(folder: Path, name: str) -> None:
    """It does not make the run wait for a writer."""
    (folder / name).write_bytes(KINDS[name]("a"))
    run = found(folder)
    (folder / name).unlink()
    os.mkfifo(folder / name)
    pipe = ("a file or a folder", "a named pipe", "move it out of the input, or leave it out with --exclude")
    assert problems(run) == (Problem(f"{folder}/{name}", 0, 0, "", *pipe),)


_WRITER = """\
import sys
n = 0
while True:
    with open(sys.argv[1], "a") as file:
        file.write('{"id": "r%d", "category": "DataSource"}\\n' % n)
    n += 1
"""


@pytest.fixture
def restless(folder: Path) -> Iterator[str]:
    """A file of records to which another process appends all the time."""
    path = folder / "log.jsonl"
    path.write_text("")
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(path)]) as writer:
        yield str(path)
        writer.kill()


def test_a_file_that_changes_all_the_time(folder: Path, restless: str) -> None:
    """It is told, or read in a moment in which it did not change: then no record of it is lost or broken."""
    changed = ("a file that stays the same while kgbuild reads", "one that changed", "run kgbuild again when it is written")
    for _ in range(5):
        try:
            read = ids(found(folder))
        except InputError as error:
            assert error.problems == (Problem(restless, 0, 0, "", *changed),)
        else:
            assert read == ["b", *(f"r{n}" for n in range(len(read) - 1))]
