"""Find the files to read. Inputs are folders (walked in sorted order), archives, single files and standard input (SPEC §2)."""

from __future__ import annotations

import fnmatch
import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from kgbuild.errors import Problem, UsageError, as_text
from kgbuild.options import BASELINE
from kgbuild.readers import ARCHIVES, LINES, READERS, entries

#: Names that never hold records: the folders of a site generator and of a package manager, and kgbuild's settings and baseline.
LEFT_OUT = frozenset(("_site", "node_modules", "kgbuild.toml", BASELINE))
MANIFEST_ENDING = "_manifest.json"
#: The first bytes of every manifest that kgbuild writes. A folder that holds a manifest is an export.
MANIFEST_START = b'{\n  "kgbuild": '
STDIN = "-"
#: Its name in messages.
STDIN_SHOWN = "standard input"
#: Name endings, grouped by the text after their last dot.
_BY_LAST: dict[str, list[str]] = {}
for _ending in (*LINES, *ARCHIVES, *READERS):
    _BY_LAST.setdefault(_ending.rpartition(".")[2], []).append(_ending)


class File(Struct, frozen=True, kw_only=True):
    """A file to read. Size is in bytes, time in nanoseconds.

    ``name`` is relative to its input and text that UTF-8 can hold (``as_text``). ``path`` is the path for the system, and ``shown`` the path that
    messages show (``visible``); both may have bytes that are not UTF-8.
    """

    name: str
    shown: str
    path: str
    ending: str
    size: int = 0
    mtime_ns: int = 0
    inode: int = 0

    @property
    def stamp(self) -> tuple[int, int, int]:
        """Return size, time and inode, one of which changes when the file does."""
        return self.size, self.mtime_ns, self.inode


def ending_of(name: str) -> str | None:
    """Return the name ending that selects the reader of a file, or None if no reader has it.

    >>> ending_of("a/b.JSONL.gz"), ending_of("x.tar.zst"), ending_of("x.txt")
    ('.jsonl.gz', '.tar.zst', None)
    """
    lower = name.lower()
    for ending in _BY_LAST.get(lower.rpartition(".")[2], ()):
        if lower.endswith(ending):
            return ending
    return None


def read_for(inputs: Sequence[str], folders: Sequence[str]) -> tuple[str, ...]:
    """Return what is read for each input: the ``folders`` of a registry if all of them stand directly in it, otherwise the input itself."""
    return tuple(path for given in inputs for path in _registry_in(given, folders) or (given,))


def _registry_in(given: str, folders: Sequence[str]) -> tuple[str, ...]:
    paths = tuple(os.path.join(given, name) for name in folders)
    return paths if given != STDIN and all(map(os.path.isdir, paths)) else ()


class Rules:
    """The names that are left out below an input: hidden names, LEFT_OUT, and the patterns of ``--exclude`` (for paths or names).

    ``folders`` are those of a registry. Where all of them stand directly in an input, everything else in it is left out and listed as skipped.
    """

    def __init__(self, exclude: Sequence[str] = (), folders: Sequence[str] = ()) -> None:
        self.exclude = tuple(glob.rstrip("/") for glob in exclude)
        self.folders = tuple(folders)

    @property
    def outside(self) -> str:
        """The reason why a file beside the folders of a registry is skipped."""
        return f"outside {' and '.join(f'{name}/' for name in self.folders)}"

    def leaves_out(self, relative: str) -> bool:
        """Return whether a file or folder is left out, given its path below the input."""
        name = relative.rpartition("/")[2]
        if name.startswith(".") or name in LEFT_OUT:
            return True
        return any(fnmatch.fnmatchcase(relative, glob) or fnmatch.fnmatchcase(name, glob) for glob in self.exclude)

    def leaves_out_member(self, relative: str) -> bool:
        """Return whether a member of an archive, or any folder on its path, is left out."""
        parts = relative.split("/")
        return any(self.leaves_out("/".join(parts[: n + 1])) for n in range(len(parts)))


class Inputs:
    """The files of a run. Iteration walks the inputs.

    ``problems`` are the entries that cannot be read, each with its name in its input. ``passed_over`` counts the files without a reader by the
    ending of their names, and special files by what they are. A link inside an input that leads out of all inputs is a problem, unless links are to
    be followed, or lead to one of the ``named`` files: a link in the records of others must not choose which files of this machine are read.
    """

    def __init__(
        self, inputs: Sequence[str], rules: Rules, output: Path | None = None, named: Sequence[str] = (), *, follow_links: bool = False
    ) -> None:
        self._inputs, self._rules, self._follow, self._named = tuple(inputs), rules, follow_links, tuple(named)
        self._output = os.path.realpath(output) if output is not None else None
        self._seen: set[str] = set()
        self.passed_over: Counter[str] = Counter()
        self.problems: list[tuple[str, Problem]] = []
        self._beside: list[tuple[str, str]] = []

    @property
    def skipped(self) -> list[tuple[str, str]]:
        """The files beside the folders of a registry, by their path in the input, with the reason. Those that are inputs too are not skipped."""
        return [(name, self._rules.outside) for name, real in self._beside if real not in self._seen]

    def __iter__(self) -> Iterator[File]:
        for given in self._inputs:
            if given == STDIN:
                if self._first(STDIN):
                    yield File(name=STDIN_SHOWN, shown=STDIN_SHOWN, path=STDIN, ending=".jsonl")
            elif os.path.isdir(given):
                if self._first(os.path.realpath(given)):
                    yield from self._walk(given, os.path.realpath(given))
            else:
                yield from self._single(given)

    @cached_property
    def _roots(self) -> tuple[str, ...]:
        return tuple(os.path.realpath(given) for given in (*self._inputs, *self._named) if given != STDIN)

    def _first(self, real: str) -> bool:
        if real in self._seen:
            return False
        self._seen.add(real)
        return True

    def _single(self, given: str) -> Iterator[File]:
        found, ending = entries.stat_of_input(given), ending_of(given)
        if ending is None or not stat.S_ISREG(found.st_mode):
            endings = ", ".join(sorted({*READERS, *LINES, *ARCHIVES}))
            got = f"{Path(given).suffix or Path(given).name!r}; rename it or give its folder"
            if not stat.S_ISREG(found.st_mode):
                got = f"a {entries.kind_of(found.st_mode)}; save its records to a file, or give - and send them to standard input"
            raise UsageError(f"{given}: expected a file whose name ends in one of {endings}, got {got}")
        if self._first(os.path.realpath(given)):
            yield _file(as_text(os.path.basename(given)), given, ending, found)

    def _walk(self, given: str, real: str) -> Iterator[File]:
        """Yield the files below a folder in sorted order. Folders that are being read wait on a stack, however deep they are."""
        stack = [self._level(given, real, "", given)]
        while stack:
            found = next(stack[-1], None)
            if found is None:
                stack.pop()
            elif isinstance(found, File):
                yield found
            else:
                stack.append(self._level(found.path, found.real, found.relative, given))

    def _level(self, folder: str, real: str, relative: str, given: str) -> Iterator[File | _Folder]:
        """Yield the files and folders of one folder."""
        try:
            listed = entries.again(lambda: entries.listing(folder))
        except OSError as error:
            fault = entries.vanished() if isinstance(error, FileNotFoundError) else entries.unreadable(folder, error, folder=True)
            self._report(relative.removesuffix("/") or os.path.basename(given), folder, fault)
            return
        if any(entry.name.endswith(MANIFEST_ENDING) and entries.begins(entry, MANIFEST_START) for entry in listed):
            return
        narrowed = not relative and bool(_registry_in(folder, self._rules.folders))
        for entry in listed:
            name = relative + entry.name
            if self._rules.leaves_out(name):
                continue
            if narrowed and entry.name not in self._rules.folders:
                self._skip(entry.path)
                continue
            try:
                found = self._linked(entry, name, real) if entry.is_symlink() else self._entry(entry, name, real)
            except FileNotFoundError:
                found = entries.vanished()
            except OSError as error:
                found = entries.unreadable(entry.path, error)
            if isinstance(found, _Folder):
                yield found._replace(relative=f"{name}/")
            elif isinstance(found, File):
                yield found
            elif found is not None and _may_hold_records(entry.name, found):
                self._report(name, entry.path, found)
            elif found is not None:
                self.passed_over[found.kind] += 1

    def _entry(self, entry: os.DirEntry[str], name: str, real: str) -> File | _Folder | entries.Fault | None:
        """Return an entry that is no link, None if it is not to be read, or its fault."""
        where = f"{real}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            return self._folder(entry.path, where)
        if entry.is_file(follow_symlinks=False) and ending_of(entry.name) is None:
            return self._pass_over(entry.name)
        return self._file(entry.path, name, where, entries.again(lambda: os.lstat(entry.path)))

    def _linked(self, entry: os.DirEntry[str], name: str, real: str) -> File | _Folder | entries.Fault | None:
        """Return what a link leads to, None if that is not to be read, or the fault of the link."""
        try:
            where = entries.again(lambda: os.path.realpath(entry.path, strict=True))
            found = os.stat(where)
        except OSError as error:
            return entries.broken_link(entry.path, error)
        if stat.S_ISREG(found.st_mode) and ending_of(entry.name) is None:
            return self._pass_over(entry.name)
        if not self._follow and not any(_is_in(where, root) for root in self._roots):
            return entries.leads_out(entry.path)
        if stat.S_ISDIR(found.st_mode):
            return entries.circle(entry.path) if _is_in(real, where) else self._folder(entry.path, where)
        return self._file(entry.path, name, where, found)

    def _folder(self, path: str, where: str) -> _Folder | None:
        return _Folder(path, where) if where != self._output and self._first(where) else None

    def _file(self, path: str, name: str, where: str, found: os.stat_result) -> File | entries.Fault | None:
        if not stat.S_ISREG(found.st_mode):
            return entries.special(found.st_mode)
        ending = ending_of(name)
        return _file(as_text(name), path, ending, found) if ending is not None and self._first(where) else None

    def _pass_over(self, name: str) -> File | None:
        self.passed_over[as_text(Path(name).suffix.lower() or name)] += 1
        return None

    def _report(self, name: str, path: str, fault: entries.Fault) -> None:
        self.problems.append((as_text(name), Problem(path, 0, 0, "", fault.expected, fault.got, fault.todo)))

    def _skip(self, path: str) -> None:
        """Note the files of an entry beside the folders of a registry. They are not read."""
        name = os.path.basename(path)
        if not os.path.isdir(path):
            if ending_of(name) is None or not os.path.isfile(path):
                self._pass_over(name)
            else:
                self._beside.append((as_text(name), os.path.realpath(path)))
            return
        if os.path.islink(path):  # it may lead to everything on this machine
            self.passed_over["link"] += 1
            return
        inner = Inputs([path], Rules(self._rules.exclude))
        self._beside += [(f"{as_text(name)}/{file.name}", os.path.realpath(file.path)) for file in inner]
        self.passed_over += inner.passed_over


class _Folder(NamedTuple):
    """A folder to walk: its path, its real path, and its path below the input with a slash at the end."""

    path: str
    real: str
    relative: str = ""


def _file(name: str, path: str, ending: str, found: os.stat_result) -> File:
    return File(
        name=name, shown=path, path=path, ending=ending, size=found.st_size, mtime_ns=found.st_mtime_ns, inode=found.st_ino
    )  # fmt: skip


def found_again(file: File) -> File:
    """Return a file with its present stamp; as it was if no file is there."""
    try:
        found = os.stat(file.path)
    except OSError:
        return file
    return _file(file.name, file.path, file.ending, found) if stat.S_ISREG(found.st_mode) else file


def _may_hold_records(name: str, fault: entries.Fault) -> bool:
    """Return whether records may be lost with an entry: by its name, or because it leads to a folder, for all that can be known."""
    return ending_of(name) is not None or ("link" in fault.kind and "." not in name) or fault.kind in ("folder", "link")


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
