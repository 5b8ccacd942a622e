"""JSON text -> the changes that replace a text or take an item out of a list and leave every other character as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from kgbuild.model.document import Place
from kgbuild.model.edits import NotCertain
from kgbuild.readers.flow import Replacement, removals
from kgbuild.readers.json.scan import Scan, Value

_decode = json.JSONDecoder().raw_decode


class JsonText:
    """One JSON text. Raises NotCertain where it is none, or says one key twice."""

    def __init__(self, text: str) -> None:
        self._text = text
        scan = Scan(text, outline=True)
        if scan.faults or scan.root is None:
            raise NotCertain("it is no sound JSON")
        self._root = scan.root

    def document(self, where: Callable[[], tuple[int, int]]) -> int:
        """The number of the document that a place is in: there is one."""
        return 0

    def replace(self, document: int, place: Place, old: str, new: str) -> Replacement:
        """Put the text ``new`` in place of the text ``old``; with escapes where the whole text has no other characters."""
        start, end = self._span(self._value(place))
        if self._text[start] != '"':
            raise NotCertain("it is no text")
        return Replacement(start, end, json.dumps(new, ensure_ascii=self._text.isascii()))

    def remove(self, document: int, place: Place, numbers: Sequence[int]) -> Iterator[Replacement]:
        """Take items out of a list, of which at least one stays."""
        parts = self._value(place).parts
        if not isinstance(parts, list):
            raise NotCertain("it is no list")
        return removals(self._text, [self._span(part) for part in parts], numbers)

    def _value(self, place: Place) -> Value:
        value = self._root
        for part in place:
            parts = value.parts
            if isinstance(parts, list) and isinstance(part, int) and part < len(parts):
                value = parts[part]
            elif isinstance(parts, dict) and isinstance(part, str) and part in parts:
                value = parts[part][1]
            else:
                raise NotCertain("it does not stand where it is read")
        return value

    def _span(self, value: Value) -> tuple[int, int]:
        return value.offset, _decode(self._text, value.offset)[1]
