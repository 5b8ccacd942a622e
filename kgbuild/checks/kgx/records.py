"""Read the records of a KGX file with their lines. Anything else becomes a problem with file, line and column."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import msgspec

from kgbuild.errors import Problem

Fields = dict[str, object]
KEYS = ("id", "subject", "predicate", "object")
"""The keys that KGX uses to join and index records. Each is one string."""
EMPTY: tuple[object, ...] = (None, "", " ", [])
"""The values that kgx treats as missing."""
LIST_DELIMITER = "|"
"""KGX splits every cell of a TSV file at this character, and has no escape for it."""


class KgxRecord(NamedTuple):
    """A node or edge as written, with lists as lists and without empty values."""

    line: int
    fields: Fields


def read_records(path: Path, problems: list[Problem], multivalued: Collection[str] = ("category",)) -> Iterator[KgxRecord]:
    """Yield the records of a TSV or JSON Lines file, and append errors to ``problems``.

    As in kgx, a TSV cell becomes a list if it contains ``|`` or its column is one of ``multivalued``.
    """
    reader = _Reader(path, problems)
    try:
        yield from reader.tsv(multivalued) if path.suffix == ".tsv" else reader.jsonl()
    except OSError as error:
        reader.problem(0, 0, "", "a readable file", error.strerror or str(error), "check its path and permissions")


class _Reader:
    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems

    def problem(self, line: int, column: int, place: str, expected: str, got: str, todo: str) -> None:
        self.problems.append(Problem(str(self.path), line, column, place, expected, got, todo))

    def lines(self) -> Iterator[tuple[int, str]]:
        with self.path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                try:
                    yield number, raw.decode().removesuffix("\n")
                except UnicodeDecodeError as error:
                    self.problem(number, error.start + 1, "", "UTF-8", f"the byte 0x{raw[error.start]:02x}", "write the file as UTF-8")

    def tsv(self, multivalued: Collection[str]) -> Iterator[KgxRecord]:
        lines = self.lines()
        header = next(lines, (1, ""))[1].split("\t")
        if not self._header_is_good(header):
            return
        for number, text in lines:
            cells = text.split("\t")
            if len(cells) == len(header):
                starts = dict(zip(header, accumulate((len(cell) + 1 for cell in cells), initial=1), strict=False))
                row = zip(header, cells, strict=True)
                yield from self._record(number, {name: _cell(cell, name in multivalued) for name, cell in row}, starts.__getitem__)
            else:
                self._ragged(number, text, len(header), len(cells))

    def _header_is_good(self, header: list[str]) -> bool:
        if header[-1].endswith("\r"):
            self.problem(1, len("\t".join(header)), "", "a line that ends with LF", "CR and LF", "write the file with LF line endings")
        elif "id" not in header:
            got = ", ".join(repr(name) for name in header[:5])
            self.problem(
                1, 1, "", "a column `id`", f"{got}{', ...' if len(header) > 5 else ''}", "write the column names on the first line"
            )
        elif repeated := [place for place, name in enumerate(header) if name in header[:place]]:
            column = len("\t".join(header[: repeated[0]])) + 2
            self.problem(1, column, header[repeated[0]], "each column once", "a second column with this name", "keep one of them")
        else:
            return True
        return False

    def _ragged(self, number: int, text: str, expected: int, got: int) -> None:
        ends = [match.start() for match in re.finditer("\t|$", text)]
        column = ends[min(expected, got) - 1] + 1
        todo = "replace tabs and line feeds inside values by spaces" if text else "remove the empty line"
        self.problem(number, column, "", f"{expected} cells as in the first line", str(got), todo)

    def jsonl(self) -> Iterator[KgxRecord]:
        for number, text in self.lines():
            try:
                fields = msgspec.json.decode(text, type=Fields)
            except (msgspec.DecodeError, RecursionError) as error:
                self._not_json(number, text, _error_column(text), str(error).partition(" (byte")[0])
                continue
            if "\r" in text[:-1]:
                self._not_json(number, text, text.index("\r") + 1, "CR, at which kgx ends the line")
            else:
                yield from self._record(number, fields, partial(_key_column, text))

    def _not_json(self, number: int, text: str, column: int, got: str) -> None:
        found = got if text.strip() else "an empty line"
        self.problem(number, column, "", "one JSON object on the line", found, "write each record as one line of JSON")

    def _record(self, line: int, fields: Fields, column_of: Callable[[str], int]) -> Iterator[KgxRecord]:
        """Yield the record if kgx can read all its values."""
        wrong = [(name, *unreadable) for name, value in fields.items() if (unreadable := _unreadable(name, value))]
        for name, expected, got in wrong:
            self.problem(line, column_of(name), name, expected, got, "write the value in this form")
        if not wrong:
            yield KgxRecord(line, {name: value for name, value in fields.items() if value not in EMPTY})


def _unreadable(name: str, value: object) -> tuple[str, str] | None:
    """Return the expected and the actual kind of a value with which kgx fails, else None. kgx hashes ids and predicates, and sorts lists.

    >>> _unreadable("id", ["a", "b"]), _unreadable("publications", ["PMID:1", 2]), _unreadable("name", "x")
    (('one string', 'a list'), ('a list of strings', 'numbers among strings'), None)
    """
    if name in KEYS and not (value is None or (isinstance(value, str) and value != " ")):
        return "one string", "a blank" if value == " " else _type_name(value)
    scalars = [member for member in as_list(value) if not isinstance(member, dict | list | None)]
    texts = [member for member in scalars if isinstance(member, str)]
    if name == "category" and len(texts) < len(as_list(value)):
        return "a list of strings", "another value in it"
    return ("a list of strings", "numbers among strings") if texts and len(texts) < len(scalars) else None


def _error_column(text: str) -> int:
    """Return the column of a JSON error, by the standard library, because the column of msgspec is sometimes one too high.

    >>> _error_column('{"id":"é" "name"}'), _error_column("{}x"), _error_column("[]")
    (11, 3, 1)
    """
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.pos + 1
    except RecursionError:
        pass
    return 1


def _key_column(text: str, name: str) -> int:
    return max(text.find(f'"{name}"') + 1, 1)


def _cell(cell: str, multivalued: bool) -> str | list[str]:
    """Return the value of a cell as kgx reads it.

    >>> _cell("a|b", False), _cell("a", True), _cell("a", False)
    (['a', 'b'], ['a'], 'a')
    """
    if multivalued or LIST_DELIMITER in cell:
        return [part for part in cell.split(LIST_DELIMITER) if part not in EMPTY]
    return cell


def _type_name(value: object) -> str:
    return {dict: "an object", list: "a list", bool: "a boolean"}.get(type(value), "a number")


def label(fields: Fields) -> str:
    """Return the name of a record in a report: its id, or for an edge without an id its subject and object.

    >>> label({"id": "kgr:spoke"}), label({"subject": "kgr:a", "object": "kgr:b"})
    ('kgr:spoke', 'kgr:a->kgr:b')
    """
    return str(fields.get("id") or f"{fields.get('subject', '')}->{fields.get('object', '')}")


def as_list(value: object) -> list[object]:
    """Return the members of a value: none for a missing value, and the value itself if it is not a list."""
    return value if isinstance(value, list) else [] if value is None else [value]
