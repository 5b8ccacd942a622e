"""Write files. A new file is written beside its target and replaces it when it is complete.

Everything that kgbuild writes for a user goes through `create`. A single file is written by `replacing` or `put`. Several files that
appear together are renamed by publish.py and apply_edits.py, which can undo or finish the renames.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from kgbuild.errors import OutputError
from kgbuild.pipeline.interrupts import undone

#: The prefix of the names of new files, followed by the number of the process. They are hidden, so never read as records.
BESIDE = ".kgbuild-new-"
#: Errors of a file system without room, in words.
_NO_ROOM = {errno.ENOSPC: "a full disk", errno.EDQUOT: "a full quota", errno.EFBIG: "the limit of a file's size"}

#: The names of open files of a process on Linux and macOS.
_OPEN_FILES = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/")


def create(path: str | Path, mode: int = 0o666, *, buffering: int = -1) -> BinaryIO:
    """Create a file to write and read back. Its permissions are ``mode`` without those that the user's umask removes.

    Raises FileExistsError if the path exists, even as a link. Links are not followed.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return open(os.open(path, flags, mode), "w+b", buffering)


@contextmanager
def whole(path: str | Path, *, sync: bool = False) -> Iterator[BinaryIO]:
    """Create a file that is removed if the block raises. With ``sync`` it is on disk when the block ends."""
    file = create(path)
    try:
        with file:
            yield file
            file.flush()
            if sync:
                os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            os.unlink(path)
        raise


@contextmanager
def replacing(target: Path, *, todo: str) -> Iterator[BinaryIO]:
    """Create a file that replaces ``target`` when the block ends. If the block raises, the earlier file is unchanged.

    A link at the target is replaced, not followed. A terminal, a pipe or another device is written directly. Raises OutputError, whose message
    ends with ``todo``.
    """
    try:
        if _is_stream(target):
            with target.open("wb") as stream:
                yield stream
            return
        clear(target.parent, BESIDE)
        beside = target.parent / f"{BESIDE}{os.getpid()}-{secrets.token_hex(4)}"
        with undone(partial(beside.unlink, missing_ok=True)):
            with whole(beside) as file:
                yield file
                _copy_mode(target, file)
            try:
                os.replace(beside, target)
            except OSError:
                beside.unlink()
                raise
    except OSError as error:
        raise unwritable(target, error, todo) from None


def put(target: Path, data: bytes, *, todo: str) -> None:
    """Replace a file, completely or not at all. Raises OutputError, whose message ends with ``todo``."""
    with replacing(target, todo=todo) as file:
        file.write(data)


def no_room(error: OSError) -> str:
    """Return which room is missing, in words; an empty text for another error."""
    return _NO_ROOM.get(error.errno or 0, "")


def unwritable(target: Path, error: OSError, todo: str) -> OutputError:
    """Return the error for a file that cannot be written."""
    if room := no_room(error):
        return OutputError(f"{target}: expected room for the file, got {room}; make room, or {todo} (the earlier file is unchanged)")
    return OutputError(f"{target}: expected a file that can be written, got {error.strerror or str(error)!r}; {todo}")


def clear(folder: Path, prefix: str) -> None:
    """Remove the files that a killed run left in a folder: those with a prefix and the number of a process that no longer runs."""
    for left in folder.glob(f"{prefix}*"):
        pid = left.name.removeprefix(prefix).partition("-")[0]
        if pid.isdigit() and int(pid) != os.getpid() and not _runs(int(pid)):
            with suppress(OSError):
                left.unlink()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _is_stream(target: Path) -> bool:
    """Return whether the target cannot be replaced: a pipe, a device, or the name of an open file (`/dev/stdout`)."""
    try:
        mode = target.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) or str(target.absolute()).startswith(_OPEN_FILES)


def _copy_mode(target: Path, file: BinaryIO) -> None:
    """Give the new file the permissions of the earlier one."""
    with suppress(FileNotFoundError):
        mode = target.lstat().st_mode
        if stat.S_ISREG(mode) and hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), stat.S_IMODE(mode))
