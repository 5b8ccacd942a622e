"""List the members of a tar archive, plain or compressed. A damaged or suspicious archive raises InputError.

The module parses the headers itself, because the standard library's ``tarfile`` has three disadvantages: it needs 5 to 7 s for 300,000
headers (this module: 1.5 s); before Python 3.12.6 one pax header of 200 kB takes it 44 s (CVE-2024-6232); and at a damaged header it
stops without an error, as if the archive ended there.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from kgbuild.errors import InputError
from kgbuild.readers.archives.archive import FILE, FOLDER, ArchiveLimits, ArchiveMember, too_many
from kgbuild.readers.archives.compressed import open_stream, refused

_BLOCK = 512
_EXTENDED = 16 << 20  # bytes of pax and long-name headers in one archive
_GLOBAL, _LONG_NAME, _LONG_TARGET = b"g", b"L", b"K"
_EXTENSIONS = (b"x", b"X", _GLOBAL, _LONG_NAME, _LONG_TARGET)
_SPARSE = b"GNU.sparse"
_KEYS = (b"path=", b"size=", _SPARSE)
_FILES = {b"0": FILE, b"\0": FILE, b"7": FILE, b"5": FOLDER, b"S": "a sparse file"}
_OTHERS = {b"1": "a hard link", b"2": "a symbolic link", b"3": "a device", b"4": "a device", b"6": "a fifo"}
_KINDS: Mapping[bytes, str] = MappingProxyType(_FILES | _OTHERS)


def entries(path: Path, shown: str, limits: ArchiveLimits) -> Iterator[ArchiveMember]:
    """Yield the members in archive order. Read a member before you request the next one.

    The format is POSIX.1-2017, pax, "pax Interchange Format" and "ustar Interchange Format", with GNU's long names and base-256 sizes.
    """
    stream = _TarBytes(open_stream(path, shown, limit=limits.total), shown)
    extended: dict[bytes, bytes] = {}
    for count in itertools.count():
        header = stream.header()
        if header is None:
            return
        if count == limits.entries:
            raise too_many(shown, limits)
        if header.type in _EXTENSIONS:
            found = stream.extended(header)
            if found and header.type == _GLOBAL:
                raise refused(shown, "a global header that changes no member", "one with a path or a size", "pack the archive again")
            extended |= found
        else:
            entry, end = stream.entry(header, extended)
            yield entry
            stream.skip(end - stream.at)
            extended = {}


class _Header(NamedTuple):
    name: bytes
    type: bytes
    size: int


class _TarBytes:
    """The decompressed bytes of a tar archive, read forward only. ``at`` is the current offset."""

    def __init__(self, chunks: Iterator[bytes], shown: str) -> None:
        self.at = 0
        self._chunks, self._shown = chunks, shown
        self._chunk, self._start, self._budget = b"", 0, _EXTENDED

    def header(self) -> _Header | None:
        """Return the next header, or None at the end of the archive."""
        block = self.take(_BLOCK)
        if block == bytes(_BLOCK):
            self._check_end()
            return None
        try:
            return _header(block)
        except ValueError as error:
            raise self._damaged() from error

    def extended(self, header: _Header) -> dict[bytes, bytes]:
        """Return the fields that a pax or long-name header sets for the next member (a global header: for all). Link targets are ignored."""
        self._budget -= header.size
        if self._budget < 0:
            raise refused(self._shown, f"at most {_EXTENDED:,} bytes of extended headers", "more", "split the archive")
        data = self.take(header.size)
        self.skip(-header.size % _BLOCK)
        if header.type in (_LONG_NAME, _LONG_TARGET):
            return {b"path": data.partition(b"\0")[0]} if header.type == _LONG_NAME else {}
        try:
            return _pax(data)
        except ValueError as error:
            raise self._damaged() from error

    def entry(self, header: _Header, extended: Mapping[bytes, bytes]) -> tuple[ArchiveMember, int]:
        """Return the member and the offset of the next header."""
        name = extended.get(b"path", header.name).decode("utf-8", "surrogateescape")
        size = int(extended.get(b"size", header.size)) if header.type not in b"123456" else 0
        kind = "a sparse file" if _SPARSE in extended else _KINDS.get(header.type, "an entry of unknown type")
        kind = FOLDER if kind == FILE and name.endswith("/") else kind
        return ArchiveMember(name, kind, size, partial(self.take, size)), self.at + size + -size % _BLOCK

    def take(self, size: int) -> bytes:
        start, stop = self._start, self._start + size
        if stop <= len(self._chunk):  # the fast path, since an archive can have 300,000 headers
            self._start, self.at = stop, self.at + size
            return self._chunk[start:stop]
        return b"".join(memoryview(self._chunk)[start:stop] for start, stop in self._slices(size))

    def skip(self, size: int) -> None:
        for _ in self._slices(size):
            pass

    def _slices(self, size: int) -> Iterator[tuple[int, int]]:
        """Advance by ``size`` bytes. Yield the start and stop of each slice while its chunk is the current one."""
        while size:
            start, stop = self._start, min(self._start + size, len(self._chunk))
            self._start, self.at, size = stop, self.at + stop - start, size - (stop - start)
            yield start, stop
            if size:
                self._chunk, self._start = self._next(), 0

    def _next(self) -> bytes:
        for chunk in self._chunks:
            return chunk
        raise refused(self._shown, "a whole tar archive", "one that ends in the middle", "copy or pack the archive again")

    def _check_end(self) -> None:
        """Read to the end of the file and raise InputError if there is anything but zeros."""
        rest = itertools.chain((self.take(_BLOCK), self._chunk[self._start :]), self._chunks)
        if any(part != bytes(len(part)) for part in rest):
            raise refused(self._shown, "nothing after the end of the tar archive", "other data", "pack the archive again")

    def _damaged(self) -> InputError:
        return refused(self._shown, f"a tar header before byte {self.at:,}", "other data", "copy or pack the archive again")


def _header(block: bytes) -> _Header:
    """Parse a header block. The lower half of Adler-32 is the sum of bytes plus one, modulo 65521; it is six times as fast as ``sum``."""
    if zlib.adler32(block[:148] + b" " * 8 + block[156:]) & 0xFFFF != (_number(block[148:156]) + 1) % 65521:
        raise ValueError("checksum")
    name = block[:100].partition(b"\0")[0]
    if block[345] and block[257:263] == b"ustar\0":
        name = block[345:500].partition(b"\0")[0] + b"/" + name
    return _Header(name, block[156:157], _number(block[124:136]))


def _number(field: bytes) -> int:
    """Parse a number in octal digits or in GNU's base 256.

    >>> _number(b"0000644 "), _number(b"\\x80\\0\\1\\0")
    (420, 256)
    """
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.partition(b"\0")[0].strip() or b"0"
    if not digits.isdigit():
        raise ValueError("number")
    return int(digits, 8)


def _pax(data: bytes) -> dict[bytes, bytes]:
    """Parse ``LENGTH KEY=VALUE`` lines. Return the fields that matter: path, size, and whether the member is sparse."""
    found, at = dict[bytes, bytes](), 0
    while at < len(data):
        space = data.index(b" ", at, at + 20)
        end = at + int(data[at:space])
        if end <= space + 1 or data[end - 1 : end] != b"\n":
            raise ValueError("pax record")
        if data.startswith(_KEYS, space + 1):  # 16 MiB can hold four million records without these keys
            key, _, value = data[space + 1 : end - 1].partition(b"=")
            if key == b"size" and not (value.isdigit() and len(value) <= 20):
                raise ValueError("pax size")
            found[key[: len(_SPARSE)]] = value
        at = end
    return found
