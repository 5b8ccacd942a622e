"""Split input files into tasks of similar size for workers, and report what cannot be split."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
from msgspec import Struct

from kgbuild.errors import InputError, Problem
from kgbuild.pipeline.engine.claim_batch import ClaimBatch
from kgbuild.readers import ARCHIVES, LINES, PLAIN_LINES, text
from kgbuild.readers.entries import Stamp, stamp_of
from kgbuild.readers.inputs import STDIN, STDIN_SHOWN, File, Rules, ending_of

#: The bytes that one task reads: few enough to distribute the work evenly, and enough to make the cost of a task negligible.
BATCH = 4 * 2**20
#: The most files in one batch of tasks.
_BATCH_FILES = 400
#: The largest allowed ratio of a JSON Lines file's decompressed size to its size, and the size that is always allowed. Records repeat
#: themselves, but not a thousand times.
_MAX_RATIO, _MIN_STREAM = 250, 2**30


class Task(Struct, kw_only=True):
    """A piece of input for one worker: ``data`` if it is in memory, otherwise the bytes from ``start`` to ``end`` of the file at ``path``.

    ``unit`` is the number of the input file, ``member`` the path in it if it is an archive. ``line`` is the number of the first line, 0 if only
    reading the file from its beginning would give it. With ``hash_only``, the task computes the SHA-256 of the whole file. ``stamp`` is the stamp of
    the file when it was found.
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
    stamp: Stamp = (0, 0, 0)


class Result(NamedTuple):
    """The result of a task. Each problem comes with the name of its file. ``changed``: the file vanished, or is not the one that was found."""

    unit: int
    batch: ClaimBatch | None
    sha256: bytes | None
    problems: tuple[tuple[str, Problem], ...]
    changed: bool = False


def batches(tasks: Iterable[Task | Result]) -> Iterator[list[Task | Result]]:
    """Group tasks into batches for workers."""
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
    """Yield the tasks of all files, in order. ``tick`` is called with the number of bytes submitted."""
    for unit, file in enumerate(files):
        left = file.size
        for task in _tasks_of(unit, file, rules):
            yield task
            if isinstance(task, Task) and task.data is None and not task.hash_only:
                left -= task.end - task.start
                tick(task.end - task.start)
        tick(left)


def _tasks_of(unit: int, file: File, rules: Rules) -> Iterator[Task | Result]:
    """Yield the tasks of one input file, or a result with the problem if it cannot be split."""
    try:
        if file.ending in ARCHIVES:
            yield from _archive_tasks(unit, file, rules)
        elif file.path == STDIN:
            yield from _stream_tasks(unit, file.name, file.shown, _standard_input())
        elif file.ending in PLAIN_LINES:
            yield _task(unit, file, hash_only=True, end=min(file.size, BATCH))
            for start in range(0, file.size, BATCH):
                yield _task(unit, file, start=start, end=min(start + BATCH, file.size), line=0)
        elif file.ending in LINES:
            from kgbuild.readers.archives.compressed import open_stream

            chunks = open_stream(Path(file.path), file.shown, limit=max(_MIN_STREAM, _MAX_RATIO * file.size))
            yield from _stream_tasks(unit, file.name, file.shown, chunks)
            yield _task(unit, file, hash_only=True)
        else:
            text.check_size(file.shown, file.size)
            yield _task(unit, file, end=file.size)
    except InputError as error:
        yield Result(unit, None, None, tuple((_renamed(problem.path, file), problem) for problem in error.problems))
        here = file.path != STDIN
    else:
        here = file.ending in ARCHIVES
    if here and _has_changed(file):  # otherwise a task tells it
        yield Result(unit, None, None, (), changed=True)


def _task(unit: int, file: File, *, start: int = 0, end: int = -1, line: int = 1, hash_only: bool = False) -> Task:
    return Task(
        unit=unit, name=file.name, shown=file.shown, ending=file.ending, path=file.path, start=start, end=end, line=line, hash_only=hash_only,
        stamp=file.stamp,
    )  # fmt: skip


def _has_changed(file: File) -> bool:
    """Return whether a file is another one than was found, or is not there. It is asked after the file was read."""
    try:
        return stamp_of(os.stat(file.path)) != file.stamp
    except OSError:
        return True


def _standard_input() -> Iterator[bytes]:
    """Yield the bytes of standard input. Raises InputError if it cannot be read."""
    import sys

    try:
        yield from _read_chunks(sys.stdin.buffer)
    except (OSError, AttributeError) as error:  # it is None if a program without a standard input calls the API
        got = "a closed one" if getattr(error, "errno", errno.EBADF) == errno.EBADF else f"the error {getattr(error, 'strerror', '')!r}"
        todo = "send it JSON Lines, as in `kgbuild export - < records.jsonl`"
        raise InputError([Problem(STDIN_SHOWN, 0, 0, "", "a standard input that can be read", got, todo)]) from None


def _renamed(path: str, file: File) -> str:
    """Return the path of a problem relative to its input."""
    return file.name + path.removeprefix(file.shown) if path.startswith(file.shown) else path


def _archive_tasks(unit: int, file: File, rules: Rules) -> Iterator[Task | Result]:
    from kgbuild.readers.archives.archive import members
    from kgbuild.readers.archives.compressed import expand

    narrowed = _holds_registry(file, rules)
    skipped: list[tuple[str, str]] = []

    def is_requested(name: str) -> bool:
        ending = ending_of(name)
        if ending is None or ending in ARCHIVES or rules.leaves_out_member(name):
            return False
        if narrowed and name.partition("/")[0] not in rules.folders:
            skipped.append((name, rules.outside))
            return False
        return True

    for name, data in members(Path(file.path), file.shown, is_requested):
        shown = f"{file.shown}!/{name}"
        ending = ending_of(name) or ""
        if ending not in LINES:
            yield Task(unit=unit, name=name, shown=shown, ending=ending, member=name, data=data)
            continue
        yield Result(unit, None, hashlib.sha256(data).digest(), ())
        for task in _stream_tasks(unit, name, shown, expand(data, name, shown, limit=max(_MIN_STREAM, _MAX_RATIO * len(data)))):
            yield msgspec.structs.replace(task, member=name) if isinstance(task, Task) else task
    if skipped:
        yield Result(unit, ClaimBatch(skipped=tuple(skipped)), None, ())


class _Enough(Exception):
    """The members seen so far decide."""


def _holds_registry(file: File, rules: Rules) -> bool:
    """Return whether all folders of a registry stand directly in an archive. It lists the members until that is certain."""
    from kgbuild.readers.archives.archive import members

    missing = set(rules.folders)

    def note(name: str) -> bool:
        if "/" in name:
            missing.discard(name.partition("/")[0])
        if not missing:
            raise _Enough
        return False

    try:
        if missing:
            for _ in members(Path(file.path), file.shown, note):
                pass
    except _Enough:
        return True
    except InputError:
        pass  # reading the members reports it
    return False


def _read_chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(BATCH):
        yield chunk


def _stream_tasks(unit: int, name: str, shown: str, chunks: Iterable[bytes]) -> Iterator[Task | Result]:
    """Yield tasks with whole lines of a stream, about BATCH bytes each."""
    held: list[bytes] = []
    size, line = 0, 1
    digest = hashlib.sha256() if shown == STDIN_SHOWN else None
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
    """Return the problem of a line that is longer than any record."""
    return Problem(
        shown, line, 1, "", f"a line of at most {text.MAX_BYTES // 2**20} MiB", "a longer one", "write each record on its own line"
    )
