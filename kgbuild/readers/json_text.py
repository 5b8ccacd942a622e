"""JSON text -> tree: fast by msgspec, exactly by the standard library where the text of a number is meant or a key is doubled."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from kgbuild.errors import InputError, Problem
from kgbuild.readers import text
from kgbuild.readers.document import Place, Tree
from kgbuild.readers.yaml_text import MAX_DEPTH

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_BYTE = re.compile(r" ?\(byte (\d+)\)")


def parse(path: str, data: bytes, line: int, exact: bool) -> Tree:
    """The tree of one JSON text that begins on ``line`` of the file.

    Raises InputError where it is no JSON, too deep, or says one key twice.
    """
    try:
        tree = _decode(data)
    except msgspec.DecodeError as error:
        raise _refused(path, data, line, str(error)) from None
    except RecursionError:
        raise _too_deep(path, line) from None
    if exact or _nul(data) or data.count(b'":') != _encode(tree).count(b'":'):
        return _exact(path, data, line)
    return tree


def _nul(data: bytes) -> bool:
    return b"\\u0000" in data


def _too_deep(path: str, line: int) -> InputError:
    return InputError([Problem(path, line, 1, "", f"at most {MAX_DEPTH} levels of nesting", "a deeper one", "flatten the record")])


def _refused(path: str, data: bytes, line: int, message: str) -> InputError:
    """What msgspec says of a text, as our sentence; a text that ends too early is said to end."""
    at = _BYTE.search(message)
    offset = int(at[1]) if at else len(data.rstrip())
    got = _BYTE.sub("", message).removeprefix("JSON is malformed: ")
    if not at:
        got = "the end of the text"
    row, column = text.position(data, offset)
    return InputError([Problem(path, line + row - 1, column, "", "JSON", got, "mend the JSON here or just before")])


class _Doubled(Exception):
    pass


def _exact(path: str, data: bytes, line: int) -> Tree:
    """Every scalar but null as the text that stands in the file."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        table = {key: _word(value) for key, value in items}
        if len(table) != len(items):
            keys = [key for key, _ in items]
            raise _Doubled(next(key for n, key in enumerate(keys) if key in keys[:n]))
        return table

    try:
        tree = json.loads(data, parse_float=str, parse_int=str, object_pairs_hook=pairs)
    except _Doubled as error:
        key = str(error)
        row, column = text.position(data, data.rfind(_encode(key)) if _encode(key) in data else 0)
        raise InputError([Problem(path, line + row - 1, column, "", "each key once", f"{key!r} again", "keep one of the two")]) from None
    except RecursionError:
        raise _too_deep(path, line) from None
    if _nul(data) and "\\u0000" in json.dumps(tree):
        row, column = text.position(data, data.index(b"\\u0000"))
        raise InputError([Problem(path, line + row - 1, column, "", "text", "the NUL character", "remove it")])
    return tree


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return [_word(item) for item in value] if isinstance(value, list) else value


def find(data: bytes, place: Place) -> tuple[int, int]:
    """Line and column of a place: JSON is read as the YAML that it nearly always is (YAML 1.2 §1.3)."""
    from kgbuild.readers import yaml_text

    return yaml_text.find(data, place)


