"""Bytes of a file -> text, or the one problem that says where the bytes are none: not UTF-8, UTF-16, NUL, control characters."""

from __future__ import annotations

from kgbuild.errors import InputError, Problem

#: No file that holds records is as large; a scalar of 300 MB is an accident or an attack. In bytes.
MAX_BYTES = 64 * 2**20

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
#: YAML 1.2 §5.1: a stream holds no C0 control but tab, LF and CR, and no DEL.
_CONTROLS = bytes(b for b in (*range(0x20), 0x7F) if b not in b"\t\n\r")


def position(data: bytes, offset: int) -> tuple[int, int]:
    """Line and column (in characters), from one, of a byte offset."""
    start = data.rfind(b"\n", 0, offset) + 1
    return data.count(b"\n", 0, offset) + 1, len(data[start:offset].decode("utf-8", "replace")) + 1


def problem(path: str, data: bytes, offset: int, expected: str, got: str, todo: str, place: str = "") -> Problem:
    """The problem at a byte offset of a file."""
    return Problem(path, *position(data, offset), place, expected, got, todo)


def check_size(path: str, size: int) -> None:
    """Raise InputError where a file is too large to hold records (MAX_BYTES)."""
    if size > MAX_BYTES:
        got = f"{size / 2**20:,.0f} MiB"
        raise InputError([Problem(path, 0, 0, "", f"at most {MAX_BYTES // 2**20} MiB", got, "split the file, or give its records as JSON Lines")])


def decode(path: str, data: bytes) -> str:
    """The text of a file, without a byte-order mark. Raises InputError where it is not UTF-8."""
    if data.startswith(_UTF16):
        raise InputError([Problem(path, 1, 1, "", "UTF-8", "UTF-16", "save the file as UTF-8")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        got = f"the byte 0x{data[error.start]:02x}"
        raise InputError([problem(path, data, error.start, "UTF-8", got, "save the file as UTF-8")]) from None
    if "\0" in text:
        raise InputError([problem(path, data, data.index(b"\0"), "text", "a NUL byte", "remove it; the file may be damaged")])
    return text


def check_controls(path: str, data: bytes, start: int, end: int) -> None:
    """Raise InputError for the first control character of data[start:end]."""
    part = data[start:end]
    if len(part.translate(None, _CONTROLS)) == len(part):
        return
    offset = next(i for i, byte in enumerate(part) if byte in _CONTROLS)
    got = f"the control character U+{part[offset]:04X}"
    raise InputError([problem(path, data, start + offset, "text", got, "remove it")])


def without_bom(data: bytes) -> bytes:
    """The bytes after a UTF-8 byte-order mark."""
    return data[len(_BOM) :] if data.startswith(_BOM) else data
