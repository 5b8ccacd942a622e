"""A line of a JSON Lines file: one record."""

from __future__ import annotations

from kgbuild.errors import InputError
from kgbuild.readers import json_text, text
from kgbuild.readers.document import Document
from kgbuild.readers.records import not_a_mapping


def read_line(path: str, data: bytes, line: int, *, exact: bool) -> Document:
    """The record on one line of a file, which is line number ``line``. Raises InputError (see json_text.parse)."""
    try:
        tree = json_text.parse(path, data, line, exact)
    except InputError as error:
        # A line that is no UTF-8 is refused by the JSON parser too; what it says of it is less clear than this.
        _check_text(path, data, line)
        raise error from None
    document = Document(tree=tree, raw=data, line=line, exact=exact, find=json_text.find)
    if not isinstance(tree, dict):
        raise InputError([not_a_mapping(path, document, (), tree)])
    return document


def _check_text(path: str, data: bytes, line: int) -> None:
    try:
        text.decode(path, data)
    except InputError as error:
        raise InputError(problem._replace(line=problem.line + line - 1) for problem in error.problems) from None
