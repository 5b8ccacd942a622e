"""One settings file in, checked values out: TOML, every setting of its own kind, and the line of what is wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from kgbuild.errors import UsageError, permission_todo
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
    """A settings file as it stands: its path as shown, its text, its settings, the keys above them, its folder, and the current folder."""

    shown: str
    text: str
    table: Mapping[str, Any]
    above: tuple[str, ...]
    folder: str
    here: str

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
            keys = (key, *wrong.keys)
            name = f"{'.'.join(keys)}: " if key in known else ""
            where = f"{self.shown}:{_line(self.text, (*self.above, *keys))}"
            raise UsageError(f"{where}: {name}expected {wrong.expected}, got {_said(wrong.got)}; {wrong.todo}") from None

    def path(self, value: Any) -> str:
        """A path that is relative to the file, told from the current folder."""
        if not isinstance(value, str) or not value.strip():
            raise _Wrong("a path", value)
        return relative(os.path.normpath(os.path.join(self.folder, value)), self.here)


def read(path: str, here: str) -> SettingsFile | None:
    """The settings file at a path, None for another tool's project file.

    Raises UsageError for a file that cannot be read, or is no TOML.
    """
    import tomllib

    shown, folder = relative(path, here), os.path.dirname(os.path.abspath(path))
    text = _text(path, shown)
    project = os.path.basename(path) == PROJECT
    if project and TABLE[-1] not in text:
        return None
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(_no_toml(shown, text, str(error))) from None
    if not project:
        return SettingsFile(shown=shown, text=text, table=tree, above=(), folder=folder, here=here)
    table = tools.get(TABLE[1]) if isinstance(tools := tree.get(TABLE[0]), dict) else None
    if table is not None and not isinstance(table, dict):
        name = ".".join(TABLE)
        raise UsageError(f"{shown}:{_line(text, TABLE)}: {name}: expected a table of settings, got {_said(table)}; correct the entry")
    return None if table is None else SettingsFile(shown=shown, text=text, table=table, above=TABLE, folder=folder, here=here)


def relative(path: str, folder: str) -> str:
    """A path as seen from a folder."""
    try:
        return os.path.relpath(path, folder)
    except ValueError:  # it is on another drive
        return path


def _text(path: str, shown: str) -> str:
    data = b""
    try:
        with open(path, "rb") as file:
            data = file.read()
        return data.decode("utf-8-sig")
    except OSError as error:
        todo = permission_todo(error, "u+r", shown, "leave it unread with --isolated")
        raise UsageError(f"{shown}: expected a settings file that can be read, got {error.strerror!r}; {todo}") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{shown}:{line}: expected UTF-8, got the byte 0x{data[error.start]:02x}; save the file as UTF-8") from None


def _no_toml(shown: str, text: str, message: str) -> str:
    what, _, where = message.rpartition(" (at ")
    numbers = re.findall(r"\d+", where) or [str(len(text.splitlines()))]  # it says line and column, or "end of document"
    return f"{shown}:{':'.join(numbers)}: expected TOML, got text that is none ({what[:1].lower()}{what[1:]}); correct the line"


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
            raise _Wrong("a rule's code or the beginning of one", code, keys, todo="`kgbuild rule --all` lists them")
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


_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
#: The beginning of a line that opens a table or an entry (TOML 1.0.0, "Keys" and "Table").
_OPENING = re.compile(rf"\s*(\[\[?)?\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*(=|\]\]?)")


def _line(text: str, keys: Sequence[str]) -> int:
    """The line (from one) of the entry that keys lead to, or of the last part of the way that is found; tomllib does not tell it.

    >>> _line('[tool.kgbuild]\\njobs = 2\\n[tool.kgbuild.per-path-ignores]\\n"old/*" = 3', ["tool", "kgbuild", "per-path-ignores", "old/*"])
    4
    """
    found, deepest = 1, 0
    table: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        match = _OPENING.match(line)
        if match is None or bool(match[1]) != match[3].startswith("]"):
            continue
        where = [part.strip("\"'") for part in re.findall(_KEY, match[2])]
        if match[1]:
            table = where
        else:
            where = [*table, *where]
        if len(where) > deepest and where == list(keys[: len(where)]):
            found, deepest = number, len(where)
    return found
