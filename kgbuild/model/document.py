"""The result of every reader: the tree of one record, and functions that find the position of its values in the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Raw, Struct

from kgbuild.errors import InputError, Problem

#: A tree of dict, list, str and None. The fast parsers also return bool, int and float.
Tree = Any
#: The keys and list indices on the path from the root of a record to a value.
Place = tuple[str | int, ...]
#: A duplicate key: its place and its problem. The tree has the last value.
Doubled = tuple[Place, Problem]
#: The tree of a text, and its duplicate keys.
Parsed = tuple[Tree, Sequence[Doubled]]

_OTHER_BOOLS = (b"True", b"TRUE", b"False", b"FALSE")
#: Integers of YAML 1.2's core schema (§10.3.2) whose text is not the shortest decimal.
_OTHER_INTS = re.compile(rb"(?<![\w.+-])(?:\+\d+|-?0\d+|0x[0-9a-fA-F]+|0o[0-7]+|-0)(?![\w.])")


@lru_cache(maxsize=1)  # called for each number of the same text in a row
def _other_ints(raw: bytes) -> bool:
    return _OTHER_INTS.search(raw) is not None


@lru_cache(maxsize=1)
def _other_bools(raw: bytes) -> bool:
    return any(word in raw for word in _OTHER_BOOLS)


class NotText(Exception):
    """The fast parser lost the text of a scalar. The caller parses the file again, exactly."""


class Document(Struct, kw_only=True):
    """One record as written in its file, before it is interpreted.

    ``raw`` are the bytes from which the tree was parsed; they begin on line ``line`` of the file (from one). ``exact`` is true if every
    scalar is text. ``body`` is the text after the front matter of a page. ``contained`` marks an item of a container. ``top`` is the
    place of the tree below the root of ``raw``. ``text_used`` is set by ``text``, whose result can depend on all of ``raw``. ``literal``
    is true if booleans and integers have only one spelling, as in JSON. ``find`` returns line and column of a place in ``raw``;
    ``near`` does the same faster, or returns None. ``decode`` parses a part of the tree that is still msgspec.Raw. ``doubled`` are the
    duplicate keys of the record, with their places below the root of ``raw``. The first record of a file also has those outside of records.
    """

    tree: Tree
    raw: bytes
    line: int = 1
    exact: bool = False
    body: str = ""
    contained: bool = False
    text_used: bool = False
    literal: bool = False
    top: Place = ()
    find: Callable[[bytes, Place], tuple[int, int]]
    decode: Callable[[bytes], Tree] | None = None
    near: Callable[[bytes, Place, Tree], tuple[int, int] | None] | None = None
    doubled: Sequence[Doubled] = ()

    def text(self, scalar: bool | float) -> str:
        """Return the text of a scalar that the fast parser read as a boolean or a number. Raises NotText if the text is not certain."""
        self.text_used = True
        if isinstance(scalar, bool):
            if self.literal or not _other_bools(self.raw):
                return "true" if scalar else "false"
        elif isinstance(scalar, int) and (self.literal or not _other_ints(self.raw)):
            return str(scalar)
        raise NotText

    def decoded(self, part: Tree) -> Tree:
        """Return a part of the tree, parsed if it is still msgspec.Raw.

        Raises NotText if the part has an error: the exact parser then reports it with its position.
        """
        if not isinstance(part, Raw) or self.decode is None:
            return part
        try:
            return self.decode(bytes(part))
        except InputError:
            raise NotText from None

    def where(self, place: Place) -> tuple[int, int]:
        """Return line and column in the file, from one, of a place of the tree."""
        near = self.near(self.raw, place, self.tree) if self.near is not None and not self.top else None
        line, column = near or self.find(self.raw, self.top + place)
        return self.line + line - 1, column


def show(place: Place) -> str:
    """Format a place for messages.

    >>> show(("products", 3, "id"))
    'products[3].id'
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
