"""Parse JSON text into a tree.

msgspec parses most texts. The standard library and ``Scan`` parse texts whose numbers must stay text, and texts with errors.
"""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from typing import Any

import msgspec

from kgbuild.errors import InputError, Problem
from kgbuild.model.document import Doubled, Parsed, Place, Tree
from kgbuild.readers import text
from kgbuild.readers.json.levels import Levels
from kgbuild.readers.json.scan import Scan, is_deep, marks_of

_decode = msgspec.json.Decoder().decode
_decode_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode


def parse(path: str, data: bytes, line: int, exact: bool, whole: str = "text") -> Parsed:
    """Return the tree of one JSON text, which begins on ``line`` of the file, and its duplicate keys.

    ``whole`` is "line" if the text is one line of a file, else "text"; messages use the word. Raises InputError if the text is not
    UTF-8, not JSON, or too deep.
    """
    try:
        tree = _decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _exact(path, data, line, whole)
    if exact or b"\\u0000" in data or not _certainly_valid(data, tree):
        return _exact(path, data, line, whole)
    return tree, ()


def parse_record(path: str, data: bytes, line: int, lazy: frozenset[str]) -> Parsed:
    """Return the tree of one JSON object in which the items of the ``lazy`` fields stay undecoded (msgspec.Raw).

    Most items are copies of items of other records, so that the caller decodes each only once. If the object has a duplicate key or
    another irregularity, all of it is decoded. Raises InputError as ``parse`` does.
    """
    try:
        fields = _decode_fields(data)
        items = {name: _decode_items(fields[name]) for name in lazy & fields.keys()}
        tree, doubled = parse(path, _encode({name: value for name, value in fields.items() if name not in items}), line, False)
    except (msgspec.DecodeError, InputError, RecursionError, UnicodeDecodeError):
        return parse(path, data, line, False, "line")
    return (tree | items, ()) if not doubled and _one_key_each(data, fields) else parse(path, data, line, False, "line")


def parse_part(data: bytes) -> Tree:
    """Return the tree of an item that ``parse_record`` left undecoded. Raises InputError without a position, also for duplicate keys."""
    tree, doubled = parse("", data, 1, False)
    if doubled:
        raise InputError(problem for _, problem in doubled)
    return tree


def _one_key_each(data: bytes, fields: dict[str, msgspec.Raw]) -> bool:
    """Return whether the object itself has no duplicate key. (msgspec keeps the last value of a duplicate key.)"""
    if len(_encode(fields)) == len(data):  # values are copied verbatim and no key gets longer, so no key is missing
        return True
    if (
        b" :" in data or b"\t:" in data or b"\r:" in data
    ):  # white space before a colon is valid (RFC 8259 §2) and makes the count below wrong
        return False
    inside = sum(bytes(value).count(b'":') for value in fields.values())
    return data.count(b'":') == inside + len(fields)


def _certainly_valid(data: bytes, tree: Tree) -> bool:
    """Return whether a JSON text certainly has no duplicate key and is not too deep. False means that it is not known."""
    encoded = _encode(tree)
    if (
        len(data) == len(encoded)
        and data.count(b'":') == encoded.count(b'":')
        and b'" :' not in data
        and data.count(b"[") + data.count(b"{") <= text.MAX_DEPTH
    ):  # the tree is encoded to a text of the same length, so no key was lost
        return True
    marks = marks_of(data)
    return marks.count(b":") == encoded.count(b'":') - encoded.count(b'\\":') and not is_deep(marks)


def _exact(path: str, data: bytes, line: int, whole: str) -> Parsed:
    """Parse with every scalar except null as its text in the file. Raises InputError with all errors, unless only keys are duplicate."""
    decoded = text.decode(path, data, line)
    scan = Scan(decoded, whole)
    if scan.faults:
        raise InputError(_problem(path, decoded, line, *fault) for fault in (*scan.faults, *(fault for _, fault in scan.doubled)))
    doubled: list[Doubled] = []
    if scan.doubled:  # only a scan with an outline gives their places
        doubled = [(place, _problem(path, decoded, line, *fault)) for place, fault in Scan(decoded, whole, outline=True).doubled]
    return json.loads(decoded, parse_float=str, parse_int=str, object_hook=_words), doubled


def _problem(path: str, decoded: str, line: int, offset: int, expected: str, got: str, todo: str) -> Problem:
    row, column = text.position(decoded, offset)
    return Problem(path, line + row - 1, column, "", expected, got, todo)


def _words(table: dict[str, Any]) -> dict[str, Any]:
    return {key: _word(value) for key, value in table.items()}


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return [_word(item) for item in value] if isinstance(value, list) else value


def find(data: bytes, place: Place) -> tuple[int, int]:
    """Return line and column, from one, of a place. If it does not exist, return those of its last part that exists."""
    return _outline(data).where(place)


class _Outline:
    """Finds the positions of values in a text: by ``Levels`` if that is certain, else by a scan of the whole text."""

    def __init__(self, data: bytes) -> None:
        self._text = data.decode(errors="replace")  # undecoded items may be invalid UTF-8
        self._lines = text.Lines(self._text)
        self._levels = Levels(data)

    @cached_property
    def _scan(self) -> Scan:
        return Scan(self._text, outline=True)

    def where(self, place: Place) -> tuple[int, int]:
        """Return line and column, from one, of a place."""
        offset = self._levels.find(place)
        return self._lines.position(self._scan.find(place) if offset is None else offset)


#: The last text is cached, because one file can have a thousand problems.
_outline = lru_cache(maxsize=1)(_Outline)
