"""An archive, read in place: a path goes in, the names and bytes of its wanted members come out, or an InputError with all that is wrong.

Tar headers are read here: ``tarfile`` ends without a word at a damaged header, holds a pax header of any size in memory, and is slow.
"""

from __future__ import annotations

import io
import itertools
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from kgbuild.errors import InputError, Problem
from kgbuild.readers.compressed import CHUNK, open_stream, refused, unreadable

ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.zst", ".zip")
_FILE, _FOLDER = "a file", "a folder"
_MANY, _NAME = 1_000, 4_096  # problems told of one archive, characters of a name
_BLOCK = 512
_LOCAL_HEADER = 30  # bytes before the name, APPNOTE.TXT §4.3.7
_EXTENDED = 16 << 20  # bytes of pax and long-name headers in one tar
_DIRECTORY = 4 << 20  # bytes of a zip's central directory, about 40,000 members: zipfile makes objects of all of it at once
_TAR_FILES = {b"0": _FILE, b"\0": _FILE, b"7": _FILE, b"5": _FOLDER, b"S": "a sparse file"}
_TAR_OTHERS = {b"1": "a hard link", b"2": "a symbolic link", b"3": "a device", b"4": "a device", b"6": "a fifo"}
_TAR_KINDS: Mapping[bytes, str] = MappingProxyType(_TAR_FILES | _TAR_OTHERS)
_ZIP_KINDS: Mapping[int, str] = MappingProxyType({0: _FILE, stat.S_IFREG: _FILE, stat.S_IFDIR: _FOLDER, stat.S_IFLNK: "a symbolic link"})
_ZIP_ERRORS = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError, struct.error, zlib.error)
_Fault = tuple[str, str, str]  # expected, got, what to do


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that is read of one archive: bytes of a wanted member, decompressed bytes in all, entries (in a tar: headers)."""

    member: int = 64 << 20
    total: int = 1 << 30
    entries: int = 300_000


DEFAULT = Limits()


class _Entry(NamedTuple):
    """A member not yet judged: ``kind`` is what a user would call it, ``size`` what the header says; ``read`` gives None if damaged."""

    name: str
    kind: str
    size: int
    read: Callable[[], bytes | None]


def is_archive(name: str) -> bool:
    """Tell an archive by its name.

    >>> is_archive("registry.tar.gz"), is_archive("records.jsonl.gz")
    (True, False)
    """
    return name.lower().endswith(ENDINGS)


def members(path: Path, shown: str, wanted: Callable[[str], bool], *, limits: Limits = DEFAULT) -> Iterator[tuple[str, bytes]]:
    """Yield name (POSIX, relative) and bytes of each wanted file in archive order; folders, ``._name`` and ``__MACOSX/`` are passed over.

    Raises InputError, at the end, with every member that is unsafe, damaged, too large or there twice; nothing is yielded after the first.
    """
    problems: list[Problem] = []
    try:
        for name, found in _judged(path, shown, wanted, limits):
            if isinstance(found, Problem):
                problems.append(found)
            elif not problems:
                yield name, found
            if len(problems) == _MANY:
                raise refused(shown, f"fewer than {_MANY:,} bad members", "as many or more", "pack the archive again")
    except InputError as error:
        problems.extend(error.problems)
    if problems:
        raise InputError(problems)


def _judged(path: Path, shown: str, wanted: Callable[[str], bool], limits: Limits) -> Iterator[tuple[str, bytes | Problem]]:
    total, seen = 0, set[bytes]()
    for entry in (_zip if path.suffix.lower() == ".zip" else _tar)(path, shown, limits):
        name = "/".join(part for part in entry.name.split("/") if part not in ("", "."))
        found: bytes | _Fault | None = _fault(entry, name, seen)
        if found is None and entry.kind == _FILE and not _is_apple(name) and wanted(name):
            total += entry.size if entry.size <= limits.member else 0
            if total > limits.total:
                raise refused(shown, f"at most {limits.total:,} bytes of data", "more", "split the archive")
            found = _content(entry, limits)
        if found is not None:
            yield name, found if isinstance(found, bytes) else Problem(f"{shown}!/{_printable(entry.name)}", 0, 0, "", *found)


def _fault(entry: _Entry, name: str, seen: set[bytes]) -> _Fault | None:
    """Say what makes a member unfit to be read, whatever it holds. ``seen`` has hashes, since a million long names would not fit."""
    if unsafe := _unsafe(entry.name):
        return "a relative path with / between its parts", unsafe, "pack the archive again from inside its folder"
    if entry.kind == _FOLDER:
        return None
    if entry.kind != _FILE:
        return "a file or a folder", entry.kind, "put a plain file in its place or leave it out"
    key = sha256(name.encode()).digest()[:16]
    if not name or key in seen:
        return "a name of its own", "the name of an earlier member" if name else "none", "pack the archive again"
    seen.add(key)
    return None


def _unsafe(name: str) -> str | None:
    if len(name) > _NAME:
        return f"one of more than {_NAME:,} characters"
    if name.startswith("/") or (name[1:2] == ":" and name[0].isalpha()):
        return "an absolute path"
    if ".." in name.split("/"):
        return "one with '..'"
    if "\\" in name or "\0" in name:
        return "one with a backslash or NUL"
    return None if name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name) else "one that is not UTF-8"


def _is_apple(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith("._")


def _printable(name: str) -> str:
    """Return a name that cannot move a terminal's cursor or fill its screen."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name[:200])


def _content(entry: _Entry, limits: Limits) -> bytes | _Fault:
    if entry.size > limits.member:
        return f"at most {limits.member:,} bytes", f"{entry.size:,}", "split the file or leave it out"
    data = entry.read()
    return data if data is not None else ("a sound member", "a damaged one", "copy or pack the archive again")


def _too_many(shown: str, limits: Limits) -> InputError:
    return refused(shown, f"at most {limits.entries:,} entries", "more", "split the archive")


def _zip(path: Path, shown: str, limits: Limits) -> Iterator[_Entry]:
    try:
        file = _ZipBytes(path, shown)
    except OSError as error:
        raise unreadable(shown, error) from error
    with file:
        try:
            archive = zipfile.ZipFile(file)
        except _ZIP_ERRORS as error:
            raise refused(shown, "a whole zip archive", "one that is cut off or damaged", "copy or pack the archive again") from error
        infos = archive.infolist()
        if len(infos) > limits.entries:
            raise _too_many(shown, limits)
        shared = _overlapping(infos)
        for info in infos:
            kind = "a file that shares its data with another" if id(info) in shared else _zip_kind(info)
            yield _Entry(info.orig_filename, kind, info.file_size, partial(_zip_read, archive, info))


class _ZipBytes(io.FileIO):
    """A file that gives 4 MiB at most in one read: zipfile takes the whole central directory in one, however long it says it is."""

    def __init__(self, path: Path, shown: str) -> None:
        super().__init__(path)
        self._shown = shown

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _DIRECTORY:
            expected = f"a central directory of at most {_DIRECTORY:,} bytes"
            raise refused(self._shown, expected, f"{size:,}", "split the archive or pack it as .tar.gz")
        return super().read(size)


def _overlapping(infos: list[zipfile.ZipInfo]) -> set[int]:
    """Return the ids of members that begin inside an earlier one, as in D. Fifield's bomb of 46 MB that holds 4.5 PB."""
    end, found = 0, set[int]()
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            found.add(id(info))
        end = max(end, info.header_offset + _LOCAL_HEADER + len(info.orig_filename) + info.compress_size)
    return found


def _zip_kind(info: zipfile.ZipInfo) -> str:
    """``orig_filename`` is the name as written; zipfile cuts ``filename`` at a NUL. bzip2 and LZMA can grow without bound in one read."""
    if info.flag_bits & 0x1:
        return "an encrypted file"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"a file packed with zip method {info.compress_type}"
    kind = _ZIP_KINDS.get(stat.S_IFMT(info.external_attr >> 16), "a special file")
    return _FOLDER if kind == _FILE and info.orig_filename.endswith("/") else kind


def _zip_read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    try:
        with archive.open(info) as file:
            data = b"".join(iter(partial(file.read, CHUNK), b""))
    except _ZIP_ERRORS:
        return None
    return data if len(data) == info.file_size else None


def _tar(path: Path, shown: str, limits: Limits) -> Iterator[_Entry]:
    """POSIX.1-2017, pax, "pax Interchange Format" and "ustar Interchange Format", with GNU's long names and base-256 sizes."""
    stream = _TarBytes(open_stream(path, shown, limit=limits.total), shown)
    extended: dict[bytes, bytes] = {}
    for count in itertools.count():
        header = stream.header()
        if header is None:
            return
        if count == limits.entries:
            raise _too_many(shown, limits)
        if header.type in (b"x", b"X", b"L"):
            extended |= stream.extended(header)
        elif header.type in (b"g", b"K"):
            stream.skip(header.size)
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
    """The decompressed bytes of a tar, read forward only; ``at`` is the place in them."""

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
        """Return what a pax or long-name header says of the member after it."""
        self._budget -= header.size
        if self._budget < 0:
            raise refused(self._shown, f"at most {_EXTENDED:,} bytes of extended headers", "more", "split the archive")
        data = self.take(header.size)
        self.skip(-header.size % _BLOCK)
        try:
            return {b"path": data.partition(b"\0")[0]} if header.type == b"L" else _pax(data)
        except ValueError as error:
            raise self._damaged() from error

    def entry(self, header: _Header, extended: Mapping[bytes, bytes]) -> tuple[_Entry, int]:
        """Return the member and the place where the next header begins."""
        name = extended.get(b"path", header.name).decode("utf-8", "surrogateescape")
        size = int(extended.get(b"size", header.size)) if header.type not in b"123456" else 0
        kind = "a sparse file" if b"GNU.sparse" in extended else _TAR_KINDS.get(header.type, "an entry of unknown type")
        kind = _FOLDER if kind == _FILE and name.endswith("/") else kind
        return _Entry(name, kind, size, partial(self.take, size)), self.at + size + -size % _BLOCK

    def take(self, size: int) -> bytes:
        start, stop = self._start, self._start + size
        if stop <= len(self._chunk):  # nearly always, and a million headers are read
            self._start, self.at = stop, self.at + size
            return self._chunk[start:stop]
        return b"".join(self._chunk[start:stop] for start, stop in self._slices(size))

    def skip(self, size: int) -> None:
        for _ in self._slices(size):
            pass

    def _slices(self, size: int) -> Iterator[tuple[int, int]]:
        """Walk over the next ``size`` bytes: yield the part of each chunk while it is the current one."""
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
        """Read the second block of zeros that ends an archive, and the zeros that fill its last record."""
        rest = itertools.chain((self.take(_BLOCK), self._chunk[self._start :]), self._chunks)
        if any(part != bytes(len(part)) for part in rest):
            raise refused(self._shown, "nothing after the end of the tar archive", "other data", "pack the archive again")

    def _damaged(self) -> InputError:
        return refused(self._shown, f"a tar header before byte {self.at:,}", "other data", "copy or pack the archive again")


def _header(block: bytes) -> _Header:
    """Read a header block; Adler-32's lower half is its sum of bytes and one, modulo 65521, six times as fast as ``sum``."""
    if zlib.adler32(block[:148] + b" " * 8 + block[156:]) & 0xFFFF != (_number(block[148:156]) + 1) % 65521:
        raise ValueError("checksum")
    name = block[:100].partition(b"\0")[0]
    if block[345] and block[257:263] == b"ustar\0":
        name = block[345:500].partition(b"\0")[0] + b"/" + name
    return _Header(name, block[156:157], _number(block[124:136]))


def _number(field: bytes) -> int:
    """Read octal digits, or GNU's base 256.

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
    """Read ``LENGTH KEY=VALUE`` lines for what changes a member: its path, its size, that it is sparse."""
    found, at = dict[bytes, bytes](), 0
    while at < len(data):
        space = data.index(b" ", at, at + 20)
        end = at + int(data[at:space])
        key, _, value = data[space + 1 : end - 1].partition(b"=")
        if end <= space + 1 or data[end - 1 : end] != b"\n" or (key == b"size" and not (value.isdigit() and len(value) <= 20)):
            raise ValueError("pax record")
        if key in (b"path", b"size") or key.startswith(b"GNU.sparse"):
            found[key[:10]] = value
        at = end
    return found
