"""The errors that a user can cause, and the one way to show text from outside to people.

Each message names the place, what was expected, what was found, and what to do.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

#: The expectation that a duplicate key violates.
EACH_KEY_ONCE = "each key once"
#: The most characters of an unexpected exception's text that are shown.
_SUMMARY = 300
#: Written instead of the user name and the password of an address.
HIDDEN = "://***@"
#: The user name and password of an address (RFC 3986 §3.2.1): of a text that is an address, of an address inside a text, with a slash that is not
#: encoded, and with both `@` and a slash. A number between a colon and a slash is a port, and a host has a dot.
_USERINFO = (
    re.compile(r"""(?:\A|(?<="))([A-Za-z][A-Za-z0-9+.-]*)://[^\s/?#"<>\\]+@"""),
    re.compile(r"""([A-Za-z][A-Za-z0-9+.-]*)://[^\s/?#"<>()\[\]{}\\`]+@"""),
    re.compile(r"""([A-Za-z][A-Za-z0-9+.-]*)://[^\s/?#@:\["<>]*:(?!\d{1,5}(?:[/?#]|\Z))[^\s@"<>]*@"""),
    re.compile(r"""([A-Za-z][A-Za-z0-9+.-]*)://\*\*\*@[^\s/?#@.:"<>]+[/?#][^\s@"<>]*@"""),
)
#: The user name of repositories that are read over SSH. It is the same for everybody and no secret.
_EVERYBODY = re.compile(r"(?:git\+)?ssh://git@", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """Return a text in which the user names and passwords of addresses are replaced by ``***``.

    >>> without_secrets("see https://me:secret@a.org/x"), without_secrets("https://a.org/@me"), without_secrets("ssh://git@a.org/x")
    ('see https://***@a.org/x', 'https://a.org/@me', 'ssh://git@a.org/x')
    """
    if "://" not in text or "@" not in text:
        return text
    for pattern in _USERINFO:
        text = pattern.sub(lambda match: match[0] if _EVERYBODY.fullmatch(match[0]) else f"{match[1]}{HIDDEN}", text)
    return text


#: Patterns, which are compiled on use, since `kgbuild --help` needs none.
#: Characters that a text for people must not contain as they are: control characters (C0, DEL, C1), soft hyphens, characters of no width, line and
#: paragraph separators, characters that change the writing direction (UAX #9), byte order marks, annotations, tags, noncharacters, and
#: lone surrogates. Python uses U+DC80 to U+DCFF for the bytes of a name that is not UTF-8 (PEP 383).
_HIDDEN = (
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
#: What would be a command to the CI that shows a log: `::` at the beginning of a line, and `##[` or `##vso[` anywhere
#: (actions/runner, ActionCommand.cs; Azure Pipelines, logging commands).
_COMMANDS = r"\A(\s*)(:)(?=:)|(#)(?=#\w*\[)"
_SURROGATES = "[\ud800-\udfff]"


def visible(text: str) -> str:
    r"""Return a text for people on one line, with hidden characters escaped.

    Text from outside (a name, a path, a value, the message of a library) must not control a terminal, start a new line, or break a report. A byte
    of a name that is not UTF-8 is shown as ``\xNN``, a control character beyond ASCII as ``\u0085``. What a CI would take for a command is escaped.

    >>> visible("a\n\x1b[31mb\x85\udcff\U000e0041")
    'a\\n\\x1b[31mb\\u0085\\xff\\U000e0041'
    >>> visible("::error::a"), visible("a ##[error]b")
    ('\\x3a:error::a', 'a \\x23#[error]b')
    """
    if not (text.isascii() and text.isprintable()):
        text = re.sub(_HIDDEN, _escape, text)
    return re.sub(_COMMANDS, _disarmed, text) if "::" in text or "##" in text else text


def replaced(text: str, escape: Callable[[str], str]) -> str:
    r"""Return a text with each character that ``visible`` would escape escaped in another way.

    >>> replaced("a\x1b", lambda char: f"&#{ord(char)};")
    'a&#27;'
    """
    return text if text.isascii() and text.isprintable() else re.sub(_HIDDEN, lambda match: escape(match[0]), text)


def quoted(text: str) -> str:
    r"""Return a text from outside in quotes, on one line.

    >>> quoted("n\udcff"), quoted("it's")
    ("'n\\xff'", '"it\'s"')
    """
    return f"'{visible(text)}'" if re.search(_SURROGATES, text) else repr(text)


def as_text(name: str) -> str:
    r"""Return the name of a file as text that UTF-8 can hold: each byte that is not UTF-8 is written as ``\xNN``.

    This form is used in data, such as the manifest and the reports for programs. Other characters stay as they are.

    >>> as_text("n\udcff.md")
    'n\\xff.md'
    """
    return name if name.isascii() else re.sub(_SURROGATES, _escape, name)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if 0x80 <= code <= 0x9F or code == 0xAD else repr(match[0])[1:-1]


def _disarmed(match: re.Match[str]) -> str:
    return f"{match[1] or ''}\\x{ord(match[2] or match[3]):02x}"


class Problem(NamedTuple):
    """One error at one place of one input.

    ``path`` is the input as the user named it (``archive.tar.gz!/member.md`` inside an archive). ``line`` and ``column``
    count from one; they are 0 if the input has no lines, as for a folder. ``place`` is the path inside the record
    (``products[0].id``). ``todo`` is an instruction to the user.
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
        """Whether the error is a duplicate key, which rule FM005 reports."""
        return self.expected == EACH_KEY_ONCE

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        place = f"{self.place}: " if self.place else ""
        return without_secrets(f"{where}: {place}expected {self.expected}, got {self.got}; {self.todo}")


def permission_todo(error: OSError, mode: str, path: object, otherwise: str) -> str:
    """Return what to do if the system refuses a file or folder: set its permissions if they are the cause, or ``otherwise``.

    >>> permission_todo(PermissionError(errno.EACCES, ""), "u+r", "a.md", "leave it out")
    'run `chmod u+r a.md`, or leave it out'
    """
    return f"run `chmod {mode} {path}`, or {otherwise}" if error.errno in (errno.EACCES, errno.EPERM) else otherwise


class KgbuildError(Exception):
    """The base of all errors. Its text is a message for the user; the command ends with exit status 2."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """The errors, one sentence each. A line break in one comes from outside, as from the name of a file."""
        return (str(self),)


class InputError(KgbuildError):
    """Inputs that cannot be read as records. It holds all problems of a run, sorted by path, line and column."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))

    @property
    def sentences(self) -> tuple[str, ...]:
        """Each problem as a sentence."""
        return tuple(map(str, self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class MappingError(KgbuildError):
    """A mapping file with a wrong entry. The message names file, line and key."""


class UsageError(KgbuildError):
    """An invalid option or argument, such as an unknown format or a missing input."""


class OutputError(KgbuildError):
    """The output could not be written. The previous export is unchanged."""


class MissingExtra(KgbuildError):
    """A command requires an extra that is not installed. The message says how to install it."""


class StoreError(KgbuildError):
    """A store does not answer, refuses a request, or holds other data than was sent. The message gives the state of its graph."""


class Crash(Exception):
    """An unexpected exception in another process: a summary (its type and text in one line) and its traceback."""

    def __init__(self, summary: str, traceback: str) -> None:
        super().__init__(summary, traceback)
        self.summary, self.traceback = summary, traceback

    def __str__(self) -> str:
        return self.summary

    @classmethod
    def of(cls, error: BaseException) -> Crash:
        """Return the crash for an exception. It is sent to the parent process, since the exception itself may not be picklable."""
        if isinstance(error, Crash):
            return error
        from traceback import format_exception

        return cls(summary(error), "".join(format_exception(error)))

    @property
    def text(self) -> str:
        """Return the crash as text for a pipe: the summary on one line, then the traceback."""
        return f"{self.summary}\n{self.traceback}"

    @classmethod
    def read(cls, text: str) -> Crash:
        """Parse the crash from its ``text``."""
        first, _, rest = text.partition("\n")
        return cls(first, rest)


def unexpected(error: BaseException) -> str:
    """Return the message for an unexpected exception."""
    if isinstance(error, MemoryError):
        return "error: expected enough memory for the input, got none; use fewer processes (--jobs 1), or a machine with more memory"
    if isinstance(error, OSError) and isinstance(error.filename, (str, bytes)):
        path = error.filename if isinstance(error.filename, str) else error.filename.decode(errors="surrogateescape")
        todo = "check that it exists and that you have permission to use it"
        return f"error: {visible(path)}: expected a path that can be used, got {error.strerror!r}; {todo}"
    todo = "please report it with the traceback, which KGBUILD_TRACEBACK=1 shows"
    return f"error: kgbuild stopped at an unexpected error ({visible(summary(error))}); this is a bug in kgbuild: {todo}"


def traceback_of(error: BaseException) -> str:
    """Return the traceback of an exception and of the crash that it wraps; empty unless KGBUILD_TRACEBACK=1 is set."""
    import os
    from traceback import format_exception

    if os.environ.get("KGBUILD_TRACEBACK", "0") in ("", "0"):
        return ""
    return f"{error.traceback if isinstance(error, Crash) else ''}{''.join(format_exception(error))}"


def summary(error: BaseException) -> str:
    """Return the type and the text of an exception in one line.

    >>> summary(KeyError("a"))
    "KeyError: 'a'"
    """
    text = " ".join(str(error).split())
    if isinstance(error, Crash):
        return text
    return f"{type(error).__name__}: {text[:_SUMMARY]}" if text else type(error).__name__
