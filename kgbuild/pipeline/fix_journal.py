"""Keep a journal of the files that fixes replace, so that the next run can finish what a killed run began.

A journal is written when all new files are complete, and removed when all of them, or none, are in place. It holds a lock of its run. It lies in
the user's folder for state, not beside the records, because it names the files that the next run replaces.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from kgbuild.pipeline.files import create
from kgbuild.pipeline.user_folders import state_folder

_ENDING = ".journal"


class ReplacedFile(Struct, frozen=True):
    """A file of a fix: its path, the paths of its new and its old version, and the hash of each version (SHA-256)."""

    path: str
    new: str
    old: str
    new_sha256: bytes
    old_sha256: bytes

    def is_done(self) -> bool:
        """Return whether the new version is in place."""
        return _hash(self.path) == self.new_sha256

    def is_waiting(self) -> bool:
        """Return whether the old version is in place, and the new one is complete."""
        return _hash(self.path) == self.old_sha256 and _hash(self.new) == self.new_sha256

    def finish(self) -> None:
        """Put the new version in place."""
        if not self.is_done():
            os.replace(self.new, self.path)

    def undo(self) -> None:
        """Put the old version back, if the new one is in place."""
        if self.is_done() and os.path.exists(self.old):
            os.replace(self.old, self.path)

    def clear(self) -> None:
        """Remove the versions that are not in place."""
        for path in (self.new, self.old):
            with suppress(OSError):
                os.unlink(path)


#: A ReplacedFile in a journal. Its paths are bytes, since they may not be UTF-8.
_Row = tuple[bytes, bytes, bytes, bytes, bytes]


def _encoded(replacements: Sequence[ReplacedFile]) -> bytes:
    rows = [(*map(os.fsencode, (item.path, item.new, item.old)), item.new_sha256, item.old_sha256) for item in replacements]
    return msgspec.msgpack.encode(rows)


def _decoded(data: bytes) -> list[ReplacedFile]:
    rows = msgspec.msgpack.decode(data, type=list[_Row])
    return [ReplacedFile(os.fsdecode(path), os.fsdecode(new), os.fsdecode(old), *hashes) for path, new, old, *hashes in rows]


@contextmanager
def journal(replacements: Sequence[ReplacedFile]) -> Iterator[None]:
    """Keep a journal of a fix while the block runs. If the block raises an Exception, every old version is put back.

    A child of this process shares its lock. There is no journal on a system without locks (Windows), nor if the user's folder cannot be written.
    """
    path, file = _begin(replacements)
    try:
        yield
    except Exception:
        for item in replacements:
            item.undo()
        _end(path, file, replacements)
        raise
    _end(path, file, replacements)


def _end(path: Path | None, file: BinaryIO | None, replacements: Sequence[ReplacedFile]) -> None:
    """Remove a journal, and then the versions that are not in place: without them, it could not be finished or undone."""
    _remove(path)
    for item in replacements:
        item.clear()
    if file is not None:
        file.close()


def finish() -> list[str]:
    """Finish the fixes of runs that were killed, or undo them if a file has changed since. Return a sentence for each."""
    told: list[str] = []
    with suppress(OSError):  # no folder: no run was killed
        for path in sorted(folder().glob(f"*{_ENDING}")):
            told += _finish(path)
    return told


def folder() -> Path:
    """Return the user's folder for journals."""
    return state_folder() / "fixes"


def _begin(replacements: Sequence[ReplacedFile]) -> tuple[Path | None, BinaryIO | None]:
    """Write and lock a journal. It gets its name last, so that no other run reads a part of it."""
    if not replacements or not hasattr(os, "fork"):
        return None, None
    path = folder() / f"{secrets.token_hex(8)}{_ENDING}"
    beside = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = create(beside, 0o600)
    except OSError:
        return None, None
    try:
        _lock(file)
        file.write(_encoded(replacements))
        file.flush()
        os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError:
        file.close()
        _remove(beside)
        return None, None
    return path, file


def _finish(path: Path) -> list[str]:
    with path.open("rb") as file:
        if not _lock(file):
            return []  # its run goes on
        try:
            replacements = _decoded(file.read())
        except (msgspec.DecodeError, UnicodeDecodeError):
            _remove(path)
            return []
        changed = [item.path for item in replacements if not item.is_done() and not item.is_waiting()]
        for item in replacements:
            item.undo() if changed else item.finish()
        _end(path, None, replacements)
    return [_sentence(len(replacements), changed)]


def _sentence(count: int, changed: Sequence[str]) -> str:
    files = f"{count:,} file{'s' if count != 1 else ''}"
    if changed:
        return f"undid the fixes in {files} of a run that was killed, because {changed[0]} has changed since; run it again"
    return f"finished the fixes in {files} of a run that was killed"


def _lock(file: BinaryIO) -> bool:
    """Lock a journal, and return whether no other run has the lock. The lock ends with the last process that has the file open."""
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return os.fstat(file.fileno()).st_nlink > 0


def _remove(path: Path | None) -> None:
    if path is not None:
        with suppress(OSError):
            path.unlink()


def _hash(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return None
