"""Read one settings file and check its values."""

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
from kgbuild.options import Kind, Option, OptionField, cores, settings
from kgbuild.readers.inputs import STDIN

FILE, PROJECT = "kgbuild.toml", "pyproject.toml"
#: The table in PROJECT that kgbuild reads.
TABLE = ("tool", "kgbuild")


class PathIgnore(Struct, frozen=True, kw_only=True):
    """Codes, or prefixes of codes, to ignore in the files that a glob matches.

    The glob matches a file or a folder above it, by its path as shown or by its path relative to ``folder``, the folder of the settings file.
    """

    folder: str
    glob: str
    codes: tuple[str, ...]

    def matches(self, paths: Iterable[str]) -> bool:
        """Return whether the glob matches a file, given by its paths (``paths_of``)."""
        glob = self.glob.removeprefix("./").rstrip("/")
        return any(fnmatchcase(path, glob) or fnmatchcase(path, f"{glob}/*") for path in paths)


def paths_of(path: str, folder: str) -> tuple[str, str]:
    """Return the path of a file as shown, and its path relative to a folder, both with `/`.

    >>> paths_of("./a//b.md", os.path.abspath("a"))
    ('a/b.md', 'b.md')
    """
    return os.path.normpath(path).replace(os.sep, "/"), relative(os.path.abspath(path), folder).replace(os.sep, "/")


class SettingsFile(Struct, frozen=True, kw_only=True):
    """A settings file, the table of its settings, its folder, and the current folder."""

    file: UserFile
    table: Mapping[str, Any]
    folder: str
    here: str

    @property
    def shown(self) -> str:
        """Its path relative to the current folder."""
        return self.file.shown

    def values(self) -> dict[str, Any]:
        """Return the values by the field of their option, as on the command line. Raises UsageError for the first invalid value."""
        known = settings()
        return {known[key].name if key in known else key: self._value(known, key, value) for key, value in self.table.items()}

    def _value(self, known: Mapping[str, OptionField], key: str, value: Any) -> Any:
        try:
            if key in known:
                return _READ[known[key].meaning.kind](self, known[key].meaning, value)
            raise _InvalidValue("a setting of `kgbuild check`", key, todo=_suggestion(key))
        except _InvalidValue as error:
            sentence = f"expected {error.expected}, got {_shown(error.got)}; {error.todo}"
            raise self.file.error((key, *error.keys), sentence, named=key in known) from None

    def inside(self, inputs: Sequence[str]) -> str | None:
        """Return the input that contains the file; None if there is none. Such a file may be a stranger's."""
        folder = os.path.realpath(self.folder)
        for given in inputs:
            real = os.path.realpath(os.path.join(self.here, given))
            if given != STDIN and os.path.commonpath((real, folder)) == real:
                return given
        return None

    def values_for(self, inputs: Sequence[str]) -> dict[str, Any]:
        """Return the values for a run with some inputs.

        A file inside one of them cannot start more processes than there are cores. Raises UsageError if it has a setting that only a file outside
        all inputs can have.
        """
        values = self.values()
        given = self.inside(inputs)
        if given is None:
            return values
        for key, item in settings().items():
            if key in self.table and item.meaning.outside:
                sentence = f"expected this setting on the command line or in a file outside the inputs, got it inside {given}; use --{key}"
                raise self.file.error((key,), sentence)
        return values | ({"jobs": min(values["jobs"], cores())} if "jobs" in values else {})

    def path(self, value: Any) -> str:
        """Convert a path relative to the settings file into a path relative to the current folder."""
        if not isinstance(value, str) or not value.strip():
            raise _InvalidValue("a path", value)
        return relative(os.path.normpath(os.path.join(self.folder, value)), self.here)


def read(path: str, here: str) -> SettingsFile | None:
    """Read the settings file at a path. Return None for a project file without settings of kgbuild.

    Raises UsageError for a file that cannot be read or is not TOML.
    """
    folder = os.path.dirname(os.path.abspath(path))
    file = user_file.read(
        Path(path), TOML, UsageError, what="a settings file", otherwise="ignore it with --isolated", shown=relative(path, here)
    )  # fmt: skip
    project = os.path.basename(path) == PROJECT
    if project and TABLE[-1] not in file.text():
        return None
    tree = file.tree("expected TOML, got invalid TOML ({got}); correct the line")
    if not project:
        return SettingsFile(file=file, table=tree, folder=folder, here=here)
    table = tools.get(TABLE[1]) if isinstance(tools := tree.get(TABLE[0]), dict) else None
    if table is not None and not isinstance(table, dict):
        raise file.error(TABLE, f"expected a table of settings, got {_shown(table)}; correct the entry")
    return None if table is None else SettingsFile(file=file._replace(above=TABLE), table=table, folder=folder, here=here)


def relative(path: str, folder: str) -> str:
    """Return a path relative to a folder, or the path itself if it is on another drive."""
    try:
        return os.path.relpath(path, folder)
    except ValueError:  # on another drive
        return path


class _InvalidValue(Exception):
    """A value that its setting does not allow: what was expected and what was found. ``keys`` lead from the setting to the value."""

    def __init__(self, expected: str, got: Any, keys: Sequence[str] = (), todo: str = "correct the entry") -> None:
        self.expected, self.got, self.keys, self.todo = expected, got, tuple(keys), todo
        super().__init__(expected)


def _texts(expected: str, value: Any, keys: Sequence[str] = ()) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _InvalidValue(expected, value, keys)
    for item in value:
        if not isinstance(item, str) or not item.strip():
            raise _InvalidValue(f"{expected} with no other items", item, keys)
    return tuple(value)


def _codes(value: Any, keys: Sequence[str] = ()) -> tuple[str, ...]:
    from kgbuild import checks

    codes = tuple(code.strip().upper() for code in _texts("a list of rule codes", value, keys))
    known = [rule.code for rule in checks.load_rules()]
    for code in codes:
        if code != "ALL" and not any(rule.startswith(code) for rule in known):
            raise _InvalidValue("a rule's code or a prefix of one", code, keys, todo="`kgbuild rule --all` lists the codes")
    return codes


def _select(_: SettingsFile, meaning: Option, value: Any) -> tuple[str, ...]:
    codes = _codes(value)
    return _not_empty(codes, "at least one rule code") if meaning.required_items else codes


def _inputs(file: SettingsFile, _: Option, value: Any) -> tuple[str, ...]:
    names = _not_empty(_texts("a list of paths", value), "at least one path")
    return tuple(name if name == STDIN else file.path(name) for name in names)


def _not_empty(values: tuple[str, ...], expected: str) -> tuple[str, ...]:
    if not values:
        raise _InvalidValue(expected, [], todo="add one, or leave out the setting")
    return values


def _globs(_: SettingsFile, __: Option, value: Any) -> tuple[str, ...]:
    return _texts("a list of globs", value)


def _flag(_: SettingsFile, __: Option, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _InvalidValue("true or false", value)
    return value


def _count(_: SettingsFile, meaning: Option, value: Any) -> int:
    least = int(meaning.least or 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise _InvalidValue(f"a whole number of at least {least}", value)
    return value


def _choice(_: SettingsFile, meaning: Option, value: Any) -> str:
    choices = meaning.values()
    if value not in choices:
        near = get_close_matches(value, choices, 1) if isinstance(value, str) else []
        todo = f"did you mean {near[0]!r}?" if near else "correct the entry"
        raise _InvalidValue(f"one of {', '.join(choices)}", value, todo=todo)
    return str(value)


def _path(file: SettingsFile, _: Option, value: Any) -> str:
    return file.path(value)


def _ignores(file: SettingsFile, _: Option, value: Any) -> tuple[PathIgnore, ...]:
    if not isinstance(value, dict):
        raise _InvalidValue("a table of globs, each with a list of rule codes", value)
    return tuple(PathIgnore(folder=file.folder, glob=glob, codes=_codes(codes, [glob])) for glob, codes in value.items())


#: The function that checks and reads a value of each kind of option. Options of other kinds cannot be settings.
_READ: Mapping[Kind, Callable[[SettingsFile, Option, Any], Any]] = MappingProxyType(
    {
        "inputs": _inputs, "codes": _select, "choice": _choice, "flag": _flag, "count": _count, "file": _path, "folder": _path,
        "globs": _globs, "codes by glob": _ignores,
    }
)  # fmt: skip


def _suggestion(key: str) -> str:
    """Return what to do about an unknown setting. ``--partial`` is the opposite of ``complete``."""
    known = settings()
    near = ["complete"] if key == "partial" else get_close_matches(key.lower().replace("_", "-"), known, 1)
    return f"did you mean {near[0]!r}?" if near else f"the settings are {', '.join(sorted(known))}"


def _shown(value: Any) -> str:
    """Format a TOML value for an error message.

    >>> [_shown(value) for value in (True, 3, "x", [1], [], {})]
    ['true', '3', "'x'", 'a list', 'an empty list', 'a table']
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return "a table" if isinstance(value, dict) else "a list" if value else "an empty list"
    return repr(value) if isinstance(value, str) else str(value)
