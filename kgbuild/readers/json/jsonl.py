"""Read one line of a JSON Lines file, which is one record."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kgbuild.errors import InputError
from kgbuild.model.document import Document, Tree
from kgbuild.readers.json import parse
from kgbuild.readers.records import AS_JSON, not_a_mapping

_decode = msgspec.json.Decoder().decode
_decode_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def read_line(path: str, data: bytes, line: int, *, exact: bool, lazy: frozenset[str] = frozenset()) -> Document:
    """Return the record on one line of a file, whose number is ``line``. The items of ``lazy`` fields may stay undecoded.

    Raises InputError (see kgbuild.readers.json.parse).
    """
    complete = exact or not lazy
    tree, doubled = parse.parse(path, data, line, exact, "line") if complete else parse.parse_record(path, data, line, lazy)
    document = Document(
        tree=tree, raw=data, line=line, exact=exact, literal=True, find=parse.find, decode=parse.parse_part, doubled=doubled
    )
    if not isinstance(tree, dict):
        raise InputError([not_a_mapping(path, document, (), tree, AS_JSON), *(problem for _, problem in doubled)])
    return document


def decode_item(data: bytes) -> Tree:
    """Return the tree of an item that ``read_line`` left undecoded. Of a duplicate key it has the last value. Raises InputError."""
    tree, _ = parse.parse("", data, 1, False)
    return tree


def scalars(data: bytes, fields: Iterable[str]) -> set[str]:
    """Return the texts of the scalars among some ``fields`` of the record on a line, as `read_line` does.

    Other fields are skipped. The set is empty if the line is not a JSON object.
    """
    try:
        raw = _decode_fields(data)
        values = [_decode(raw[name]) for name in fields if name in raw]
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return set()
    return {str(value) for value in values if isinstance(value, str | bool | int | float)}
