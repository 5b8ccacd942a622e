"""Files -> parts: what is in the cache is taken from there, the rest is read, parsed and made into claims, in several processes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from msgspec import Struct

from kgbuild.claims import ClaimMaker, Reading
from kgbuild.document import Document, NotText
from kgbuild.engines import pool
from kgbuild.engines.parts import Part, part_of
from kgbuild.errors import InputError, Problem
from kgbuild.mapping import Mapping
from kgbuild.readers import ARCHIVES, LINES, jsonl, reader, text
from kgbuild.readers.inputs import STDIN, File, Rules, ending_of

#: Bytes that one task reads: small enough to share the work out evenly, large enough that handing it over costs nothing.
_BATCH = 4 * 2**20
#: Files that one task reads at most.
_BATCH_FILES = 400
#: Decompressed bytes of a JSON Lines file for each byte of it, and at least: records say much the same, and yet not a thousand times.
_MAX_RATIO, _MIN_STREAM = 250, 2**30
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Task(Struct, kw_only=True):
    """A piece of input for one worker: ``data`` if it is in memory, else the bytes from ``start`` to ``end`` of the file at ``path``.

    ``unit`` is the number of the input file that the piece belongs to; ``line`` the number of its first line, 0 where only reading the
    file from its beginning would tell. ``hash_only`` asks for the SHA-256 of the whole file.
    """

    unit: int
    name: str
    shown: str
    ending: str
    path: str = ""
    data: bytes | None = None
    start: int = 0
    end: int = -1
    line: int = 1
    hash_only: bool = False


class Result(NamedTuple):
    """What became of a task; problems come with the name of their file."""

    unit: int
    part: Part | None
    sha256: bytes | None
    problems: tuple[tuple[str, Problem], ...]


def read(files: Sequence[File], mapping: Mapping, rules: Rules, jobs: int, tick: Callable[[int], None]) -> Iterator[Result]:
    """Read files. Results come in the order of the files; ``tick`` is told how many bytes were handed out."""
    total = sum(file.size for file in files)
    jobs = jobs if total > _BATCH or any(file.path == STDIN for file in files) else 1
    batches = _batches(_tasks(files, rules, tick))
    maker = ClaimMaker(mapping)
    for results in pool.run(_work, maker, batches, jobs):
        yield from results


def _batches(tasks: Iterable[Task | Result]) -> Iterator[list[Task | Result]]:
    batch: list[Task | Result] = []
    size = 0
    for task in tasks:
        batch.append(task)
        if isinstance(task, Task):
            size += len(task.data) if task.data is not None else max(task.end - task.start, 0)
        if size >= _BATCH or len(batch) >= _BATCH_FILES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _tasks(files: Sequence[File], rules: Rules, tick: Callable[[int], None]) -> Iterator[Task | Result]:
    for unit, file in enumerate(files):
        left = file.size
        for task in _tasks_of(unit, file, rules):
            yield task
            if isinstance(task, Task) and task.data is None and not task.hash_only:
                left -= task.end - task.start
                tick(task.end - task.start)
        tick(left)


def _tasks_of(unit: int, file: File, rules: Rules) -> Iterator[Task | Result]:
    """The pieces of one input file, or the result that it cannot be cut into pieces."""
    try:
        if file.ending in ARCHIVES:
            yield from _archive_tasks(unit, file, rules)
        elif file.path == STDIN:
            import sys

            yield from _stream_tasks(unit, file.name, file.shown, _read_chunks(sys.stdin.buffer))
        elif file.ending == ".jsonl":
            yield Task(
                unit=unit, name=file.name, shown=file.shown, ending=file.ending, path=file.path, hash_only=True, end=min(file.size, _BATCH)
            )
            for start in range(0, file.size, _BATCH):
                yield Task(
                    unit=unit, name=file.name, shown=file.shown, ending=file.ending, path=file.path,
                    start=start, end=min(start + _BATCH, file.size), line=0,
                )  # fmt: skip
        elif file.ending in LINES:
            from kgbuild.readers.compressed import open_stream

            chunks = open_stream(Path(file.path), file.shown, limit=max(_MIN_STREAM, _MAX_RATIO * file.size))
            yield from _stream_tasks(unit, file.name, file.shown, chunks)
            yield Task(unit=unit, name=file.name, shown=file.shown, ending=file.ending, path=file.path, hash_only=True)
        else:
            text.check_size(file.shown, file.size)
            yield Task(unit=unit, name=file.name, shown=file.shown, ending=file.ending, path=file.path, end=file.size)
    except InputError as error:
        yield Result(unit, None, None, tuple((_renamed(problem.path, file), problem) for problem in error.problems))


def _renamed(path: str, file: File) -> str:
    """A problem's path relative to its input."""
    return file.name + path.removeprefix(file.shown) if path.startswith(file.shown) else path


def _archive_tasks(unit: int, file: File, rules: Rules) -> Iterator[Task | Result]:
    from kgbuild.readers.archive import members
    from kgbuild.readers.compressed import expand

    def wanted(name: str) -> bool:
        ending = ending_of(name)
        return ending is not None and ending not in ARCHIVES and not rules.leaves_out_member(name)

    for name, data in members(Path(file.path), file.shown, wanted):
        shown = f"{file.shown}!/{name}"
        ending = ending_of(name) or ""
        if ending not in LINES:
            yield Task(unit=unit, name=name, shown=shown, ending=ending, data=data)
            continue
        yield Result(unit, None, hashlib.sha256(data).digest(), ())
        yield from _stream_tasks(unit, name, shown, expand(data, name, shown, limit=max(_MIN_STREAM, _MAX_RATIO * len(data))))


def _read_chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(_BATCH):
        yield chunk


def _stream_tasks(unit: int, name: str, shown: str, chunks: Iterable[bytes]) -> Iterator[Task | Result]:
    """Whole lines of a stream, some _BATCH bytes at a time."""
    held: list[bytes] = []
    size, line = 0, 1
    digest = hashlib.sha256() if shown == "standard input" else None
    for chunk in chunks:
        if digest:
            digest.update(chunk)
        cut = chunk.rfind(b"\n") + 1 if size + len(chunk) >= _BATCH else 0
        if cut:
            data = b"".join((*held, chunk[:cut]))
            yield Task(unit=unit, name=name, shown=shown, ending=".jsonl", data=data, line=line)
            line += data.count(b"\n")
            held, size = [chunk[cut:]], len(chunk) - cut
        else:
            held.append(chunk)
            size += len(chunk)
            if size > text.MAX_BYTES + _BATCH:
                raise InputError([_too_long(shown, line)])
    if size:
        yield Task(unit=unit, name=name, shown=shown, ending=".jsonl", data=b"".join(held), line=line)
    if digest:
        yield Result(unit, None, digest.digest(), ())


def _work(maker: ClaimMaker, batch: list[Task | Result]) -> list[Result]:
    return [task if isinstance(task, Result) else _result(maker, task) for task in batch]


def _result(maker: ClaimMaker, task: Task) -> Result:
    try:
        if task.hash_only:
            return Result(task.unit, None, _sha256(task.path), ())
        if task.ending in LINES:
            return _lines(maker, task)
        data = _whole_file(task.path, task.end) if task.data is None else task.data
        digest = hashlib.sha256(data).digest() if task.data is None or task.ending not in LINES else None
        text.check_size(task.shown, len(data))
        return Result(task.unit, part_of((task.name, reading) for reading in _file(maker, task, data)), digest, ())
    except InputError as error:
        return Result(task.unit, None, None, tuple((task.name, problem) for problem in error.problems))
    except OSError as error:
        problem = Problem(task.shown, 0, 0, "", "a readable file", f"the error {error.strerror!r}", "mend its permissions or leave it out")
        return Result(task.unit, None, None, ((task.name, problem),))


def _whole_file(path: str, size: int) -> bytes:
    """The bytes of a file, some ``size`` of them, by the system's own calls: there are thousands of small ones."""
    handle = os.open(path, os.O_RDONLY)
    try:
        data = os.read(handle, size + 1)
        while len(data) > size and (more := os.read(handle, 2**20)):
            data += more
            size = len(data) - 1
    finally:
        os.close(handle)
    return data


def _sha256(path: str) -> bytes:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _file(maker: ClaimMaker, task: Task, data: bytes) -> list[Reading]:
    """What a file claims. Parsed fast first, and again exactly where that lost a text that is needed. Problems of all its records together."""
    containers = maker.mapping.pages.containers
    parse = reader(task.ending)
    try:
        documents = parse(task.shown, data, exact=False, containers=containers)
        return _readings(maker, task, documents)
    except NotText:
        return _readings(maker, task, parse(task.shown, data, exact=True, containers=containers))


def _readings(maker: ClaimMaker, task: Task, documents: Sequence[Document]) -> list[Reading]:
    readings: list[Reading] = []
    problems: list[Problem] = []
    for document in documents:
        try:
            readings.append(maker.claims(task.shown, task.name, document))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return readings or [Reading("other", [], [], "no front matter" if task.ending in (".md", ".markdown") else "empty")]


def _lines(maker: ClaimMaker, task: Task) -> Result:
    """The records of some lines. A line that cannot be read is a problem of its own; the others are kept."""
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
            readings.append((task.name, _line(maker, task, line, number + 1)))
        except InputError as error:
            first = first or _line_number(task)
            problems += [problem._replace(line=problem.line + first - 1) if problem.line else problem for problem in error.problems]
    return Result(task.unit, part_of(readings), None, tuple((task.name, problem) for problem in problems))


def _line(maker: ClaimMaker, task: Task, line: bytes, number: int) -> Reading:
    if len(line) > text.MAX_BYTES:
        raise InputError([_too_long(task.shown, number)])
    try:
        return maker.claims(task.shown, task.name, jsonl.read_line(task.shown, line, number, exact=False, lazy=maker.products))
    except NotText:
        return maker.claims(task.shown, task.name, jsonl.read_line(task.shown, line, number, exact=True))


def _too_long(shown: str, line: int) -> Problem:
    return Problem(
        shown, line, 1, "", f"a line of at most {text.MAX_BYTES // 2**20} MiB", "a longer one", "write each record on a line of its own"
    )


def _whole_lines(task: Task) -> bytes:
    """The lines that begin within the task's range of bytes."""
    with open(task.path, "rb", buffering=0) as file:
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
    """The number of the first line that begins within the task's range."""
    lines, left = 1, max(task.start - 1, 0)
    with open(task.path, "rb") as file:
        while left and (chunk := file.read(min(left, 2**20))):
            lines += chunk.count(b"\n")
            left -= len(chunk)
    return lines + (1 if task.start else 0)


def cores() -> int:
    """How many processes can run at once here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
