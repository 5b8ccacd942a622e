"""A line of a JSON Lines file: one record."""

from __future__ import annotations

from kgbuild.errors import InputError
from kgbuild.model.document import Document
from kgbuild.readers.json import parse
from kgbuild.readers.records import AS_JSON, not_a_mapping


def read_line(path: str, data: bytes, line: int, *, exact: bool, lazy: frozenset[str] = frozenset()) -> Document:
    """The record on one line of a file, which is line number ``line``; the items of ``lazy`` fields may stay undecoded.

    Raises InputError (see json_text.parse).
    """
    whole = exact or not lazy
    tree, doubled = parse.parse(path, data, line, exact, "line") if whole else parse.parse_record(path, data, line, lazy)
    document = Document(
        tree=tree, raw=data, line=line, exact=exact, literal=True, find=parse.find, decode=parse.parse_part, doubled=doubled
    )
    if not isinstance(tree, dict):
        raise InputError([not_a_mapping(path, document, (), tree, AS_JSON), *(problem for _, problem in doubled)])
    return document
