"""The password of a store, from a file: on no command line, in no log."""

from __future__ import annotations

from pathlib import Path

from kgbuild.errors import UsageError


def in_file(path: str) -> str:
    """The one line of a file. Raises UsageError for a file that cannot be read or has another number of lines; the sentence quotes none."""
    try:
        password = Path(path).read_text("utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        got = error.strerror if isinstance(error, OSError) else "bytes that are no UTF-8"
        raise UsageError(f"--password-file {path}: expected a file with the password, got {got}; name another one") from None
    if not password or "\n" in password:
        got = "several lines" if password else "an empty one"
        raise UsageError(f"--password-file {path}: expected a file with the password on one line, got {got}; write it there")
    return password
