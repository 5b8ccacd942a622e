"""List a folder while others may change it, and say in words what an entry is that cannot be read."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from kgbuild.errors import UsageError, permission_todo

_T = TypeVar("_T")
#: Seconds to wait before each further attempt, for an editor that writes a new file and then renames it.
PAUSES = (0.01, 0.02, 0.05)
#: A folder that changed less than this before it was listed may change again without a new time. File systems count in ticks of up to 10 ms.
_TICK_NS = 20_000_000
_LONGEST = 200  # characters of a link's target in a message
_KINDS = (
    (stat.S_ISFIFO, "named pipe"), (stat.S_ISSOCK, "socket"), (stat.S_ISCHR, "device"), (stat.S_ISBLK, "device"),
    (stat.S_ISDIR, "folder"), (stat.S_ISREG, "file"),
)  # fmt: skip
Stamp = tuple[int, int, int]


class Fault(NamedTuple):
    """Why an entry cannot be read: ``kind`` in one or two words, and the last three parts of a Problem."""

    kind: str
    expected: str
    got: str
    todo: str


def stamp_of(found: os.stat_result) -> Stamp:
    """Return size, time in nanoseconds and inode of a file, one of which changes when the file does."""
    return found.st_size, found.st_mtime_ns, found.st_ino


def kind_of(mode: int) -> str:
    """Return what a mode says in words.

    >>> kind_of(stat.S_IFIFO | 0o644), kind_of(stat.S_IFREG)
    ('named pipe', 'file')
    """
    return next((name for test, name in _KINDS if test(mode)), "special file")


def listing(folder: str) -> list[os.DirEntry[str]]:
    """Return the entries of a folder, sorted by name. Raises OSError if the folder cannot be read.

    A rename during the listing can hide a file. A folder that has just changed is listed again, and what any listing shows is returned.
    """
    found: dict[str, os.DirEntry[str]] = {}
    for pause in (*PAUSES, 0.0):
        started = time.time_ns()
        with os.scandir(folder) as entries:
            found |= {entry.name: entry for entry in entries}
        if os.stat(folder).st_mtime_ns < started - _TICK_NS:
            break
        time.sleep(pause)
    return sorted(found.values(), key=lambda entry: entry.name)


def again(attempt: Callable[[], _T]) -> _T:
    """Return the result of an attempt. It is made again if the file is not there, which may be for a moment only."""
    for pause in PAUSES:
        try:
            return attempt()
        except FileNotFoundError:
            time.sleep(pause)
    return attempt()


def stat_of_input(given: str) -> os.stat_result:
    """Return the status of an input that is no folder. Raises UsageError if there is none."""
    try:
        return again(lambda: os.stat(given))
    except OSError as error:
        if os.path.islink(given):
            fault = broken_link(given, error)
            raise UsageError(f"{given}: expected a file or folder of records, got {fault.got}; {fault.todo.partition(',')[0]}") from None
        missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
        got = "nothing at this path; check the spelling" if missing else f"the error {error.strerror!r}; check the path and its permissions"
        raise UsageError(f"{given}: expected a file or folder of records, got {got}") from None


def begins(entry: os.DirEntry[str], start: bytes) -> bool:
    """Return whether an entry is a file that begins with some bytes. To open a named pipe would wait for a writer."""
    try:
        if not entry.is_file():
            return False
        with open(entry.path, "rb") as file:
            return file.read(len(start)) == start
    except OSError:
        return False


def special(mode: int) -> Fault:
    """Return the fault of an entry that is neither a file nor a folder."""
    kind = kind_of(mode)
    return Fault(kind, "a file or a folder", f"a {kind}", "move it out of the input, or leave it out with --exclude")


def vanished() -> Fault:
    """Return the fault of an entry that was listed and is not there any more."""
    return Fault("vanished file", "a file that stays in its place while kgbuild reads", "one that vanished", "run kgbuild again")


def unsettled(path: str) -> Fault:
    """Return the fault of a file that vanished, was replaced by something else, or changed, each time that it was read."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return vanished()
    except OSError as error:
        return unreadable(path, error)
    if not stat.S_ISREG(mode):
        return special(mode)
    return Fault("file", "a file that stays the same while kgbuild reads", "one that changed", "run kgbuild again when it is written")


def unreadable(path: str, error: OSError, *, folder: bool = False) -> Fault:
    """Return the fault of a file or folder that the system refuses to read."""
    kind = "folder" if folder else "file"
    todo = permission_todo(error, "u+rx" if folder else "u+r", path, "leave it out with --exclude")
    return Fault(kind, f"a readable {kind}", f"the error {error.strerror!r}", todo)


def broken_link(path: str, error: OSError) -> Fault:
    """Return the fault of a link that cannot be followed, from the error of the attempt."""
    todo = "mend or remove the link, or leave it out with --exclude"
    if error.errno == errno.ELOOP:
        itself = os.path.join(os.path.dirname(path), target_of(path)) == path
        return Fault("loop of links", "a file or a folder", "a link to itself" if itself else f"a loop of links{_to(path)}", todo)
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return Fault("link to nothing", "a file or a folder", f"a link to nothing{_to(path)}", todo)
    return Fault(
        "link", "a link that can be followed", f"the error {error.strerror!r}{_to(path)}", permission_todo(error, "u+rx", path, todo)
    )


def circle(path: str) -> Fault:
    """Return the fault of a link to a folder that contains the link."""
    got, todo = f"a link to a folder that contains it{_to(path)}", "remove the link, or leave it out with --exclude"
    return Fault("loop of links", "a file or a folder", got, todo)


def leads_out(path: str) -> Fault:
    """Return the fault of a link inside an input to a place outside all inputs."""
    todo = "if you trust that place, add --follow-links or give it as an INPUT too; otherwise leave the link out with --exclude"
    return Fault("link", "a file or folder inside the input", f"a link that leads out of it{_to(path)}", todo)


def target_of(path: str) -> str:
    """Return the target of a link as it is written in the link; empty if it cannot be read."""
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _to(path: str) -> str:
    target = target_of(path)
    return f" (to {target[:_LONGEST]!r})" if target else ""
