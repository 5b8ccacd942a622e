"""JSON text -> tree: fast by msgspec, exactly by the standard library where the text of a number is meant or something is wrong."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import msgspec

from kgbuild.errors import InputError, Problem
from kgbuild.model.document import Doubled, Parsed, Place, Tree
from kgbuild.readers import text
from kgbuild.readers.json.scan import Scan, is_deep, marks_of

_decode = msgspec.json.Decoder().decode
_decode_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode


def parse(path: str, data: bytes, line: int, exact: bool, whole: str = "text") -> Parsed:
    """The tree of one JSON text that begins on ``line`` of the file, and the keys that it says twice; ``whole`` is what the text is of it.

    That is "text" or "line". Raises InputError where it is not UTF-8, no JSON, or too deep.
    """
    try:
        tree = _decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _exact(path, data, line, whole)
    if exact or b"\\u0000" in data or not _sound(data, tree):
        return _exact(path, data, line, whole)
    return tree, ()


def parse_record(path: str, data: bytes, line: int, lazy: frozenset[str]) -> Parsed:
    """The tree of one JSON object in which the items of the ``lazy`` fields stay undecoded (msgspec.Raw): most are copies of one another.

    Where the object is anything but plain it is parsed whole. Raises InputError as ``parse`` does.
    """
    try:
        fields = _decode_fields(data)
        items = {name: _decode_items(fields[name]) for name in lazy & fields.keys()}
        tree, doubled = parse(path, _encode({name: value for name, value in fields.items() if name not in items}), line, False)
    except (msgspec.DecodeError, InputError, RecursionError, UnicodeDecodeError):
        return parse(path, data, line, False, "line")
    return (tree | items, ()) if not doubled and _one_key_each(data, fields) else parse(path, data, line, False, "line")


def parse_part(data: bytes) -> Tree:
    """The tree of a part that ``parse_record`` left undecoded. Raises InputError that does not know where the part is, also for a doubled key."""
    tree, doubled = parse("", data, 1, False)
    if doubled:
        raise InputError(problem for _, problem in doubled)
    return tree


def _one_key_each(data: bytes, fields: dict[str, msgspec.Raw]) -> bool:
    """Whether no key of the object itself was said twice, of which the last would win."""
    if len(_encode(fields)) == len(data):  # the values are written as they stand and no key grows: so none is missing
        return True
    if b" :" in data or b"\t:" in data or b"\r:" in data:  # white space may stand before a colon (RFC 8259 §2): counting would be wrong
        return False
    inside = sum(bytes(value).count(b'":') for value in fields.values())
    return data.count(b'":') == inside + len(fields)


def _sound(data: bytes, tree: Tree) -> bool:
    """Whether it is certain that a text that is JSON has no key twice and is not too deep, judged by what is left without its strings."""
    encoded = _encode(tree)
    if (
        len(data) == len(encoded)
        and data.count(b'":') == encoded.count(b'":')
        and b'" :' not in data
        and data.count(b"[") + data.count(b"{") <= text.MAX_DEPTH
    ):  # it is written as we would write what was parsed of it, so nothing of it was lost
        return True
    marks = marks_of(data)
    return marks.count(b":") == encoded.count(b'":') - encoded.count(b'\\":') and not is_deep(marks)


def _exact(path: str, data: bytes, line: int, whole: str) -> Parsed:
    """Every scalar but null as the text that stands in the file. Raises InputError with all that is wrong, if more is than doubled keys."""
    decoded = text.decode(path, data, line)
    scan = Scan(decoded, whole)
    if scan.faults:
        raise InputError(_problem(path, decoded, line, *fault) for fault in (*scan.faults, *(fault for _, fault in scan.doubled)))
    doubled: list[Doubled] = []
    if scan.doubled:  # of which the places are asked for
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
    """Line and column, from one, of a place; of the last part of the way that is there."""
    lines, scan = _outline(data)
    return lines.position(scan.find(place))


@lru_cache(maxsize=1)
def _outline(data: bytes) -> tuple[text.Lines, Scan]:
    """The last text asked about: one file can have a thousand problems."""
    decoded = data.decode(errors="replace")  # what stayed undecoded may be no text
    return text.Lines(decoded), Scan(decoded, outline=True)
