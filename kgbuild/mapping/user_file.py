"""Read a file that a user wrote for kgbuild (a mapping, settings, a baseline, a catalogue). Errors name file, line and key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from kgbuild.errors import InputError, KgbuildError, permission_todo
from kgbuild.mapping.syntax import Syntax

_T = TypeVar("_T")
#: An element of a path in a msgspec error: a key, an index, or `...` for an unnamed entry of a mapping.
_PART = re.compile(r"[.]([^.\[]+)|\[(\d+|\.\.\.)\]")


class UserFile(NamedTuple):
    """A file: its path, the path shown in errors, its bytes and its language.

    ``failure`` is the type of its errors. ``above`` are the keys that lead to the part that kgbuild reads.
    """

    path: Path
    shown: str
    data: bytes
    syntax: Syntax
    failure: type[KgbuildError]
    above: tuple[str, ...] = ()

    def error(self, keys: Sequence[str], sentence: str, *, at: str = "", named: bool = True) -> KgbuildError:
        """Return the error for the entry at ``keys``. ``at`` is its line if known. Without ``named``, the message leaves out the keys."""
        at = at or str(self.syntax.line_of(self.data, (*self.above, *keys)))
        place = f"{'.'.join(keys)}: " if keys and named else ""
        return self.failure(f"{self.shown}:{at}: {place}{sentence}")

    def text(self) -> str:
        """Return the text without a byte-order mark. Raises an error if the bytes are not UTF-8."""
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = str(self.data.count(b"\n", 0, error.start) + 1)
            byte = f"0x{self.data[error.start]:02x}"
            raise self.error((), f"expected UTF-8, got the byte {byte}; save the file as UTF-8", at=line) from None

    def tree(self, sentence: str) -> Any:
        """Parse the text. Raises an error with ``sentence``, in which `{got}` is replaced by the syntax error."""
        text = self.text()
        try:
            return self.syntax.parse(text)
        except InputError as error:
            raise self.failure("\n".join(str(problem._replace(path=self.shown)) for problem in error.problems)) from None
        except (ValueError, RecursionError) as error:
            fault = self.syntax.fault(text, error)
            raise self.error((), sentence.format(got=fault.got), at=fault.at) from None

    def value(self, tree: Any, shape: type[_T], *, kind: str, todo: str) -> _T:
        """Convert a tree into a value of a type.

        Raises an error for the first entry of another type and for a key that files of this ``kind`` do not have.
        """
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
    """Read the file at a path. Raises an error that names ``what`` was expected if it cannot be read."""
    shown = str(path) if shown is None else shown
    try:
        return UserFile(path, shown, path.read_bytes(), syntax, failure)
    except OSError as error:
        todo = permission_todo(error, "u+r", shown, otherwise)
        raise failure(f"{shown}: expected {what} that can be read, got {error.strerror!r}; {todo}") from None


def _named(tree: Any, keys: Sequence[str], shape: type) -> list[str]:
    """Return the path with each `...` replaced by the key of the first entry that is invalid."""
    tree = holder = deepcopy(tree)
    named: list[str] = []
    for key in keys:
        found: Any = _invalid_key(tree, holder, shape) if key == "..." else int(key) if isinstance(holder, list) else key
        named.append(str(found))
        try:
            holder = holder[found]
        except (KeyError, IndexError, TypeError):  # the path ends at a missing entry or at one of another type
            break
    return named


def _invalid_key(tree: Any, holder: dict[Any, Any], shape: type) -> Any:
    """Reduce a part of the tree to its first entry that is invalid on its own, and return its key. Return `...` if no entry is."""
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
