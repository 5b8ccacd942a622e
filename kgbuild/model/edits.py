"""Edits to text files by position: apply them to the bytes of a file, and format them as a unified diff."""

from __future__ import annotations

import hashlib
import os
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from kgbuild.errors import OutputError

#: The number of context lines before and after a change in a diff.
_CONTEXT = 3
#: The bytes that Git quotes in the name of a file, and their escapes.
_QUOTED = re.compile(rb'[\x00-\x1f"\\\x7f]')
_ESCAPES = {b"\t": b"\\t", b"\n": b"\\n", b"\r": b"\\r", b'"': b'\\"', b"\\": b"\\\\"}


class NotCertain(Exception):
    """An edit that is not certain to be right. The text is the reason."""


class Change(NamedTuple):
    """The bytes ``new``, which replace those from byte offset ``start`` up to, but not including, ``end``."""

    start: int
    end: int
    new: bytes


class FileEdit(Struct, frozen=True, kw_only=True):
    """The changes to one file, sorted by offset and without overlaps.

    ``shown`` is the path as the user named the input, ``sha256`` the digest of the bytes to which the changes apply.
    """

    shown: str
    path: str
    sha256: bytes
    changes: tuple[Change, ...]


def edited(data: bytes, changes: Sequence[Change]) -> bytes:
    """Apply the changes to the bytes of a file.

    >>> edited(b"a: do", [Change(3, 5, b"doid")])
    b'a: doid'
    """
    pieces: list[bytes] = []
    at = 0
    for change in changes:
        pieces += (data[at : change.start], change.new)
        at = change.end
    return b"".join((*pieces, data[at:]))


def current(edit: FileEdit) -> bytes:
    """Return the bytes of a file. Raises OutputError if it cannot be read or has changed since the edit was made."""
    try:
        data = Path(edit.path).read_bytes()
    except OSError as error:
        raise refused(edit.shown, error) from None
    if hashlib.sha256(data).digest() != edit.sha256:
        raise OutputError(f"{edit.shown}: expected the file as it was read, got another; no file was changed, run kgbuild again")
    return data


def refused(shown: str, error: OSError) -> OutputError:
    """Return the error for a file that the system refuses to read or replace."""
    reason = error.strerror or str(error)
    return OutputError(f"{shown}: expected a file that can be replaced, got {reason!r}; no file was changed")


def diff(edits: Sequence[FileEdit]) -> Iterator[bytes]:
    """Yield the edits as a unified diff for `git apply` and `patch -p1`, with the line ends of the files.

    The diff is made from the offsets of the changes; `difflib` would search for them, in time quadratic in the number of lines.
    Raises OutputError if a file has changed since the edit was made.
    """
    for edit in edits:
        yield b"--- %s\n+++ %s\n" % (_header("a", edit.shown), _header("b", edit.shown))
        yield from _hunks(current(edit), edit.changes)


def _header(side: str, shown: str) -> bytes:
    """Format the name of a file as Git does: quoted as in C if a character requires it, and with a tab at the end if it has a space.

    >>> _header("a", "r/a.md"), _header("b", "my records/a.md"), _header("b", "r/a\\tb.md")
    (b'a/r/a.md', b'b/my records/a.md\\t', b'"b/r/a\\\\tb.md"')
    """
    name = os.fsencode(f"{side}/{shown.removeprefix('./').lstrip('/')}")
    if _QUOTED.search(name):
        return b'"%s"' % _QUOTED.sub(lambda match: _ESCAPES.get(match[0]) or b"\\%03o" % match[0][0], name)
    return name + b"\t" if b" " in name else name


class _EditBlock(NamedTuple):
    """The lines ``new``, which replace the old lines from ``first`` up to, but not including, ``last`` (from 0)."""

    first: int
    last: int
    new: list[bytes]


def _hunks(data: bytes, changes: Sequence[Change]) -> Iterator[bytes]:
    old = _lines(data)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    group: list[_EditBlock] = []
    moved = 0
    for block in _blocks(data, changes, starts):
        if group and block.first - group[-1].last > 2 * _CONTEXT:
            yield from _hunk(old, group, moved)
            moved += sum(len(b.new) - (b.last - b.first) for b in group)
            group = []
        group.append(block)
    if group:
        yield from _hunk(old, group, moved)


def _blocks(data: bytes, changes: Sequence[Change], starts: list[int]) -> Iterator[_EditBlock]:
    """Yield the changed lines; changes on one line form one block. ``starts`` are the offsets of the lines and of the end."""
    pending: list[Change] = []
    first = last = 0
    for change in changes:
        begins = max(bisect_right(starts, change.start, hi=len(starts) - 1) - 1, 0)
        ends = min(max(bisect_right(starts, change.end - 1, lo=begins), begins + 1), len(starts) - 1)
        if pending and begins >= last:
            yield _block(data, pending, first, last, starts)
            pending = []
        if not pending:
            first = begins
        pending.append(change)
        last = max(ends, last) if len(pending) > 1 else ends
    if pending:
        yield _block(data, pending, first, last, starts)


def _block(data: bytes, changes: list[Change], first: int, last: int, starts: list[int]) -> _EditBlock:
    base = starts[first]
    part = edited(data[base : starts[last]], [Change(c.start - base, c.end - base, c.new) for c in changes])
    return _EditBlock(first, last, _lines(part))


def _lines(data: bytes) -> list[bytes]:
    """Split bytes into lines with their ends, which are LF or CRLF."""
    *lines, rest = data.split(b"\n")
    return [line + b"\n" for line in lines] + ([rest] if rest else [])


def _hunk(old: list[bytes], group: list[_EditBlock], moved: int) -> Iterator[bytes]:
    """Yield one hunk. ``moved`` is the number of lines that earlier hunks added."""
    first, last = max(group[0].first - _CONTEXT, 0), min(group[-1].last + _CONTEXT, len(old))
    count = last - first + sum(len(block.new) - (block.last - block.first) for block in group)
    yield f"@@ -{_range(first, last - first)} +{_range(first + moved, count)} @@\n".encode()
    at = first
    for block in group:
        yield from _marked(b" ", old[at : block.first])
        yield from _marked(b"-", old[block.first : block.last])
        yield from _marked(b"+", block.new)
        at = block.last
    yield from _marked(b" ", old[at:last])


def _range(first: int, count: int) -> str:
    return f"{first + 1 if count else first},{count}" if count != 1 else f"{first + 1}"


def _marked(mark: bytes, lines: Sequence[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield mark + line if line.endswith(b"\n") else mark + line + b"\n\\ No newline at end of file\n"
