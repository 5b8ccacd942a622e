"""What every reader gives: the tree of one record as it stands in the file, and how to find a place of it again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Raw, Struct

from kgbuild.errors import InputError, Problem

#: A tree of dict, list, str and None; from a fast parse also bool, int and float where the file has plain scalars.
Tree = Any
#: Keys and list indices that lead from the top of a record to one of its places.
Place = tuple[str | int, ...]
#: A key that is said again: its place, and the problem that it is. The tree has the last value.
Doubled = tuple[Place, Problem]
#: What a text was parsed to, with the keys of it that are said twice.
Parsed = tuple[Tree, Sequence[Doubled]]

_OTHER_BOOLS = (b"True", b"TRUE", b"False", b"FALSE")
#: Integers of YAML 1.2's core schema (§10.3.2) whose text is not the shortest decimal.
_OTHER_INTS = re.compile(rb"(?<![\w.+-])(?:\+\d+|-?0\d+|0x[0-9a-fA-F]+|0o[0-7]+|-0)(?![\w.])")


@lru_cache(maxsize=1)  # asked for each number of one text after another
def _other_ints(raw: bytes) -> bool:
    return _OTHER_INTS.search(raw) is not None


@lru_cache(maxsize=1)
def _other_bools(raw: bytes) -> bool:
    return any(word in raw for word in _OTHER_BOOLS)


class NotText(Exception):
    """A fast parse lost the text of a scalar where text is meant: the file is read again, exactly."""


class Document(Struct, kw_only=True):
    """One record as it stands, before anything is known of it.

    ``raw`` are the bytes that the tree was parsed from and ``line`` the line of the file on which they begin (from one). ``exact``
    says that every scalar is text. ``body`` is what follows the front matter of a page. ``top`` leads from the root of ``raw`` to the tree.
    ``asked`` is set when a text was taken from ``raw`` instead of the tree; ``literal`` says that booleans and integers have one
    spelling, as in JSON. ``decode`` parses a part of the tree that was left as msgspec.Raw. ``doubled`` are the keys of the record (of a
    file's first record also those that are in none) that are said twice, with their places from the root of ``raw``.
    """

    tree: Tree
    raw: bytes
    line: int = 1
    exact: bool = False
    body: str = ""
    contained: bool = False
    asked: bool = False
    literal: bool = False
    top: Place = ()
    find: Callable[[bytes, Place], tuple[int, int]]
    decode: Callable[[bytes], Tree] | None = None
    near: Callable[[bytes, Place, Tree], tuple[int, int] | None] | None = None
    doubled: Sequence[Doubled] = ()

    def text(self, scalar: bool | float) -> str:
        """The text of a scalar that the fast parse took for a boolean or a number. Raises NotText where the tree does not tell."""
        self.asked = True
        if isinstance(scalar, bool):
            if self.literal or not _other_bools(self.raw):
                return "true" if scalar else "false"
        elif isinstance(scalar, int) and (self.literal or not _other_ints(self.raw)):
            return str(scalar)
        raise NotText

    def decoded(self, part: Tree) -> Tree:
        """A part of the tree, parsed if it was not. What is wrong with it is said by the exact parse, which knows where it is: NotText."""
        if not isinstance(part, Raw) or self.decode is None:
            return part
        try:
            return self.decode(bytes(part))
        except InputError:
            raise NotText from None

    def where(self, place: Place) -> tuple[int, int]:
        """Line and column in the file of a place of the tree."""
        near = self.near(self.raw, place, self.tree) if self.near is not None and not self.top else None
        line, column = near or self.find(self.raw, self.top + place)
        return self.line + line - 1, column


def show(place: Place) -> str:
    """A place as users read it.

    >>> show(("products", 3, "id"))
    'products[3].id'
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
