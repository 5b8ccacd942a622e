"""Read tasks, parse them and make claim batches, in several processes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import FileIO
from typing import NamedTuple

from kgbuild.errors import InputError, Problem
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.document import Document, NotText, Place, Tree, show
from kgbuild.pipeline.engine import local
from kgbuild.pipeline.engine.claim_batch import ClaimBatchMaker
from kgbuild.pipeline.engine.tasks import BATCH, Result, Task, batches, tasks, too_long
from kgbuild.readers import LINES, reader, text
from kgbuild.readers.entries import stamp_of, unreadable
from kgbuild.readers.inputs import STDIN, File, Rules
from kgbuild.readers.json import jsonl
from kgbuild.transform.claims import ClaimMaker, Reading
from kgbuild.transform.page_kinds import DAMAGED, unseen_kind

#: Name endings of pages, whose record is their front matter.
_PAGES = (".md", ".markdown")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class ReadingState(NamedTuple):
    """The state of every worker: the mapping, and ``copies`` and ``lenient`` of ``read``."""

    mapping: RegistryMapping
    copies: bool
    lenient: bool


class Makers(NamedTuple):
    """What every task requires. The makers cache values from one task to the next."""

    claims: ClaimMaker
    batches: ClaimBatchMaker
    strict: bool


def read(
    files: Sequence[File],
    mapping: RegistryMapping,
    rules: Rules,
    jobs: int,
    tick: Callable[[int], None],
    *,
    copies: bool = False,
    lenient: bool = False,
) -> Iterator[Result]:
    """Read files. Results come in the order of the files; ``tick`` is called with the number of bytes submitted.

    With ``copies``, the claims of generated product pages contain the descriptions that they copy. A ``lenient`` run reads records with duplicate
    keys and uses the last value of each; every duplicate key is still a problem. Other runs cannot read such records.
    """
    total = sum(file.size for file in files)
    jobs = jobs if total > BATCH or any(file.path == STDIN for file in files) else 1
    task_batches = batches(tasks(files, rules, tick))
    for results in local.run(_worker, ReadingState(mapping, copies, lenient), task_batches, jobs):
        yield from results


def _worker(state: ReadingState) -> Callable[[list[Task | Result]], list[Result]]:
    """Return the function that reads batches of tasks in one process."""
    return partial(_work, Makers(ClaimMaker(state.mapping, copies=state.copies), ClaimBatchMaker(), strict=not state.lenient))


def _work(makers: Makers, batch: list[Task | Result]) -> list[Result]:
    return [task if isinstance(task, Result) else _result(makers, task) for task in batch]


def _result(makers: Makers, task: Task) -> Result:
    try:
        return _read_task(makers, task)
    except _Changed:
        return Result(task.unit, None, None, (), changed=True)
    except InputError as error:
        return Result(task.unit, None, None, tuple((task.name, problem) for problem in error.problems))
    except OSError as error:
        fault = unreadable(task.shown, error)
        return Result(task.unit, None, None, ((task.name, Problem(task.shown, 0, 0, "", fault.expected, fault.got, fault.todo)),))


def _read_task(makers: Makers, task: Task) -> Result:
    if task.hash_only:
        with _opened(task) as file:
            return Result(task.unit, None, hashlib.file_digest(file, "sha256").digest(), ())
    if task.ending in LINES:
        return _lines(makers, task)
    data = _whole_file(task) if task.data is None else task.data
    digest = hashlib.sha256(data).digest() if task.data is None or task.ending not in LINES else None
    text.check_size(task.shown, len(data))
    readings, doubled = _file(makers, task, data)
    batch = makers.batches.batch_of([(task.name, reading) for reading in readings], task.member)
    return Result(task.unit, batch, digest, tuple((task.name, problem) for problem in doubled))


class _Changed(Exception):
    """The file of a task vanished, or is not the one that was found, or changed while it was read."""


def _open(task: Task) -> int:
    """Open the file of a task. If a named pipe took its place, this does not wait for a writer."""
    try:
        return os.open(task.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise _Changed from None


@contextmanager
def _opened(task: Task) -> Iterator[FileIO]:
    """Open the file of a task. Raises _Changed if its stamp is another one when the block ends, also if the block raises an error."""
    with FileIO(_open(task)) as file:
        try:
            yield file
        finally:
            if stamp_of(os.fstat(file.fileno())) != task.stamp:
                raise _Changed


def _whole_file(task: Task) -> bytes:
    """Return the bytes of a file. It uses system calls directly, since there are thousands of small files."""
    size, handle = task.end, _open(task)
    try:
        data = os.read(handle, size + 1)
        while len(data) > size and (more := os.read(handle, 2**20)):
            data += more
            size = len(data) - 1
        if stamp_of(os.fstat(handle)) != task.stamp:
            raise _Changed
    finally:
        os.close(handle)
    return data


def _file(makers: Makers, task: Task, data: bytes) -> tuple[list[Reading], list[Problem]]:
    """Return the claims of a file, and its duplicate keys. It is parsed fast, then exactly if the fast parser lost a text that is required.

    Raises InputError with the problems of all its records together.
    """
    containers = makers.claims.mapping.pages.containers
    parse = reader(task.ending)
    try:
        documents = parse(task.shown, data, exact=False, containers=containers)
        if task.ending in _PAGES and not any(document.tree for document in documents):
            return [_without_front_matter(makers.claims.mapping, data)], []
        return _readings(makers, task, documents)
    except NotText:
        return _readings(makers, task, parse(task.shown, data, exact=True, containers=containers))


def _without_front_matter(mapping: RegistryMapping, data: bytes) -> Reading:
    """Return the reading of a page without front matter, or with front matter that is not seen."""
    from kgbuild.readers import opening

    found = opening.damage(text.without_bom(data).decode())
    if found is None or unseen_kind(mapping, found.fields, certain=found.certain) is None:
        return Reading("other", [], [], "no front matter")
    problem = Problem("", found.line, found.column, "", opening.EXPECTED, found.got, found.todo)
    return Reading("other", [], [], DAMAGED, problem)


def _readings(makers: Makers, task: Task, documents: Sequence[Document]) -> tuple[list[Reading], list[Problem]]:
    if makers.strict and (refused := [problem for document in documents for _, problem in document.doubled]):
        raise InputError(refused)
    readings: list[Reading] = []
    problems: list[Problem] = []
    doubled: list[Problem] = []
    for document in documents:
        if document.doubled:
            doubled += _placed(document, makers.claims.mapping)
        try:
            readings.append(makers.claims.claims(task.shown, task.name, document))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError([*problems, *doubled])
    return readings or [Reading("other", [], [], "empty")], doubled


def _placed(document: Document, mapping: RegistryMapping, *, one_of_many: bool = False) -> list[Problem]:
    """Return the duplicate keys of a record with their places in it.

    A place starts with the record's id in brackets if its file has several records.
    """
    top = document.top
    record = f"[{_id(document.tree, mapping) or show(top)}]" if one_of_many or top else ""
    return [
        problem._replace(
            place=f"{record}{_named(document.tree, place[len(top) :], mapping)}".lstrip(".") if place[: len(top)] == top else show(place)
        )
        for place, problem in document.doubled
    ]


def _named(tree: Tree, place: Place, mapping: RegistryMapping) -> str:
    """Return a place as users read it. List items are named by their ids, so that a place does not change if other items are added or removed."""
    shown = ""
    for part in place:
        if isinstance(part, int):
            tree = tree[part] if isinstance(tree, list) and part < len(tree) else None
            shown += f"[{_id(tree, mapping) or part}]"
        else:
            tree = tree.get(part) if isinstance(tree, dict) else None
            shown += f".{part}"
    return shown


def _id(tree: Tree, mapping: RegistryMapping) -> str | None:
    fields = mapping.fields
    names = (*fields.resource.id, *fields.product.id, *fields.organization.id)
    return next((str(tree[name]) for name in names if isinstance(tree.get(name), str)), None) if isinstance(tree, dict) else None


def _lines(makers: Makers, task: Task) -> Result:
    """Return the records of some lines. A line that cannot be read is a problem; the others are kept."""
    data = task.data if task.data is not None else _whole_lines(task)
    readings: list[tuple[str, Reading]] = []
    problems: list[Problem] = []
    first = task.line
    if task.start == 0 and first <= 1 and data[:2] in _UTF16:
        text.decode(task.shown, data[:2])
    if task.start == 0 and first <= 1:
        data = text.without_bom(data)
    for number, line in enumerate(data.split(b"\n") if data.strip() else ()):
        if not line.strip():
            continue
        try:
            reading, found = _line(makers, task, line, number + 1)
            readings.append((task.name, reading))
        except InputError as error:
            found = list(error.problems)
        if found:
            first = first or _line_number(task)
            problems += [problem._replace(line=problem.line + first - 1) if problem.line else problem for problem in found]
    return Result(task.unit, makers.batches.batch_of(readings, task.member), None, tuple((task.name, problem) for problem in problems))


def _line(makers: Makers, task: Task, line: bytes, number: int) -> tuple[Reading, list[Problem]]:
    """Return the claims of a line, and its duplicate keys."""
    if len(line) > text.MAX_BYTES:
        raise InputError([too_long(task.shown, number)])
    try:
        return _record(makers, task, jsonl.read_line(task.shown, line, number, exact=False, lazy=makers.claims.products))
    except NotText:
        return _record(makers, task, jsonl.read_line(task.shown, line, number, exact=True))


def _record(makers: Makers, task: Task, document: Document) -> tuple[Reading, list[Problem]]:
    if not document.doubled:
        return makers.claims.claims(task.shown, task.name, document), []
    if makers.strict:
        raise InputError(problem for _, problem in document.doubled)
    doubled = _placed(document, makers.claims.mapping, one_of_many=True)
    try:
        return makers.claims.claims(task.shown, task.name, document), doubled
    except InputError as error:
        raise InputError([*error.problems, *doubled]) from None


def _whole_lines(task: Task) -> bytes:
    """Return the lines that begin within the task's range of bytes."""
    with _opened(task) as file:
        file.seek(max(task.start - 1, 0))
        data = file.read(task.end - max(task.start - 1, 0))
        if task.start:
            begin = data.find(b"\n") + 1
            data = data[begin:] if begin else b""
        if not data or data.endswith(b"\n"):
            return data
        rest = []
        while more := file.read(2**16):
            cut = more.find(b"\n") + 1
            rest.append(more[:cut] if cut else more)
            if cut or sum(map(len, rest)) > text.MAX_BYTES:
                break
    return data + b"".join(rest)


def _line_number(task: Task) -> int:
    """Return the number of the first line that begins within the task's range."""
    lines, left = 1, max(task.start - 1, 0)
    with _opened(task) as file:
        while left and (chunk := file.read(min(left, 2**20))):
            lines += chunk.count(b"\n")
            left -= len(chunk)
    return lines + (1 if task.start else 0)
