"""Input files -> tasks: whatever the pieces, each line is read once, by its own number."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statements import MAPPING, laws

from kgbuild.errors import Problem
from kgbuild.pipeline.engine import reading
from kgbuild.pipeline.engine import tasks as module
from kgbuild.pipeline.engine.claim_batch import ClaimBatchMaker
from kgbuild.pipeline.engine.reading import Makers
from kgbuild.pipeline.engine.tasks import Result, Task, batches, tasks, too_long
from kgbuild.readers.entries import stamp_of
from kgbuild.readers.inputs import File, Inputs, Rules
from kgbuild.transform.claims import ClaimMaker

MAKERS = Makers(ClaimMaker(MAPPING), ClaimBatchMaker(), strict=True)
#: Lines of a file; `%d` stands for the number of the line, which is the id of its record.
LINES = (b"", b" ", b'{"id":"%d","products":[]}', b'{"id":"%d","category":"Ontology","name":"\xc3\xa9"}\r', b'{"id":%d', b"x" * 40)
lines = st.lists(st.sampled_from(LINES), max_size=12)


def files_of(path: Path) -> list[File]:
    return list(Inputs((str(path),), Rules()))


def results(items: Iterable[Task | Result]) -> list[Result]:
    return [result for batch in batches(items) for result in reading._work(MAKERS, batch)]


def read(path: Path) -> tuple[list[tuple[str, ...]], list[tuple[int, str]]]:
    """The ids that were read, in order, and the lines that could not be read."""
    found = results(tasks(files_of(path), Rules(), lambda size: None))
    ids = [batch.by for result in found if (batch := result.batch)]
    return [key for keys in ids for key in keys], [(problem.line, problem.expected) for result in found for _, problem in result.problems]  # type: ignore[misc]


@settings(laws, suppress_health_check=[*HealthCheck])
@given(lines, st.booleans(), st.integers(1, 200))
def test_lines_are_the_same_wherever_the_file_is_cut(tmp_path: Path, lines: list[bytes], last: bool, size: int) -> None:
    data = b"\n".join(line % n if b"%d" in line else line for n, line in enumerate(lines, 1)) + (b"\n" if last else b"")
    path = tmp_path / "a.jsonl"
    path.write_bytes(data)
    whole = read(path)
    numbers = [(n, line % n if b"%d" in line else line) for n, line in enumerate(lines, 1)]
    good = [str(n) for n, line in numbers if b"}" in line]
    bad = [n for n, line in numbers if line.strip() and b"}" not in line]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BATCH", size)
        cut = read(path)
    assert sorted(cut[0]) == sorted(whole[0]) == sorted(good)
    assert sorted(cut[1]) == sorted(whole[1])
    assert [n for n, _ in sorted(whole[1])] == bad


def test_a_file_of_lines_is_hashed_whole_and_cut_into_ranges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id":"a"}\n' * 3)
    monkeypatch.setattr(module, "BATCH", 20)
    ticks: list[int] = []
    found = list(tasks(files_of(path), Rules(), ticks.append))
    cut = [(task.start, task.end, task.hash_only) for task in found if isinstance(task, Task)]
    assert cut == [(0, 20, True), (0, 20, False), (20, 33, False)]
    assert sum(ticks) == 33
    digests = [result.sha256 for result in results(found) if result.sha256]
    assert digests == [hashlib.sha256(path.read_bytes()).digest()]


def test_a_page_is_one_task(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\nid: a\n---\n")
    (task,) = tasks(files_of(tmp_path), Rules(), lambda size: None)
    path = f"{tmp_path}/a.md"
    expected = Task(unit=0, name="a.md", shown=path, ending=".md", path=path, end=14, stamp=stamp_of(os.stat(path)))
    assert task == expected


def test_batches_hold_all_tasks_in_their_order() -> None:
    items: list[Task | Result] = [
        Task(unit=n, name="a", shown="a", ending=".md", data=b"x" * size) for n, size in enumerate([1, 2**22, 3, 2**23, 1])
    ]
    items.insert(2, Result(9, None, None, ()))
    found = list(batches(items))
    assert [item for batch in found for item in batch] == items
    assert [len(batch) for batch in found] == [2, 3, 1]
    assert list(batches([])) == []


def test_what_cannot_be_cut_is_a_result_with_its_problem(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"no archive")
    (result,) = tasks(files_of(tmp_path / "a.zip"), Rules(), lambda size: None)
    assert isinstance(result, Result)
    assert (result.unit, result.batch, result.sha256, [name for name, _ in result.problems]) == (0, None, None, ["a.zip"])


def test_a_line_that_no_record_needs() -> None:
    problem = Problem("a.jsonl", 3, 1, "", "a line of at most 64 MiB", "a longer one", "write each record on its own line")
    assert too_long("a.jsonl", 3) == problem
