"""What can go wrong, and how it is said: every failure a user can cause is one of these, and each says where, what, and what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from typing import NamedTuple

#: What is expected where a mapping says one key twice.
EACH_KEY_ONCE = "each key once"
#: Characters of an unexpected exception's text that are told.
_SUMMARY = 300


class Problem(NamedTuple):
    """One thing that is wrong with one place of one input.

    ``path`` is the input as the user named it (``archive.tar.gz!/member.md`` inside an archive), ``line`` and ``column``
    count from one (0 where there is none, as for a folder), ``place`` is the path inside the record (``products[0].id``).
    """

    path: str
    line: int
    column: int
    place: str
    expected: str
    got: str
    todo: str

    @property
    def doubled(self) -> bool:
        """Whether it is a key that is said twice, which a rule of its own tells (FM005)."""
        return self.expected == EACH_KEY_ONCE

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        place = f"{self.place}: " if self.place else ""
        return f"{where}: {place}expected {self.expected}, got {self.got}; {self.todo}"


def permission_todo(error: OSError, mode: str, path: object, otherwise: str) -> str:
    """What to do where the system refuses a file or folder: set its permissions, where these are the cause, or what else helps.

    >>> permission_todo(PermissionError(errno.EACCES, ""), "u+r", "a.md", "leave it out")
    'run `chmod u+r a.md`, or leave it out'
    """
    return f"run `chmod {mode} {path}`, or {otherwise}" if error.errno in (errno.EACCES, errno.EPERM) else otherwise


class KgbuildError(Exception):
    """Something that kgbuild could not do. Its text is a sentence for the user; the exit status is 2."""


class InputError(KgbuildError):
    """Inputs that cannot be read as records: all of a run's problems together, in order of path, line and column."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class MappingError(KgbuildError):
    """A mapping file with a wrong entry; names file, line and key."""


class UsageError(KgbuildError):
    """An option or argument that cannot be meant: an unknown format, an input that is not there."""


class OutputError(KgbuildError):
    """The output could not be written; the earlier export is whole."""


class MissingExtra(KgbuildError):
    """A command wants packages of an extra that is not installed; says how to get it."""


class StoreError(KgbuildError):
    """A store that does not answer, refuses, or holds something else than it was sent; says in what state the graph in it is."""


class Crash(Exception):
    """An exception that kgbuild does not expect, raised in another process: its kind and text in one line, and its traceback."""

    def __init__(self, summary: str, traceback: str) -> None:
        super().__init__(summary, traceback)
        self.summary, self.traceback = summary, traceback

    def __str__(self) -> str:
        return self.summary

    @classmethod
    def of(cls, error: BaseException) -> Crash:
        """The crash that an exception is, to be sent to the process that waits: the exception itself may not be picklable."""
        if isinstance(error, Crash):
            return error
        from traceback import format_exception

        return cls(summary(error), "".join(format_exception(error)))

    @property
    def text(self) -> str:
        """The crash as a process tells it through a pipe: a line, and the traceback."""
        return f"{self.summary}\n{self.traceback}"

    @classmethod
    def read(cls, text: str) -> Crash:
        """The crash that a ``text`` tells."""
        first, _, rest = text.partition("\n")
        return cls(first, rest)


def unexpected(error: BaseException) -> str:
    """The sentence for an exception that no command expects."""
    if isinstance(error, MemoryError):
        return "error: expected memory for what is read, got none; use fewer processes (--jobs 1), or a machine with more memory"
    if isinstance(error, OSError) and isinstance(error.filename, (str, bytes)):
        path = error.filename if isinstance(error.filename, str) else error.filename.decode(errors="backslashreplace")
        return f"error: {path}: expected a path that can be used, got {error.strerror!r}; see that it exists, and that you may use it"
    todo = "please report it with the traceback, which KGBUILD_TRACEBACK=1 shows"
    return f"error: kgbuild stopped at an error that it does not expect ({summary(error)}); this is a fault of kgbuild: {todo}"


def traceback_of(error: BaseException) -> str:
    """The traceback of an exception, and of that in the process where it began; empty unless KGBUILD_TRACEBACK=1 asks for it."""
    import os
    from traceback import format_exception

    if os.environ.get("KGBUILD_TRACEBACK", "0") in ("", "0"):
        return ""
    return f"{error.traceback if isinstance(error, Crash) else ''}{''.join(format_exception(error))}"


def summary(error: BaseException) -> str:
    """The kind and the text of an exception in one line.

    >>> summary(KeyError("a"))
    "KeyError: 'a'"
    """
    text = " ".join(str(error).split())
    if isinstance(error, Crash):
        return text
    return f"{type(error).__name__}: {text[:_SUMMARY]}" if text else type(error).__name__
