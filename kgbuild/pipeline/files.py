"""Writing files: a new one is made beside its target, and takes its place when it is whole.

Everything that kgbuild writes for a user goes through `create`. One file alone is written by `replacing` or `put`. Several that
appear together are renamed by publish.py and apply_edits.py, which keep a journal.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from kgbuild.errors import OutputError

#: What the name of a file on its way begins with, before the number of its process: hidden, so never read as a record.
BESIDE = ".kgbuild-new-"
#: Errors of a file system that has no room, in words.
_NO_ROOM = {errno.ENOSPC: "a full disk", errno.EDQUOT: "a full quota", errno.EFBIG: "the limit of a file's size"}

#: The names by which Linux and macOS give the open files of a process.
_OPEN_FILES = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/")


def create(path: str | Path, mode: int = 0o666, *, buffering: int = -1) -> BinaryIO:
    """A new file, to write and read back; the user's mask is taken from its ``mode``.

    Raises FileExistsError where anything has this name, a link too: none is followed.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return open(os.open(path, flags, mode), "w+b", buffering)


@contextmanager
def whole(path: str | Path, *, sync: bool = False) -> Iterator[BinaryIO]:
    """A new file that is gone again where the block raises. With ``sync`` it is on the disk when the block has ended."""
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
    """A file to write, which takes the place of ``target`` when the block has ended. Where the block raises, the earlier file is as it was.

    A link at the target is replaced, not followed. A terminal, a pipe or another device is written as it is. Raises OutputError, which
    says what ``todo``.
    """
    try:
        if _is_stream(target):
            with target.open("wb") as stream:
                yield stream
            return
        clear(target.parent, BESIDE)
        beside = target.parent / f"{BESIDE}{os.getpid()}-{secrets.token_hex(4)}"
        with whole(beside) as file:
            yield file
            _like_the_earlier(target, file)
        try:
            os.replace(beside, target)
        except OSError:
            beside.unlink()
            raise
    except OSError as error:
        raise unwritable(target, error, todo) from None


def put(target: Path, data: bytes, *, todo: str) -> None:
    """Write a file in place of the earlier one, whole or not at all. Raises OutputError, which says what ``todo``."""
    with replacing(target, todo=todo) as file:
        file.write(data)


def no_room(error: OSError) -> str:
    """What the file system has no room for, in words; empty for another error."""
    return _NO_ROOM.get(error.errno or 0, "")


def unwritable(target: Path, error: OSError, todo: str) -> OutputError:
    """The error of a file that cannot be written."""
    if room := no_room(error):
        return OutputError(f"{target}: expected room for the file, got {room}; make room, or {todo} (the earlier file is as it was)")
    return OutputError(f"{target}: expected a file that can be written, got {error.strerror or str(error)!r}; {todo}")


def clear(folder: Path, prefix: str) -> None:
    """Remove what a run left in a folder that was killed: files of a prefix and the number of a process that no longer runs."""
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
    """Whether a target is no file that could be replaced: a pipe, a device, or a name of an open file (`/dev/stdout`)."""
    try:
        mode = target.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) or str(target.absolute()).startswith(_OPEN_FILES)


def _like_the_earlier(target: Path, file: BinaryIO) -> None:
    """Let who could read the earlier file read the new one."""
    with suppress(FileNotFoundError):
        mode = target.lstat().st_mode
        if stat.S_ISREG(mode) and hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), stat.S_IMODE(mode))
