"""Find the cells of CSV and TSV that a spreadsheet would run as formulas, and mark them as text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

#: What a spreadsheet takes for the start of a formula (OWASP, CSV Injection), also in full width, and after tabs and line breaks.
_FORMULA = re.compile("[\t\r\n]*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
#: A number that starts with a sign is data, and harmless.
_DIGITS = "[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_NUMBER = re.compile(f"[\t\r\n]*{_DIGITS}")
#: The same in bytes, after each byte that may begin a cell. `re` searches fastest for patterns that begin with one byte.
_CANDIDATES = {before: re.compile(before.encode() + rb"[\t\r\n]*([=+\-@]|\xef\xbc[\x9d\x8b\x8d\xa0])") for before in (",", "\t", "\n", '"')}
_NUMBER_IN_BYTES = re.compile(_DIGITS.encode())
_QUOTE = ord('"')
_CHUNK = 2**20
#: The longest cell that the csv module can be set to read on every platform.
_LONGEST = 2**31 - 1
#: The number of cells to name.
_NAMED = 3


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet would run a text as a formula.

    >>> [is_formula(text) for text in ("=1+1", "-1+1", "@SUM(A1)", "-1", "+1e3", "a=b", "")]
    [True, True, True, False, False, False, False]
    """
    return _FORMULA.match(text) is not None and _NUMBER.fullmatch(text) is None


def marked(value: Any) -> Any:
    """Return a value with an apostrophe before it if it is a formula, so that a spreadsheet shows it as text."""
    return f"'{value}" if isinstance(value, str) and is_formula(value) else value


def hint(file: BinaryIO, form: str, *, terms: bool) -> str:
    """Return a sentence that names the formulas in an answer in CSV or TSV; an empty text if there are none.

    ``terms`` says that the cells of TSV are RDF terms (SPARQL 1.1 Query Results CSV and TSV, §4). The file is read from its start.
    """
    delimiter, terms = "," if form == "csv" else "\t", terms and form == "tsv"
    count = _count(file, delimiter, terms=terms)
    if not count:
        return ""
    file.seek(0)
    named = [f"row {row}, column {column}" for row, column in islice(_formulas(file, delimiter, terms=terms), _NAMED)]
    where = "; ".join(named) + (f"; and {count - len(named):,} more" if count > len(named) else "")
    return f"a spreadsheet may run these cells as formulas: {where}. --safe-csv puts an apostrophe before them."


def _count(file: BinaryIO, delimiter: str, *, terms: bool) -> int:
    """Return the number of formulas. Only cells that may be formulas are read, since most answers have none."""
    file.seek(0)
    separators, count, quotes = delimiter.encode() + b"\n", 0, 0
    while data := file.read(_CHUNK) + file.readline():
        chunk, at = b"\n" + data + b"\n", 0  # a chunk begins and ends with a line
        for place in sorted({match.start(1) for before in (delimiter, "\n", '"') for match in _CANDIDATES[before].finditer(chunk)}):
            quotes += chunk.count(b'"', at, place)
            at = place
            quoted = quotes % 2 == 1 or (terms and chunk[place - 1] == _QUOTE)
            count += _begins(chunk, place, separators, quoted=quoted) and not _is_number(chunk, place, separators, quoted=quoted)
        quotes += chunk.count(b'"', at)
    return count


def _begins(chunk: bytes, place: int, separators: bytes, *, quoted: bool) -> bool:
    """Return whether a cell begins at a place of a chunk, with or without a quote, or with tabs and line breaks before the place."""
    while chunk[place - 1] in (b"\t\r\n" if quoted else b"\t") and (quoted or chunk[place - 1] not in separators) and place > 1:
        place -= 1
    return chunk[place - 1 - quoted] in separators and (not quoted or chunk[place - 1] == _QUOTE)


def _is_number(chunk: bytes, place: int, separators: bytes, *, quoted: bool) -> bool:
    """Return whether a cell from a place of a chunk to its end is a number."""
    found = _NUMBER_IN_BYTES.match(chunk, place)
    if found is None:
        return False
    after = chunk[found.end() : found.end() + 2]
    return after.startswith(b'"') and after != b'""' if quoted else after[0] in separators + b"\r"


def _formulas(file: BinaryIO, delimiter: str, *, terms: bool) -> Iterator[tuple[int, str]]:
    """Yield the row (the one after the names is row 1) and the name of the column of each formula. A name can be one too: row 0."""
    text = io.TextIOWrapper(file, "utf-8", newline="")
    csv.field_size_limit(_LONGEST)
    try:
        rows = (_terms(line) for line in text) if terms else csv.reader(text, delimiter=delimiter)
        names: list[str] = []
        for number, row in enumerate(rows):
            names = names or row
            yield from ((number, _name(names, n)) for n, cell in enumerate(row) if is_formula(cell))
    finally:
        text.detach()


def _name(names: list[str], n: int) -> str:
    return names[n].removeprefix("?") if n < len(names) and names[n] else str(n + 1)


def _terms(line: str) -> list[str]:
    """Return the texts of a line of terms. A tab in a term is escaped; the text of a literal is what is in its quotes."""
    return [cell.removeprefix('"') for cell in line.rstrip("\n").split("\t")]
