"""A file that a user wrote for kgbuild (a mapping, settings, a baseline, a catalogue): a checked value, or an error with file, line and key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from kgbuild.errors import KgbuildError, permission_todo
from kgbuild.mapping.syntax import Syntax

_T = TypeVar("_T")
#: A part of a path of msgspec's: a key, an index, or `...` for some entry of a mapping.
_PART = re.compile(r"[.]([^.\[]+)|\[(\d+|\.\.\.)\]")


class UserFile(NamedTuple):
    """A file as it stands: its path, that path as the user would write it, its bytes and its language.

    ``failure`` is the type of its errors. ``above`` are the keys that lead to our part of it.
    """

    path: Path
    shown: str
    data: bytes
    syntax: Syntax
    failure: type[KgbuildError]
    above: tuple[str, ...] = ()

    def error(self, keys: Sequence[str], sentence: str, *, at: str = "", named: bool = True) -> KgbuildError:
        """The error of the entry to which keys lead. ``at`` is its line, where that is known; without ``named`` the keys are not told."""
        at = at or str(self.syntax.line_of(self.data, (*self.above, *keys)))
        place = f"{'.'.join(keys)}: " if keys and named else ""
        return self.failure(f"{self.shown}:{at}: {place}{sentence}")

    def text(self) -> str:
        """The text, without a byte-order mark. Raises an error for bytes that are no UTF-8."""
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = str(self.data.count(b"\n", 0, error.start) + 1)
            byte = f"0x{self.data[error.start]:02x}"
            raise self.error((), f"expected UTF-8, got the byte {byte}; save the file as UTF-8", at=line) from None

    def tree(self, sentence: str) -> Any:
        """What the parser makes of the text. Raises an error with a ``sentence`` in which `{got}` stands for what is wrong."""
        text = self.text()
        try:
            return self.syntax.parse(text)
        except (ValueError, RecursionError) as error:
            fault = self.syntax.fault(text, error)
            raise self.error((), sentence.format(got=fault.got), at=fault.at) from None

    def value(self, tree: Any, shape: type[_T], *, kind: str, todo: str) -> _T:
        """A tree as a value of a type. Raises an error for the first entry that has another one, or a key that files of this ``kind`` lack."""
        try:
            return msgspec.convert(tree, shape)
        except msgspec.ValidationError as error:
            message, _, pointer = str(error).partition(" - at `")
            keys = [part[1] or part[2] for part in _PART.finditer(pointer.rstrip("`"))]
            unknown = re.search(r"unknown field `([^`]+)`", message)
            if unknown:
                keys.append(unknown[1])
                message = f"expected a key that {kind} have, got an unknown one"
            keys = _named(tree, keys, shape)
            place = "" if keys else "the file: "
            raise self.error(keys, f"{place}{message[:1].lower()}{message[1:]}; {todo}") from None


def read(
    path: Path, syntax: Syntax, failure: type[KgbuildError], *, what: str, otherwise: str, shown: str | None = None,
) -> UserFile:  # fmt: skip
    """The file at a path. Raises an error that expects ``what`` where it cannot be read."""
    shown = str(path) if shown is None else shown
    try:
        return UserFile(path, shown, path.read_bytes(), syntax, failure)
    except OSError as error:
        todo = permission_todo(error, "u+r", shown, otherwise)
        raise failure(f"{shown}: expected {what} that can be read, got {error.strerror!r}; {todo}") from None


def _named(tree: Any, keys: Sequence[str], shape: type) -> list[str]:
    """A path of keys in which msgspec does not name those of mappings: in their place those of the first entries that are refused."""
    tree = holder = deepcopy(tree)
    named: list[str] = []
    for key in keys:
        found: Any = _guilty(tree, holder, shape) if key == "..." else int(key) if isinstance(holder, list) else key
        named.append(str(found))
        try:
            holder = holder[found]
        except (KeyError, IndexError, TypeError):  # what is missing, or has a shape that was not expected, is the last of them
            break
    return named


def _guilty(tree: Any, holder: dict[Any, Any], shape: type) -> Any:
    """The key of the first entry of a part of the tree that is refused where it is the only one; then it is."""
    entries = dict(holder)
    for key, value in entries.items():
        holder.clear()
        holder[key] = value
        try:
            msgspec.convert(tree, shape)
        except msgspec.ValidationError:
            return key
    holder.update(entries)
    return "..."
