"""JSON text -> tree: fast by msgspec, exactly by the standard library where the text of a number is meant or something is wrong."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import msgspec

from kgbuild.errors import InputError, Problem
from kgbuild.readers import text
from kgbuild.readers.document import Place, Tree
from kgbuild.readers.json_scan import Scan

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_OTHERS = bytes(byte for byte in range(256) if byte not in b'[]{}":')


def parse(path: str, data: bytes, line: int, exact: bool, whole: str = "text") -> Tree:
    """The tree of one JSON text that begins on ``line`` of the file; ``whole`` is what the text is of it, "text" or "line".

    Raises InputError where it is not UTF-8, no JSON, too deep, or says one key twice.
    """
    try:
        tree = _decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _exact(path, data, line, whole)
    if exact or b"\\u0000" in data or not _sound(data, tree):
        return _exact(path, data, line, whole)
    return tree


def _sound(data: bytes, tree: Tree) -> bool:
    """Whether it is certain that a text that is JSON has no key twice and is not too deep, judged by what is left of it without its strings."""
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    marks = b"".join(data.translate(None, _OTHERS).split(b'"')[::2])
    encoded = _encode(tree)
    if marks.count(b":") != encoded.count(b'":') - encoded.count(b'\\":'):
        return False
    marks = marks.replace(b":", b"")
    for _ in range(text.MAX_DEPTH // 2):  # a turn takes one or two levels away
        if not marks:
            break
        marks = marks.replace(b"[]", b"").replace(b"{}", b"")
    return not marks


def _exact(path: str, data: bytes, line: int, whole: str) -> Tree:
    """Every scalar but null as the text that stands in the file. Raises InputError with all that is wrong."""
    decoded = text.decode(path, data, line)
    scan = Scan(decoded, whole)
    if scan.faults:
        raise InputError(_problem(path, decoded, line, *fault) for fault in scan.faults)
    return json.loads(decoded, parse_float=str, parse_int=str, object_hook=_words)


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
    decoded, scan = _scan(data)
    return text.position(decoded, scan.find(place))


@lru_cache(maxsize=1)
def _scan(data: bytes) -> tuple[str, Scan]:
    """The last text asked about: one file can have a thousand problems."""
    decoded = data.decode()
    return decoded, Scan(decoded)
