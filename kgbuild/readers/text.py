"""Decode the bytes of a file as UTF-8. Other encodings, invalid bytes, NUL and control characters are errors."""

from __future__ import annotations

import re
from bisect import bisect_right

from kgbuild.errors import InputError, Problem

#: The largest file that is read, in bytes. Files of records are smaller; a scalar of 300 MB is an accident or an attack.
MAX_BYTES = 64 * 2**20
#: The deepest nesting that is read. No record is as deep, and a recursive parser does not run out of stack at this depth.
MAX_DEPTH = 100
#: The most problems that are reported for one text. Finding the line of each requires a walk over the text.
MAX_PROBLEMS = 100
#: ``expected``, ``got`` and ``todo`` of the problem of a deeper value.
TOO_DEEP = (f"at most {MAX_DEPTH} levels of nesting", "a deeper one", "flatten the record")

_BOM = b"\xef\xbb\xbf"
_WIDE = {b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
#: YAML 1.2 §5.1 forbids DEL and all C0 control characters except tab, LF and CR.
_CONTROLS = bytes(b for b in (*range(0x20), 0x7F) if b not in b"\t\n\r")
#: It also forbids C1 control characters except NEL, U+FFFE and U+FFFF; these are their bytes in UTF-8.
_OTHER_CONTROLS = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]|\xef\xbf[\xbe\xbf]")


def position(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, from one, of an offset.

    >>> position("id: goa", 4), position("a: b", 3)
    ((1, 5), (1, 4))
    """
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class Lines:
    """The line starts of one text. It is faster than ``position`` for many offsets."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column, from one, of an offset."""
        row = bisect_right(self._starts, offset)
        return row, offset - self._starts[row - 1] + 1


def _problem(path: str, data: bytes, offset: int, line: int, expected: str, got: str, todo: str) -> Problem:
    """Return the problem at a byte offset of a text that begins on ``line`` of its file."""
    before = data[:offset].decode("utf-8", "replace")
    row, column = position(before, len(before))
    return Problem(path, line + row - 1, column, "", expected, got, todo)


def check_size(path: str, size: int) -> None:
    """Raise InputError if a file is larger than MAX_BYTES."""
    if size > MAX_BYTES:
        expected, got = f"at most {MAX_BYTES // 2**20} MiB", f"{size / 2**20:,.0f} MiB"
        raise InputError([Problem(path, 0, 0, "", expected, got, "split the file, or give its records as JSON Lines")])


def decode(path: str, data: bytes, line: int = 1) -> str:
    """Decode a file, or a part of one that begins on ``line``, and remove the byte-order mark. Raises InputError if it is not UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _check_wide(path, data, line)
        data = without_bom(data)  # Python counts the offset of the error from after the mark
        got = f"the byte 0x{data[error.start]:02x}"
        raise InputError([_problem(path, data, error.start, line, "UTF-8", got, "save the file as UTF-8")]) from None
    if "\0" in text:
        _check_wide(path, data, line)
        row, column = position(text, text.index("\0"))
        raise InputError([Problem(path, line + row - 1, column, "", "text", "a NUL byte", "remove it; the file may be damaged")])
    return text


def _check_wide(path: str, data: bytes, line: int) -> None:
    """Raise InputError if the text is UTF-16 or UTF-32."""
    wide = next((name for mark, name in _WIDE.items() if data.startswith(mark)), "UTF-16" if _is_utf16(data) else "")
    if wide:
        raise InputError([Problem(path, line, 1, "", "UTF-8", wide, "save the file as UTF-8")])


def _is_utf16(data: bytes) -> bool:
    """Return whether every other byte of the beginning is NUL, as in ASCII text saved as UTF-16 without a byte-order mark."""
    start = data[: min(len(data), 64) // 2 * 2]
    return b"\0" in start and len(start) > 3 and any(not any(start[n::2]) and all(start[1 - n :: 2]) for n in (0, 1))


def check_controls(path: str, data: bytes, start: int, end: int) -> None:
    """Raise InputError for the first control character of data[start:end]."""
    part = data[start:end]
    if len(part.translate(None, _CONTROLS)) != len(part):
        offset = next(i for i, byte in enumerate(part) if byte in _CONTROLS)
    elif not part.isascii() and (b"\xc2" in part or b"\xef\xbf" in part) and (found := _OTHER_CONTROLS.search(part)):
        offset = found.start()
    else:
        return
    got = f"the control character U+{ord(part[offset : offset + 3].decode('utf-8', 'ignore')[0]):04X}"
    raise InputError([_problem(path, data, start + offset, 1, "text", got, "remove it")])


def without_bom(data: bytes) -> bytes:
    """Return the bytes without a UTF-8 byte-order mark."""
    return data.removeprefix(_BOM)
