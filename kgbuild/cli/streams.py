"""The standard streams of the command: closed and full ones, and text that they cannot encode.

A closed standard output or input fails when it is used, so that a command that does not need it does its work. A message that standard error does not
take is lost: it does not change what the command did.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from typing import Any, TextIO

from kgbuild.errors import visible

#: The name of standard output in the errors of writing to it.
OUTPUT = "standard output"
_ERRORS = "kgbuild"


def settle() -> None:
    """Replace the standard streams of this process."""
    if os.name != "posix":
        return
    codecs.register_error(_ERRORS, _escaped)
    if None in (sys.stdin, sys.stdout, sys.stderr):
        _fill()
        sys.stdin = sys.stdin or io.TextIOWrapper(io.BufferedReader(io.FileIO(0, "rb", closefd=False)), "utf-8")
    sys.stdout = _wrapped(sys.stdout, _Output(1, "wb", closefd=False))
    sys.stderr = _wrapped(sys.stderr, _Messages(2, "wb", closefd=False))


def sentence(error: OSError) -> str:
    """Return the error for a standard output that cannot be written."""
    got = "a closed one" if error.errno == errno.EBADF else repr(error.strerror)
    return f"{OUTPUT}: expected to write the output, got {got}; redirect it to another place"


class _Output(io.FileIO):
    """Standard output. Its errors have its name, so that they are not taken for those of another file."""

    def write(self, data: Any, /) -> int:
        """Write some bytes. If the reader of a pipe that does not block is busy, it waits."""
        try:
            while (written := super().write(data)) is None:
                import select

                select.select([], [self], [])
        except OSError as error:
            error.filename = OUTPUT
            raise
        return written


class _Messages(io.FileIO):
    """Standard error. What it does not take is lost."""

    def write(self, data: Any, /) -> int:
        """Write some bytes if that is possible."""
        try:
            return super().write(data) or len(data)
        except OSError:
            return len(data)


def _fill() -> None:
    """Open the numbers of closed streams, or the next file that is opened would be taken for standard output.

    To read from 0 or to write to 1 still fails.
    """
    for number, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDWR)):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, mode)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)


def _wrapped(stream: TextIO | None, raw: io.FileIO) -> TextIO:
    encoding = "utf-8" if stream is None else stream.encoding
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, _ERRORS, line_buffering=raw.isatty() or isinstance(raw, _Messages))


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Escape what an encoding lacks, as ``visible`` does."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    part = visible(error.object[error.start : error.end])
    return part.encode("ascii", "backslashreplace").decode(), error.end
