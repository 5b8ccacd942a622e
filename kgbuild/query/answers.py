"""Write answers as a table for people, or in formats for programs."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple

from kgbuild.errors import MissingExtra, visible
from kgbuild.query.sandbox import QueryError

#: The width below which a column of a table is not cut.
_NARROWEST = 12
_ELLIPSIS = "…"


class Answer(NamedTuple):
    """A table of values: text, numbers, booleans, lists of them, or None."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def table(answer: Answer, out: BinaryIO, width: int | None) -> None:
    """Write aligned columns under their names. They are cut to ``width`` characters in total; None does not cut them."""
    names = [visible(name) for name in answer.columns]
    cells = [[_shown(value) for value in row] for row in answer.rows]
    numbers = [all(isinstance(row[n], int | float | None) for row in answer.rows) for n in range(len(answer.columns))]
    widths = [max([_wide(name), *(_wide(row[n]) for row in cells)]) for n, name in enumerate(names)]
    if width is not None:
        widths = _fit(widths, width)
    for row in (names, ["-" * wide for wide in widths], *cells):
        line = "  ".join(_cell(text, wide, number) for text, wide, number in zip(row, widths, numbers, strict=True))
        out.write(f"{line.rstrip()}\n".encode("utf-8", "replace"))


def _fit(widths: list[int], width: int) -> list[int]:
    """Reduce the widest columns until all fit. No column is reduced below a minimum."""
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
    """Return the number of terminal columns of a text (Unicode Standard Annex #11)."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _shown(value: Any) -> str:
    """Return a value on one line."""
    if value is None:
        return ""
    if isinstance(value, list | tuple | dict):
        value = _json(value)
    return visible(("true" if value else "false") if isinstance(value, bool) else str(value))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))


def as_csv(answer: Answer, out: BinaryIO) -> None:
    """Write CSV (RFC 4180). A list is JSON text."""
    text = io.TextIOWrapper(out, "utf-8", newline="", errors="replace", write_through=True)
    _write(answer, text)
    text.detach()


def as_tsv(answer: Answer, out: BinaryIO) -> None:
    """Write tab-separated values."""
    text = io.TextIOWrapper(out, "utf-8", newline="", errors="replace", write_through=True)
    _write(answer, _Lines(text), "\t")
    text.detach()


class _Lines(NamedTuple):
    """Ends lines with LF. The csv module puts a cell with CR in quotes only if its own lines end with CR and LF."""

    text: io.TextIOWrapper

    def write(self, line: str) -> None:
        self.text.write(line[:-2] + "\n")


def _write(answer: Answer, lines: io.TextIOWrapper | _Lines, delimiter: str = ",") -> None:
    writer = csv.writer(lines, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(answer.columns)
    writer.writerows([_flat(value) for value in row] for row in answer.rows)


def _flat(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _json(value) if isinstance(value, list | tuple | dict) else value


def safe(answer: Answer) -> Answer:
    """Return an answer whose formulas a spreadsheet shows as text."""
    from kgbuild.query.spreadsheet import marked

    return Answer(tuple(map(marked, answer.columns)), [tuple(marked(value) for value in row) for row in answer.rows])


def as_jsonl(answer: Answer, out: BinaryIO) -> None:
    """Write one JSON object per line. Missing values are left out."""
    out.writelines(f"{_json(_object(answer, row))}\n".encode("utf-8", "replace") for row in answer.rows)


def as_json(answer: Answer, out: BinaryIO) -> None:
    """Write a JSON list of objects."""
    rows = [f"  {_json(_object(answer, row))}" for row in answer.rows]
    out.write(("[\n" + ",\n".join(rows) + "\n]\n" if rows else "[]\n").encode("utf-8", "replace"))


def _object(answer: Answer, row: Sequence[Any]) -> dict[str, Any]:
    return {name: value for name, value in zip(answer.columns, row, strict=True) if value is not None}


def require_pyarrow() -> Any:
    """Import pyarrow with its Parquet writer and the modules that it imports on first use. Raises MissingExtra if it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.table({"a": [None]}), pyarrow.BufferOutputStream())
    except ModuleNotFoundError:
        raise MissingExtra(
            "--format parquet requires pyarrow, which is not installed; install it with: pip install 'kgbuild[parquet]'"
        ) from None
    return pyarrow


def as_parquet(answer: Answer, out: BinaryIO) -> None:
    """Write a Parquet table. Columns have the type of their values; a column of several types is text.

    Raises MissingExtra if pyarrow is not installed.
    """
    pyarrow = require_pyarrow()
    arrays = [_column(pyarrow, [row[n] for row in answer.rows]) for n in range(len(answer.columns))]
    if len(set(answer.columns)) < len(answer.columns):
        raise QueryError(f"--format parquet: expected columns with different names, got {', '.join(answer.columns)}; rename them with AS")
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays(arrays, names=list(answer.columns)), out)


def _column(pyarrow: Any, values: list[Any]) -> Any:
    if all(value is None for value in values):
        return pyarrow.array(values, pyarrow.string())
    try:
        return pyarrow.array(values)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError):
        return pyarrow.array([None if value is None else str(_flat(value)) for value in values], pyarrow.string())


#: The function that writes each format.
FORMS: Mapping[str, Callable[[Answer, BinaryIO], None]] = MappingProxyType(
    {"csv": as_csv, "tsv": as_tsv, "json": as_json, "jsonl": as_jsonl, "parquet": as_parquet}
)
