"""Read an archive without unpacking it: yield the names and bytes of the requested members. InputError lists all bad members."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol, cast

from kgbuild.errors import InputError, Problem, as_text
from kgbuild.readers.archives.compressed import refused

#: The module whose ``entries`` function lists the members of archives with each name ending.
LISTERS: Mapping[str, str] = MappingProxyType(
    {
        ".tar": "kgbuild.readers.archives.tar",
        ".tar.gz": "kgbuild.readers.archives.tar",
        ".tgz": "kgbuild.readers.archives.tar",
        ".tar.zst": "kgbuild.readers.archives.tar",
        ".zip": "kgbuild.readers.archives.zipped",
    }
)
ENDINGS: tuple[str, ...] = tuple(LISTERS)
FILE, FOLDER = "a file", "a folder"
_MAX_PROBLEMS, _MAX_NAME, _SHOWN = 1_000, 4_096, 200  # problems of one archive, characters of a name, and of one in a message
_Fault = tuple[str, str, str]  # expected, got, what to do


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """The limits of one archive: bytes of a requested member, decompressed bytes of all members, number of entries (in a tar: headers)."""

    member: int = 64 << 20
    total: int = 512 << 20
    entries: int = 300_000


DEFAULT = ArchiveLimits()


class ArchiveMember(NamedTuple):
    """A member as listed. ``kind`` is its name for users, ``size`` the size in its header. ``read`` returns None for a damaged member."""

    name: str
    kind: str
    size: int
    read: Callable[[], bytes | None]


class _Lister(Protocol):
    """A function that yields the members in archive order. It raises InputError if the archive cannot be read or has too many members."""

    def __call__(self, path: Path, shown: str, limits: ArchiveLimits) -> Iterator[ArchiveMember]: ...


def is_archive(name: str) -> bool:
    """Return whether a name has the ending of an archive.

    >>> is_archive("registry.tar.gz"), is_archive("records.jsonl.gz")
    (True, False)
    """
    return name.lower().endswith(ENDINGS)


def members(path: Path, shown: str, requested: Callable[[str], bool], *, limits: ArchiveLimits = DEFAULT) -> Iterator[tuple[str, bytes]]:
    """Yield name (POSIX, relative, ``as_text``) and bytes of each requested file in archive order. Folders, ``._name`` and ``__MACOSX/`` are skipped.

    Raises InputError at the end with all members that are unsafe, damaged, too large or duplicates. After the first bad member nothing
    more is yielded.
    """
    problems: list[Problem] = []
    try:
        for name, found in _checked(path, shown, requested, limits):
            if isinstance(found, Problem):
                problems.append(found)
            elif not problems:
                yield name, found
            if len(problems) == _MAX_PROBLEMS:
                raise refused(shown, f"fewer than {_MAX_PROBLEMS:,} bad members", "as many or more", "pack the archive again")
    except InputError as error:
        problems.extend(error.problems)
    if problems:
        raise InputError(problems)


def _lister(name: str) -> _Lister:
    module = next(module for ending, module in LISTERS.items() if name.lower().endswith(ending))
    return cast("_Lister", import_module(module).entries)


def _checked(path: Path, shown: str, requested: Callable[[str], bool], limits: ArchiveLimits) -> Iterator[tuple[str, bytes | Problem]]:
    total, seen = 0, set[bytes]()
    for entry in _lister(path.name)(path, shown, limits):
        name = as_text(_normalised(entry.name))
        found: bytes | _Fault | None = _fault(entry, name, seen)
        if found is None and entry.kind == FILE and not _is_apple(name) and requested(name):
            total += entry.size if entry.size <= limits.member else 0
            if total > limits.total:
                raise refused(shown, f"at most {limits.total:,} bytes of data", "more", "split the archive")
            found = _content(entry, limits)
        if found is not None:
            yield name, found if isinstance(found, bytes) else Problem(f"{shown}!/{as_text(entry.name[:_SHOWN])}", 0, 0, "", *found)


def _fault(entry: ArchiveMember, name: str, seen: set[bytes]) -> _Fault | None:
    """Return why a member must not be read, if its header shows it. ``seen`` holds hashes, since a million long names need too much memory."""
    if unsafe := _unsafe(entry.name):
        return "a relative path with / between its parts", unsafe, "pack the archive again from inside its folder"
    if entry.kind == FOLDER:
        return None
    if entry.kind != FILE:
        return "a file or a folder", entry.kind, "replace it with a regular file, or leave it out"
    key = sha256(name.encode()).digest()[:16]
    if not name or key in seen:
        return "a name of its own", "the name of an earlier member" if name else "none", "pack the archive again"
    seen.add(key)
    return None


def _normalised(name: str) -> str:
    """Remove empty parts and ``.`` from a path. (The loop is faster than ``split`` for 300,000 names that consist of slashes.)

    >>> _normalised("./seeds//./goa.md/")
    'seeds/goa.md'
    """
    for empty in ("//", "/./"):
        while empty in name:
            name = name.replace(empty, "/")
    return "/".join([part for part in name.split("/") if part and part != "."])


def _unsafe(name: str) -> str | None:
    if len(name) > _MAX_NAME:
        return f"one of more than {_MAX_NAME:,} characters"
    if name.startswith("/") or (name[1:2] == ":" and name[0].isalpha()):
        return "an absolute path"
    if ".." in name and ".." in name.split("/"):
        return "one with '..'"
    if "\\" in name or "\0" in name:
        return "one with a backslash or NUL"
    return None


def _is_apple(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith("._")


def _content(entry: ArchiveMember, limits: ArchiveLimits) -> bytes | _Fault:
    if entry.size > limits.member:
        return f"at most {limits.member:,} bytes", f"{entry.size:,}", "split the file or leave it out"
    data = entry.read()
    return data if data is not None else ("a sound member", "a damaged one", "copy or pack the archive again")


def too_many(shown: str, limits: ArchiveLimits) -> InputError:
    """Return the error for an archive with more entries than the limit."""
    return refused(shown, f"at most {limits.entries:,} entries", "more", "split the archive")
