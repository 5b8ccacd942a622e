"""Input files -> tasks: pieces of input that workers read, of much the same size, and what cannot be cut into any."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
from msgspec import Struct

from kgbuild.errors import InputError, Problem
from kgbuild.pipeline.engine.claim_batch import ClaimBatch
from kgbuild.readers import ARCHIVES, LINES, text
from kgbuild.readers.inputs import STDIN, File, Rules, ending_of

#: Bytes that one task reads: small enough to share the work out evenly, large enough that handing it over costs nothing.
BATCH = 4 * 2**20
#: Files that one task reads at most.
_BATCH_FILES = 400
#: Decompressed bytes of a JSON Lines file for each byte of it, and at least: records say much the same, and yet not a thousand times.
_MAX_RATIO, _MIN_STREAM = 250, 2**30


class Task(Struct, kw_only=True):
    """A piece of input for one worker: ``data`` if it is in memory, else the bytes from ``start`` to ``end`` of the file at ``path``.

    ``unit`` is the number of the input file that the piece belongs to, ``member`` its path in that if it is an archive; ``line`` the number
    of its first line, 0 where only reading the file from its beginning would tell. ``hash_only`` asks for the SHA-256 of the whole file.
    """

    unit: int
    name: str
    shown: str
    ending: str
    member: str = ""
    path: str = ""
    data: bytes | None = None
    start: int = 0
    end: int = -1
    line: int = 1
    hash_only: bool = False


class Result(NamedTuple):
    """What became of a task; problems come with the name of their file."""

    unit: int
    part: ClaimBatch | None
    sha256: bytes | None
    problems: tuple[tuple[str, Problem], ...]


def batches(tasks: Iterable[Task | Result]) -> Iterator[list[Task | Result]]:
    """Tasks by the handful, for one worker at a time."""
    batch: list[Task | Result] = []
    size = 0
    for task in tasks:
        batch.append(task)
        if isinstance(task, Task):
            size += len(task.data) if task.data is not None else max(task.end - task.start, 0)
        if size >= BATCH or len(batch) >= _BATCH_FILES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def tasks(files: Sequence[File], rules: Rules, tick: Callable[[int], None]) -> Iterator[Task | Result]:
    """The pieces of all files, in their order; ``tick`` is told how many bytes were handed out."""
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
                unit=unit, name=file.name, shown=file.shown, ending=file.ending, path=file.path, hash_only=True, end=min(file.size, BATCH)
            )
            for start in range(0, file.size, BATCH):
                yield Task(
                    unit=unit, name=file.name, shown=file.shown, ending=file.ending, path=file.path,
                    start=start, end=min(start + BATCH, file.size), line=0,
                )  # fmt: skip
        elif file.ending in LINES:
            from kgbuild.readers.archives.compressed import open_stream

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
    from kgbuild.readers.archives.archive import members
    from kgbuild.readers.archives.compressed import expand

    def wanted(name: str) -> bool:
        ending = ending_of(name)
        return ending is not None and ending not in ARCHIVES and not rules.leaves_out_member(name)

    for name, data in members(Path(file.path), file.shown, wanted):
        shown = f"{file.shown}!/{name}"
        ending = ending_of(name) or ""
        if ending not in LINES:
            yield Task(unit=unit, name=name, shown=shown, ending=ending, member=name, data=data)
            continue
        yield Result(unit, None, hashlib.sha256(data).digest(), ())
        for task in _stream_tasks(unit, name, shown, expand(data, name, shown, limit=max(_MIN_STREAM, _MAX_RATIO * len(data)))):
            yield msgspec.structs.replace(task, member=name) if isinstance(task, Task) else task


def _read_chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(BATCH):
        yield chunk


def _stream_tasks(unit: int, name: str, shown: str, chunks: Iterable[bytes]) -> Iterator[Task | Result]:
    """Whole lines of a stream, some BATCH bytes at a time."""
    held: list[bytes] = []
    size, line = 0, 1
    digest = hashlib.sha256() if shown == "standard input" else None
    for chunk in chunks:
        if digest:
            digest.update(chunk)
        cut = chunk.rfind(b"\n") + 1 if size + len(chunk) >= BATCH else 0
        if cut:
            data = b"".join((*held, chunk[:cut]))
            yield Task(unit=unit, name=name, shown=shown, ending=".jsonl", data=data, line=line)
            line += data.count(b"\n")
            held, size = [chunk[cut:]], len(chunk) - cut
        else:
            held.append(chunk)
            size += len(chunk)
            if size > text.MAX_BYTES + BATCH:
                raise InputError([too_long(shown, line)])
    if size:
        yield Task(unit=unit, name=name, shown=shown, ending=".jsonl", data=b"".join(held), line=line)
    if digest:
        yield Result(unit, None, digest.digest(), ())


def too_long(shown: str, line: int) -> Problem:
    """The problem of a line that no record needs."""
    return Problem(
        shown, line, 1, "", f"a line of at most {text.MAX_BYTES // 2**20} MiB", "a longer one", "write each record on a line of its own"
    )
