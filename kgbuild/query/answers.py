"""Answers as rows, and the forms that they are shown in: a table for people, and forms for programs."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple

from kgbuild.errors import MissingExtra
from kgbuild.query.sandbox import QueryError

#: What the narrowest column of a table may be cut to.
_NARROWEST = 12
_ELLIPSIS = "…"


class Answer(NamedTuple):
    """A table of values: text, numbers, booleans, lists of them, or None."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def table(answer: Answer, out: BinaryIO, width: int | None) -> None:
    """Columns side by side, under their names; cut to ``width`` characters, or not at all where that is None."""
    cells = [[_shown(value) for value in row] for row in answer.rows]
    numbers = [all(isinstance(row[n], int | float | None) for row in answer.rows) for n in range(len(answer.columns))]
    widths = [max([_wide(name), *(_wide(row[n]) for row in cells)]) for n, name in enumerate(answer.columns)]
    if width is not None:
        widths = _fit(widths, width)
    for row in (list(answer.columns), ["-" * wide for wide in widths], *cells):
        line = "  ".join(_cell(text, wide, number) for text, wide, number in zip(row, widths, numbers, strict=True))
        out.write(f"{line.rstrip()}\n".encode("utf-8", "replace"))


def _fit(widths: list[int], width: int) -> list[int]:
    """The widths, the widest of them lessened until all fit, but none below a bound."""
    widths = list(widths)
    while sum(widths) + 2 * (len(widths) - 1) > width and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _cell(text: str, wide: int, number: bool) -> str:
    while _wide(text) > wide:
        text = text[: max(wide - 1, 1) if text.isascii() else len(text) - 2].rstrip(_ELLIPSIS) + _ELLIPSIS
    room = " " * (wide - _wide(text))
    return room + text if number else text + room


def _wide(text: str) -> int:
    """The columns of a terminal that a text takes (Unicode Standard Annex #11)."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _shown(value: Any) -> str:
    """A value on one line, without what a terminal would obey: control characters and those that turn the direction of text are escaped."""
    if value is None:
        return ""
    if isinstance(value, list | tuple | dict):
        value = _json(value)
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))


def as_csv(answer: Answer, out: BinaryIO, delimiter: str = ",") -> None:
    """CSV as RFC 4180 has it, or with tabs; a list is JSON text."""
    text = io.TextIOWrapper(out, "utf-8", newline="", errors="replace", write_through=True)
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n" if delimiter == "," else "\n")
    writer.writerow(answer.columns)
    writer.writerows([_flat(value) for value in row] for row in answer.rows)
    text.detach()


def _flat(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _json(value) if isinstance(value, list | tuple | dict) else value


def as_tsv(answer: Answer, out: BinaryIO) -> None:
    """The same with tabs."""
    as_csv(answer, out, "\t")


def as_jsonl(answer: Answer, out: BinaryIO) -> None:
    """An object a line. What a row has no value for is left out of its object."""
    out.writelines(f"{_json(_object(answer, row))}\n".encode("utf-8", "replace") for row in answer.rows)


def as_json(answer: Answer, out: BinaryIO) -> None:
    """A list of objects."""
    rows = [f"  {_json(_object(answer, row))}" for row in answer.rows]
    out.write(("[\n" + ",\n".join(rows) + "\n]\n" if rows else "[]\n").encode("utf-8", "replace"))


def _object(answer: Answer, row: Sequence[Any]) -> dict[str, Any]:
    return {name: value for name, value in zip(answer.columns, row, strict=True) if value is not None}


def require_pyarrow() -> Any:
    """The package, with its writer of Parquet and what it imports at its first use. Raises MissingExtra where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.table({"a": [None]}), pyarrow.BufferOutputStream())
    except ModuleNotFoundError:
        raise MissingExtra(
            "--format parquet needs pyarrow, which is not installed; install it with: pip install 'kgbuild[parquet]'"
        ) from None
    return pyarrow


def as_parquet(answer: Answer, out: BinaryIO) -> None:
    """A table of Parquet whose columns have the type of their values; a column of several types is text.

    Raises MissingExtra where pyarrow is not installed.
    """
    pyarrow = require_pyarrow()
    arrays = [_column(pyarrow, [row[n] for row in answer.rows]) for n in range(len(answer.columns))]
    if len(set(answer.columns)) < len(answer.columns):
        raise QueryError(f"--format parquet: expected columns with names of their own, got {', '.join(answer.columns)}; name them with AS")
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays(arrays, names=list(answer.columns)), out)


def _column(pyarrow: Any, values: list[Any]) -> Any:
    if all(value is None for value in values):
        return pyarrow.array(values, pyarrow.string())
    try:
        return pyarrow.array(values)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError):
        return pyarrow.array([None if value is None else str(_flat(value)) for value in values], pyarrow.string())


#: Form -> what writes it.
FORMS: Mapping[str, Callable[[Answer, BinaryIO], None]] = MappingProxyType(
    {"csv": as_csv, "tsv": as_tsv, "json": as_json, "jsonl": as_jsonl, "parquet": as_parquet}
)
