"""Find the files to read. Inputs are folders (walked in sorted order), archives, single files and standard input (SPEC §2)."""

from __future__ import annotations

import fnmatch
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from kgbuild.errors import UsageError, permission_todo
from kgbuild.options import BASELINE
from kgbuild.readers import ARCHIVES, LINES, READERS

#: Names that never hold records: the folders of a site generator and of a package manager, and kgbuild's settings and baseline.
LEFT_OUT = frozenset(("_site", "node_modules", "kgbuild.toml", BASELINE))
MANIFEST_ENDING = "_manifest.json"
#: The first bytes of every manifest that kgbuild writes. A folder that holds a manifest is an export.
MANIFEST_START = b'{\n  "kgbuild": '
STDIN = "-"
#: Name endings, grouped by the text after their last dot.
_BY_LAST: dict[str, list[str]] = {}
for _ending in (*LINES, *ARCHIVES, *READERS):
    _BY_LAST.setdefault(_ending.rpartition(".")[2], []).append(_ending)


class File(Struct, frozen=True, kw_only=True):
    """A file to read. ``name`` is relative to its input; ``shown`` is the path in messages. Size is in bytes, time in nanoseconds."""

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
    """The files of a run. Iteration walks the inputs and counts, by name ending, the files without a reader in ``passed_over``."""

    def __init__(self, inputs: Sequence[str], rules: Rules, output: Path | None = None) -> None:
        self._inputs, self._rules = tuple(inputs), rules
        self._output = os.path.realpath(output) if output is not None else None
        self._seen: set[str] = set()
        self.passed_over: Counter[str] = Counter()
        self._beside: list[tuple[str, str]] = []

    @property
    def skipped(self) -> list[tuple[str, str]]:
        """The files beside the folders of a registry, by their path in the input, with the reason. Those that are inputs too are not skipped."""
        return [(name, self._rules.outside) for name, real in self._beside if real not in self._seen]

    def __iter__(self) -> Iterator[File]:
        for given in self._inputs:
            if given == STDIN:
                if self._first(STDIN):
                    yield File(name="standard input", shown="standard input", path=STDIN, ending=".jsonl")
            elif os.path.isdir(given):
                if self._first(os.path.realpath(given)):
                    yield from self._walk(given, os.path.realpath(given), "")
            else:
                yield from self._single(given)

    def _first(self, real: str) -> bool:
        if real in self._seen:
            return False
        self._seen.add(real)
        return True

    def _single(self, given: str) -> Iterator[File]:
        if not os.path.exists(given):
            raise UsageError(f"{given}: expected a file or folder of records, got nothing at this path; check the spelling")
        ending = ending_of(given)
        if ending is None or not os.path.isfile(given):
            endings = ", ".join(sorted({*READERS, *LINES, *ARCHIVES}))
            got = repr(Path(given).suffix or Path(given).name) if os.path.isfile(given) else "something that is no file"
            raise UsageError(f"{given}: expected a file whose name ends in one of {endings}, got {got}; rename it or give its folder")
        if self._first(os.path.realpath(given)):
            stat = os.stat(given)
            yield File(
                name=os.path.basename(given), shown=given, path=given, ending=ending,
                size=stat.st_size, mtime_ns=stat.st_mtime_ns, inode=stat.st_ino,
            )  # fmt: skip

    def _walk(self, folder: str, real: str, relative: str) -> Iterator[File]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            todo = permission_todo(error, "u+rx", folder, "leave it out")
            raise UsageError(f"{folder}: expected a readable folder, got {error.strerror}; {todo}") from None
        if any(entry.name.endswith(MANIFEST_ENDING) and _is_manifest(entry.path) for entry in entries):
            return
        narrowed = not relative and bool(_registry_in(folder, self._rules.folders))
        for entry in entries:
            name = relative + entry.name
            if self._rules.leaves_out(name):
                continue
            if narrowed and entry.name not in self._rules.folders:
                self._skip(entry.path)
                continue
            where = os.path.realpath(entry.path) if entry.is_symlink() else f"{real}/{entry.name}"
            if entry.is_dir():
                if where != self._output and self._first(where):
                    yield from self._walk(entry.path, where, f"{name}/")
                continue
            ending = ending_of(entry.name)
            if ending is None or not entry.is_file():
                self.passed_over[Path(entry.name).suffix.lower() or entry.name] += 1
            elif self._first(where):
                stat = entry.stat()
                yield File(
                    name=name, shown=entry.path, path=entry.path, ending=ending,
                    size=stat.st_size, mtime_ns=stat.st_mtime_ns, inode=stat.st_ino,
                )  # fmt: skip

    def _skip(self, path: str) -> None:
        """Note the files of an entry beside the folders of a registry. They are not read."""
        name = os.path.basename(path)
        if not os.path.isdir(path):
            if ending_of(name) is None or not os.path.isfile(path):
                self.passed_over[Path(name).suffix.lower() or name] += 1
            else:
                self._beside.append((name, os.path.realpath(path)))
            return
        inner = Inputs([path], Rules(self._rules.exclude))
        self._beside += [(f"{name}/{file.name}", os.path.realpath(file.path)) for file in inner]
        self.passed_over += inner.passed_over


def _is_manifest(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(MANIFEST_START)) == MANIFEST_START
    except OSError:
        return False
