"""One settings file in, checked values out: every setting of its own kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from kgbuild.errors import UsageError
from kgbuild.mapping import user_file
from kgbuild.mapping.syntax import TOML
from kgbuild.mapping.user_file import UserFile
from kgbuild.options import Kind, Option, OptionField, settings
from kgbuild.readers.inputs import STDIN

FILE, PROJECT = "kgbuild.toml", "pyproject.toml"
#: The table of PROJECT that is ours.
TABLE = ("tool", "kgbuild")


class PathIgnore(Struct, frozen=True, kw_only=True):
    """Codes, or beginnings of codes, that stay quiet in the files that a glob names.

    It names a file, or a folder above it, by its path as shown or by its path below ``folder``, that of the settings file.
    """

    folder: str
    glob: str
    codes: tuple[str, ...]

    def names(self, paths: Iterable[str]) -> bool:
        """Whether the glob names a file, given by its paths (``paths_of``)."""
        glob = self.glob.removeprefix("./").rstrip("/")
        return any(fnmatchcase(path, glob) or fnmatchcase(path, f"{glob}/*") for path in paths)


def paths_of(path: str, folder: str) -> tuple[str, str]:
    """The path of a file as shown, and the one that leads to it from a folder, both with `/`.

    >>> paths_of("./a//b.md", os.path.abspath("a"))
    ('a/b.md', 'b.md')
    """
    return os.path.normpath(path).replace(os.sep, "/"), relative(os.path.abspath(path), folder).replace(os.sep, "/")


class SettingsFile(Struct, frozen=True, kw_only=True):
    """A settings file, the settings in it, its folder, and the current folder."""

    file: UserFile
    table: Mapping[str, Any]
    folder: str
    here: str

    @property
    def shown(self) -> str:
        """Its path from the current folder."""
        return self.file.shown

    def values(self) -> dict[str, Any]:
        """Field of an option -> its value, as the command line would give it. Raises UsageError for the first that is wrong."""
        known = settings()
        return {known[key].name if key in known else key: self._value(known, key, value) for key, value in self.table.items()}

    def _value(self, known: Mapping[str, OptionField], key: str, value: Any) -> Any:
        try:
            if key in known:
                return _READ[known[key].meaning.kind](self, known[key].meaning, value)
            raise _Wrong("a setting of `kgbuild check`", key, todo=_nearest(key))
        except _Wrong as wrong:
            sentence = f"expected {wrong.expected}, got {_said(wrong.got)}; {wrong.todo}"
            raise self.file.error((key, *wrong.keys), sentence, named=key in known) from None

    def path(self, value: Any) -> str:
        """A path that is relative to the file, told from the current folder."""
        if not isinstance(value, str) or not value.strip():
            raise _Wrong("a path", value)
        return relative(os.path.normpath(os.path.join(self.folder, value)), self.here)


def read(path: str, here: str) -> SettingsFile | None:
    """The settings file at a path, None for another tool's project file.

    Raises UsageError for a file that cannot be read, or is no TOML.
    """
    folder = os.path.dirname(os.path.abspath(path))
    file = user_file.read(
        Path(path), TOML, UsageError, what="a settings file", otherwise="leave it unread with --isolated", shown=relative(path, here)
    )  # fmt: skip
    project = os.path.basename(path) == PROJECT
    if project and TABLE[-1] not in file.text():
        return None
    tree = file.tree("expected TOML, got text that is none ({got}); correct the line")
    if not project:
        return SettingsFile(file=file, table=tree, folder=folder, here=here)
    table = tools.get(TABLE[1]) if isinstance(tools := tree.get(TABLE[0]), dict) else None
    if table is not None and not isinstance(table, dict):
        raise file.error(TABLE, f"expected a table of settings, got {_said(table)}; correct the entry")
    return None if table is None else SettingsFile(file=file._replace(above=TABLE), table=table, folder=folder, here=here)


def relative(path: str, folder: str) -> str:
    """A path as seen from a folder."""
    try:
        return os.path.relpath(path, folder)
    except ValueError:  # it is on another drive
        return path


class _Wrong(Exception):
    """A value that is none of its kind: what was expected and what there is; ``keys`` lead to it from its setting."""

    def __init__(self, expected: str, got: Any, keys: Sequence[str] = (), todo: str = "correct the entry") -> None:
        self.expected, self.got, self.keys, self.todo = expected, got, tuple(keys), todo
        super().__init__(expected)


def _texts(expected: str, value: Any, keys: Sequence[str] = ()) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _Wrong(expected, value, keys)
    for item in value:
        if not isinstance(item, str) or not item.strip():
            raise _Wrong(f"{expected}, and nothing else in it", item, keys)
    return tuple(value)


def _codes(value: Any, keys: Sequence[str] = ()) -> tuple[str, ...]:
    from kgbuild import checks

    codes = tuple(code.strip().upper() for code in _texts("a list of rule codes", value, keys))
    known = [rule.code for rule in checks.load_rules()]
    for code in codes:
        if code != "ALL" and not any(rule.startswith(code) for rule in known):
            raise _Wrong("a rule's code or a prefix of one", code, keys, todo="`kgbuild rule --all` lists the codes")
    return codes


def _select(_: SettingsFile, meaning: Option, value: Any) -> tuple[str, ...]:
    codes = _codes(value)
    return _some(codes, "at least one rule code") if meaning.required_items else codes


def _inputs(file: SettingsFile, _: Option, value: Any) -> tuple[str, ...]:
    names = _some(_texts("a list of paths", value), "at least one path")
    return tuple(name if name == STDIN else file.path(name) for name in names)


def _some(values: tuple[str, ...], expected: str) -> tuple[str, ...]:
    if not values:
        raise _Wrong(expected, [], todo="name one, or leave the setting out")
    return values


def _globs(_: SettingsFile, __: Option, value: Any) -> tuple[str, ...]:
    return _texts("a list of globs", value)


def _flag(_: SettingsFile, __: Option, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("true or false", value)
    return value


def _count(_: SettingsFile, meaning: Option, value: Any) -> int:
    least = int(meaning.least or 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise _Wrong(f"a whole number from {least} upwards", value)
    return value


def _choice(_: SettingsFile, meaning: Option, value: Any) -> str:
    choices = meaning.values()
    if value not in choices:
        near = get_close_matches(value, choices, 1) if isinstance(value, str) else []
        todo = f"the nearest is {near[0]!r}" if near else "correct the entry"
        raise _Wrong(f"one of {', '.join(choices)}", value, todo=todo)
    return str(value)


def _path(file: SettingsFile, _: Option, value: Any) -> str:
    return file.path(value)


def _ignores(file: SettingsFile, _: Option, value: Any) -> tuple[PathIgnore, ...]:
    if not isinstance(value, dict):
        raise _Wrong("a table of globs, each with a list of rule codes", value)
    return tuple(PathIgnore(folder=file.folder, glob=glob, codes=_codes(codes, [glob])) for glob, codes in value.items())


#: How a value of each kind of option is checked and read. An option of another kind can be no setting.
_READ: Mapping[Kind, Callable[[SettingsFile, Option, Any], Any]] = MappingProxyType(
    {
        "inputs": _inputs, "codes": _select, "choice": _choice, "flag": _flag, "count": _count, "file": _path, "folder": _path,
        "globs": _globs, "codes by glob": _ignores,
    }
)  # fmt: skip


def _nearest(key: str) -> str:
    """What to do about a setting that there is not; ``--partial`` says the contrary of ``complete``."""
    known = settings()
    near = ["complete"] if key == "partial" else get_close_matches(key.lower().replace("_", "-"), known, 1)
    return f"the nearest is {near[0]!r}" if near else f"there are {', '.join(sorted(known))}"


def _said(value: Any) -> str:
    """A TOML value in an error sentence.

    >>> [_said(value) for value in (True, 3, "x", [1], [], {})]
    ['true', '3', "'x'", 'a list', 'an empty list', 'a table']
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return "a table" if isinstance(value, dict) else "a list" if value else "an empty list"
    return repr(value) if isinstance(value, str) else str(value)
