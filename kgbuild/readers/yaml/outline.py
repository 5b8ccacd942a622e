"""Find the position of a value in YAML by the indentation of its lines, without a parser.

A parser that keeps positions takes ten times as long as one that does not, and an audit requests positions in thousands of pages. This
module supports only block mappings and sequences, the usual layout of a page. Results are compared with the tree of the page: lists must
have the same length and scalars the same text. If anything differs, the result is None and the caller uses the parser.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import NamedTuple

from kgbuild.model.document import Place, Tree


class _OutlineBlock(NamedTuple):
    """Byte offsets of one value: its start and end, and ``mark``, the start of its key or item. ``column`` is its column, from zero."""

    start: int
    end: int
    column: int
    mark: int


#: The number of positions that are computed by counting lines, before an index of the lines of the text is built.
_COUNTED = 30


class Outline:
    """The blocks of one text, found on request. Methods return None if the text has another layout than the module supports."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._blocks: dict[Place, _OutlineBlock | None] = {}
        self._items: dict[Place, list[_OutlineBlock]] = {}
        self._entries: dict[tuple[Place, tuple[str, ...]], dict[str | None, list[tuple[int, _OutlineBlock]]]] = {}
        self._positions = 0
        self._lines: list[int] = []

    def block(self, place: Place) -> _OutlineBlock | None:
        """Return the block at a place; None if its layout is not supported."""
        if place not in self._blocks:
            self._blocks[place] = self._find(place)
        return self._blocks[place]

    def scalar(self, block: _OutlineBlock) -> str | None:
        """Return the text of a scalar on one line; None for other values."""
        text = self.data[block.start : block.end].strip()
        quote = text[:1]
        if quote in (b"'", b'"'):
            inner = text[1:-1]
            return inner.decode() if len(text) > 1 and text.endswith(quote) and not set(inner) & set(b"\\\n" + quote) else None
        plain = text and quote not in _NOT_PLAIN and b"\n" not in text and b" #" not in text and b": " not in text
        return text.decode() if plain else None

    def entries(self, place: Place, keys: tuple[str, ...]) -> dict[str | None, list[tuple[int, _OutlineBlock]]]:
        """Group the items of a sequence, each with number and block, by the text of the item or of the first of ``keys`` that it has."""
        found = self._entries.get((place, keys))
        if found is None:
            found = self._entries[place, keys] = {}
            parent = self.block(place)
            for n, item in enumerate(self.items(place, parent) if parent else ()):
                named = next((block for key in keys if (block := self._value(item, key.encode()))), item)
                found.setdefault(self.scalar(named), []).append((n, named))
        return found

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column, from one, of an offset."""
        self._positions += 1
        start = self.data.rfind(b"\n", 0, offset) + 1
        column = len(self.data[start:offset].decode(errors="replace")) + 1
        if self._positions < _COUNTED:
            return self.data.count(b"\n", 0, offset) + 1, column
        self._lines = self._lines or [found.start() for found in re.finditer(b"\n", self.data)]
        return bisect_left(self._lines, offset) + 1, column

    def _find(self, place: Place) -> _OutlineBlock | None:
        if not place:
            first = re.search(rb"^[^ \t\r\n#]", self.data, re.MULTILINE)
            return _OutlineBlock(first.start(), len(self.data), 0, first.start()) if first else None
        parent = self.block(place[:-1])
        if parent is None:
            return None
        if isinstance(place[-1], int):
            items = self.items(place[:-1], parent)
            return items[place[-1]] if place[-1] < len(items) else None
        return self._value(parent, place[-1].encode())

    def _value(self, parent: _OutlineBlock, key: bytes) -> _OutlineBlock | None:
        """Return the value of a key of a block mapping."""
        data, (first, column) = self.data, self._first_key(parent)
        named = key + b":"
        if data.startswith(named, first):
            mark = first
        else:
            line = b"\n" + b" " * column + named
            mark = data.find(line, first, parent.end) + column + 1
            if mark == column:
                return None
            if data.find(line, mark, parent.end) >= 0:  # a duplicate key, or text that looks like one
                return None
        start = mark + len(named)
        if data[start : start + 1] not in (b" ", b"\n", b"\r", b""):
            return None
        after = _next(column).search(data, start, parent.end)
        return _OutlineBlock(start, after.start() if after else parent.end, column, mark)

    def _first_key(self, block: _OutlineBlock) -> tuple[int, int]:
        """Return offset and column of the first key of a mapping. It is on the line of the dash, or below the key of the mapping."""
        if block.start == block.mark:
            return block.start, block.column
        below = _BELOW.match(self.data, block.start, block.end)
        return (below.end(), len(below[1])) if below else (block.start, block.column)

    def items(self, place: Place, parent: _OutlineBlock) -> list[_OutlineBlock]:
        """Return the items of a block sequence."""
        if place not in self._items:
            self._items[place] = list(self._split(parent))
        return self._items[place]

    def _split(self, parent: _OutlineBlock) -> list[_OutlineBlock]:
        data = self.data
        first = _FIRST_ITEM.match(data, parent.start, parent.end)
        if first is None:
            return []
        dashes = [found.end() for found in _item(len(first[1])).finditer(data, parent.start, parent.end)]
        ends = [*(data.rfind(b"\n", 0, dash) for dash in dashes[1:]), parent.end]
        blocks = []
        for dash, end in zip(dashes, ends, strict=True):
            start = dash
            while data[start : start + 1] == b" ":
                start += 1
            blocks.append(_OutlineBlock(start, end, start - data.rfind(b"\n", 0, start) - 1, start))
        return blocks


#: Characters that cannot begin a plain scalar (YAML 1.2 §7.3.3), and `~`, which is null.
_NOT_PLAIN = frozenset((b"|", b">", b"[", b"{", b"&", b"*", b"!", b"%", b"@", b"`", b"#", b"~"))
_BELOW = re.compile(rb"[ \t]*\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*( *)(?=[^ \r\n])")
_FIRST_ITEM = re.compile(rb"[ \t]*\r?\n( *)-(?=[ \r\n])")


@lru_cache(maxsize=64)
def _item(column: int) -> re.Pattern[bytes]:
    """Return the pattern of the dash of a sequence item at a column."""
    return re.compile(rb"\n {%d}-(?=[ \r\n])" % column)


@lru_cache(maxsize=64)
def _next(column: int) -> re.Pattern[bytes]:
    """Return the pattern of the end of a key's value: the next line at or before ``column`` that is not an item of the value."""
    outer = rb"| {0,%d}-" % (column - 1) if column else b""
    return re.compile(rb"\n(?: {0,%d}[^ \t\r\n#-]%s)" % (column, outer))


def find(data: bytes, place: Place, tree: Tree) -> tuple[int, int] | None:
    """Return line and column, from one, of a place of the tree of a text; None if they are not certain.

    >>> find(b"id: a\\nproducts:\\n- id: a.b\\n  name: x\\n", ("products", 0, "name"), {"id": "a", "products": [{"id": "a.b", "name": "x"}]})
    (4, 3)
    """
    outline = outline_of(data)
    for n, part in enumerate(place):
        here = place[: n + 1]
        block = outline.block(here)
        if block is None:
            return None
        if isinstance(part, int):
            above = outline.block(place[:n])
            if not isinstance(tree, list) or above is None or len(outline.items(place[:n], above)) != len(tree):
                return None
            tree = tree[part]
        else:
            if not isinstance(tree, dict) or part not in tree:
                return None
            tree = tree[part]
    block = outline.block(place)
    if block is None or (not isinstance(tree, (dict, list)) and not _agrees(data[block.start : block.end], tree)):
        return None
    return outline.position(block.mark)


def _agrees(written: bytes, scalar: Tree) -> bool:
    """Return whether a scalar begins with the first written word. Quoted and multi-line text only has to be text."""
    text = written.strip()
    if text[:1] in (b"'", b'"', b"|", b">"):
        return isinstance(scalar, str)
    if scalar is None or not isinstance(scalar, str):
        return bool(text) or scalar is None
    return text.split(b"\n", 1)[0].strip().startswith(scalar.split("\n", 1)[0][:20].strip().encode()[:20].split(b" ")[0])


@lru_cache(maxsize=1)
def outline_of(data: bytes) -> Outline:
    """Return the outline of a text. The last one is cached, because many places of one page are requested in a row."""
    return Outline(data)
