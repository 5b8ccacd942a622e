"""Read the password of a store from a file, so that it appears on no command line and in no log."""

from __future__ import annotations

from pathlib import Path

from kgbuild.errors import UsageError


def in_file(path: str) -> str:
    """Return the only line of a file.

    Raises UsageError if the file cannot be read or does not have exactly one line. The error does not quote the file.
    """
    try:
        password = Path(path).read_text("utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        got = error.strerror if isinstance(error, OSError) else "bytes that are not UTF-8"
        raise UsageError(f"--password-file {path}: expected a file with the password, got {got}; give another file") from None
    if not password or "\n" in password:
        got = "several lines" if password else "an empty file"
        raise UsageError(f"--password-file {path}: expected a file with the password on one line, got {got}; write only the password to it")
    return password
