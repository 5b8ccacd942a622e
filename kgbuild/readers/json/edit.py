"""Edit JSON text: replace a string or remove items of a list. All other characters stay as they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from kgbuild.model.document import Place
from kgbuild.model.edits import NotCertain
from kgbuild.readers.flow import Replacement, removals
from kgbuild.readers.json.scan import Scan, Value

_decode = json.JSONDecoder().raw_decode


class JsonText:
    """One JSON text. Raises NotCertain if it is invalid or has a duplicate key."""

    def __init__(self, text: str) -> None:
        self._text = text
        scan = Scan(text, outline=True)
        if scan.faults or scan.root is None:
            raise NotCertain("the JSON is invalid")
        self._root = scan.root

    def document(self, where: Callable[[], tuple[int, int]]) -> int:
        """Return the number of the document that contains a place. JSON text has one document, number 0."""
        return 0

    def replace(self, document: int, place: Place, old: str, new: str) -> Replacement:
        """Replace the string ``old`` with ``new``. Characters outside ASCII are escaped if the whole text is ASCII."""
        start, end = self._span(self._value(place))
        if self._text[start] != '"':
            raise NotCertain("the value is not a string")
        return Replacement(start, end, json.dumps(new, ensure_ascii=self._text.isascii()))

    def remove(self, document: int, place: Place, numbers: Sequence[int]) -> Iterator[Replacement]:
        """Remove items of a list. At least one item must remain."""
        parts = self._value(place).parts
        if not isinstance(parts, list):
            raise NotCertain("the value is not a list")
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
                raise NotCertain("the value is not at the place where it was read")
        return value

    def _span(self, value: Value) -> tuple[int, int]:
        return value.offset, _decode(self._text, value.offset)[1]
