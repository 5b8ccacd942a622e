"""List the members of a zip archive. An archive with a damaged or suspicious directory raises InputError."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from kgbuild.readers.archives.archive import FILE, FOLDER, ArchiveLimits, ArchiveMember, too_many
from kgbuild.readers.archives.compressed import CHUNK, refused, unreadable

_LOCAL_HEADER = 30  # bytes before the name, APPNOTE.TXT §4.3.7
_UTF8, _UNIX = 0x800, 3  # APPNOTE.TXT §4.4.4, bit 11, and §4.4.2
_DIRECTORY = 4 << 20  # bytes of the central directory (about 40,000 members), since zipfile creates the objects of all members at once
_KINDS: Mapping[int, str] = MappingProxyType({0: FILE, stat.S_IFREG: FILE, stat.S_IFDIR: FOLDER, stat.S_IFLNK: "a symbolic link"})
_ERRORS = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError, struct.error, zlib.error)


def entries(path: Path, shown: str, limits: ArchiveLimits) -> Iterator[ArchiveMember]:
    """Yield the members in the order of the central directory. Members that share data with another one have their own ``kind``."""
    try:
        file = _ZipBytes(path, shown)
    except OSError as error:
        raise unreadable(shown, error) from error
    with file:
        try:
            archive = zipfile.ZipFile(file)
        except _ERRORS as error:
            raise refused(shown, "a whole zip archive", "one that is cut off or damaged", "copy or pack the archive again") from error
        infos = archive.infolist()
        if len(infos) > limits.entries:
            raise too_many(shown, limits)
        shared = _overlapping(infos)
        for info in infos:
            kind = "a file that shares its data with another" if id(info) in shared else _kind(info)
            yield ArchiveMember(_name(info), kind, info.file_size, partial(_read, archive, info))


class _ZipBytes(io.FileIO):
    """A file that refuses reads of more than 4 MiB: zipfile reads the whole central directory at once, whatever size is declared."""

    def __init__(self, path: Path, shown: str) -> None:
        super().__init__(path)
        self._shown = shown

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _DIRECTORY:
            expected = f"a central directory of at most {_DIRECTORY:,} bytes"
            raise refused(self._shown, expected, f"{size:,}", "split the archive or pack it as .tar.gz")
        return super().read(size)


def _overlapping(infos: list[zipfile.ZipInfo]) -> set[int]:
    """Return the ids of members that begin inside an earlier one, as in D. Fifield's zip bomb (46 MB that expand to 4.5 PB)."""
    end, found = 0, set[int]()
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            found.add(id(info))
        end = max(end, info.header_offset + _LOCAL_HEADER + len(info.orig_filename) + info.compress_size)
    return found


def _name(info: zipfile.ZipInfo) -> str:
    """Return the name as written: zipfile cuts ``filename`` at a NUL, and zip on Unix writes UTF-8 without setting the flag."""
    if info.flag_bits & _UTF8 or info.create_system != _UNIX:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode()
    except UnicodeError:
        return info.orig_filename


def _kind(info: zipfile.ZipInfo) -> str:
    """Return the kind of a member. bzip2 and LZMA are not supported, because one read can expand without limit."""
    if info.flag_bits & 0x1:
        return "an encrypted file"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"a file packed with zip method {info.compress_type}"
    kind = _KINDS.get(stat.S_IFMT(info.external_attr >> 16), "a special file")
    return FOLDER if kind == FILE and info.orig_filename.endswith("/") else kind


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    try:
        with archive.open(info) as file:
            data = b"".join(iter(partial(file.read, CHUNK), b""))
    except _ERRORS:
        return None
    return data if len(data) == info.file_size else None
