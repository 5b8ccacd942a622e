"""Publish several files together or not at all (SPEC §5): write them beside the target, then rename them in a separate process.

A kill at any moment leaves the earlier files complete, or puts all new files in place. A child process in its own session does the renames and
outlives its parent. If both are lost (a power cut), the next run finishes or discards their work.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from kgbuild.errors import OutputError, permission_todo
from kgbuild.pipeline.detached import in_a_child
from kgbuild.pipeline.files import create, no_room
from kgbuild.pipeline.interrupts import deferred, undone

_STAGE = ".kgbuild-"
#: A stage that contains this file is complete: its remaining files go to the target.
_WHOLE = "whole"
_FILES = "files"


class StagedFile:
    """A file of a stage. It counts its bytes and rows and hashes the data. Later pieces wait in a separate file."""

    def __init__(self, name: str, path: Path, waiting: Path) -> None:
        self.name, self.bytes, self.rows = name, 0, 0
        self._file = create(path, 0o777 if path.suffix == ".sh" else 0o666, buffering=0)  # a script can be executed
        self._waiting_at = waiting
        self._waiting: BinaryIO | None = None
        self._sizes: list[int] = []
        self._hash = hashlib.sha256()

    def write(self, data: bytes, rows: int = 0) -> None:
        """Append some bytes, which contain ``rows`` rows."""
        _write_all(self._file, data)
        self._hash.update(data)
        self.bytes += len(data)
        self.rows += rows

    def write_later(self, data: bytes) -> None:
        """Keep a piece for ``waiting``."""
        if data:
            self._waiting = self._waiting or create(self._waiting_at, buffering=0)
            _write_all(self._waiting, data)
            self._sizes.append(len(data))

    def waiting(self) -> Iterator[bytes]:
        """Yield the pieces that were kept."""
        if self._sizes:
            with self._waiting_at.open("rb") as file:
                for size in self._sizes:
                    yield file.read(size)

    def close(self) -> None:
        """Close the file. It may be closed already."""
        self._file.close()
        if self._waiting:
            self._waiting.close()

    @property
    def sha256(self) -> str:
        """The hash of the data written so far, in hexadecimal."""
        return self._hash.hexdigest()


def _write_all(file: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


class Stage:
    """New files for ``target``, by name."""

    def __init__(self, target: Path, folder: Path) -> None:
        self._target, self._folder = target, folder
        self.files: dict[str, StagedFile] = {}
        (folder / _FILES).mkdir()

    def file(self, name: str) -> StagedFile:
        """Create a file that will have this ``name`` in the target, or in a folder of it."""
        path = self._folder / _FILES / name
        path.parent.mkdir(exist_ok=True)
        self.files[name] = StagedFile(name, path, self._folder / f"{len(self.files)}.later")
        return self.files[name]

    def commit(self) -> None:
        """Put all files in place."""
        for file in self.files.values():
            file.close()
        for name in self.files:
            path = self._target / name
            if path.is_dir():
                raise OutputError(f"{path}: expected a file or nothing, got a folder; move it away or choose another --name")
            if path.parent.exists() and not path.parent.is_dir():
                raise OutputError(f"{path.parent}: expected a folder or nothing, got a file; move it away or choose another --output")
        with deferred():
            (self._folder / _WHOLE).touch()
            failed = f"{self._target}: expected to rename the files into place, got an error; the next run will do it"
            in_a_child(partial(_move, self._folder, self._target), failed=failed, killed=failed)

    def close(self) -> None:
        """Close all files."""
        for file in self.files.values():
            file.close()


@contextmanager
def staged(target: Path) -> Iterator[Stage]:
    """Open a stage beside the files of ``target``. It first finishes or discards the work of runs that were killed; other runs wait.

    Raises OutputError if the target cannot be written or is full. The target is then unchanged.
    """
    created = not target.exists()
    folder = target / f"{_STAGE}{os.getpid()}"  # the lock makes it unique, and the name is known before the folder exists
    with undone(partial(_leave, folder, target if created else None)):
        try:
            target.mkdir(parents=True, exist_ok=True)
            with _locked(target):
                recover(target)
                try:
                    folder.mkdir()
                    stage = Stage(target, folder)
                    try:
                        yield stage
                    finally:
                        stage.close()
                finally:
                    _discard(folder)
        except OSError as error:
            raise _refused(target, error) from None
        finally:
            if created:
                _remove_empty(target)


def _leave(folder: Path, created: Path | None) -> None:
    """Remove a stage, and the target if this run created it and nothing is in it."""
    _discard(folder)
    if created is not None:
        _remove_empty(created)


def _remove_empty(target: Path) -> None:
    if target.is_dir() and not any(target.iterdir()):
        target.rmdir()


def _discard(folder: Path) -> None:
    """Remove a stage, unless it is complete and not yet in place: the next run finishes it."""
    if not ((folder / _WHOLE).exists() and _staged(folder)):
        shutil.rmtree(folder, ignore_errors=True)


def _refused(target: Path, error: OSError) -> OutputError:
    if room := no_room(error):
        todo = "make room, or choose another --output (the earlier export is whole)"
        return OutputError(f"{target}: expected room for the export, got {room}; {todo}")
    reason = error.strerror or str(error)
    todo = permission_todo(error, "u+w", target, "choose another --output")
    return OutputError(f"{target}: expected a folder that can be written, got {reason!r}; {todo}")


def recover(target: Path) -> None:
    """Finish or discard what earlier runs left. The caller must hold the lock."""
    for left in target.glob(f"{_STAGE}*"):
        if (left / _WHOLE).exists() and (left / _FILES).exists():  # otherwise it was being discarded
            _move(left, target)
        shutil.rmtree(left, ignore_errors=True)


def _move(folder: Path, target: Path) -> None:
    """Rename each file into the target, manifests last, so that a manifest never names missing files."""
    for name in sorted(_staged(folder), key=lambda name: (name.endswith("_manifest.json"), name)):
        (target / name).parent.mkdir(exist_ok=True)
        os.replace(folder / _FILES / name, target / name)


def _staged(folder: Path) -> list[str]:
    """Return the files that are still in a stage, by their names in the target."""
    files = folder / _FILES
    return [str(path.relative_to(files)) for path in files.rglob("*") if not path.is_dir()]


@contextmanager
def _locked(target: Path) -> Iterator[None]:
    """Allow one run at a time for each target, if the system has locks. It locks the folder itself, so no lock file remains."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(target, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
