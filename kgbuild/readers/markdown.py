"""Read a Markdown page. Its record is the YAML front matter."""

from __future__ import annotations

import re

from kgbuild.errors import InputError, Problem
from kgbuild.model.document import Document
from kgbuild.model.invisible import invisible_at, name_of, visible_part
from kgbuild.readers import text
from kgbuild.readers.records import not_a_mapping
from kgbuild.readers.yaml import outline, parse, positions

_OPEN = re.compile(rb"\s*---[ \t]*\r?\n")
_SECOND = re.compile(rb"^(?:---|\.\.\.)[ \t]", re.MULTILINE)
_CLOSE = re.compile(rb"(?:---|\.\.\.)[ \t]*(?:\r?\n|\r?\Z)")


def front_of(data: bytes) -> tuple[bytes, int] | None:
    """Return the front matter of a page that was read without errors, and the line where it begins; None if there is none."""
    data = text.without_bom(data)
    opening = _OPEN.match(data)
    closing = _closing(data, opening.end()) if opening else None
    return (data[opening.end() : closing.start()], data.count(b"\n", 0, opening.end()) + 1) if opening and closing else None


def read(path: str, data: bytes, *, exact: bool, containers: tuple[str, ...]) -> list[Document]:
    """Return the page as one document, or an empty list if it has no front matter. Raises InputError (see kgbuild.readers.yaml.parse)."""
    text.decode(path, data)
    data = text.without_bom(data)
    opening = _OPEN.match(data)
    if not opening:
        return []
    closing = _closing(data, opening.end())
    line = data.count(b"\n", 0, opening.end()) + 1
    if not closing:
        raise InputError([_never_closed(path, data, opening.end(), line)])
    text.check_controls(path, data, opening.end(), closing.start())
    front = data[opening.end() : closing.start()]
    parsed = parse.parse(path, front, line, exact)
    tree, doubled = parsed[0] if parsed else (None, ())
    body = data[closing.end() :]
    document = Document(
        tree={} if tree is None else tree, raw=front, line=line, exact=exact, body=body.decode().strip(), find=positions.find,
        near=outline.find, doubled=doubled,
    )  # fmt: skip
    also = [problem for _, found in parsed for _, problem in found]
    if len(parsed) > 1:  # a line `--- x` does not end the front matter, but begins a second document in YAML
        second = _SECOND.search(front)
        at = line + front.count(b"\n", 0, second.start()) if second else line
        todo = "remove the line, or the text after its `---`"
        raise InputError([Problem(path, at, 1, "", "one YAML document as front matter", "the start of a second one", todo), *also])
    if not isinstance(document.tree, dict):
        raise InputError([not_a_mapping(path, document, (), document.tree), *also])
    return [document]


def _never_closed(path: str, data: bytes, start: int, line: int) -> Problem:
    """Return the problem of front matter without a closing line. A line that looks like one may have an invisible character."""
    expected = "a line `---` that closes the front matter"
    for number, row in enumerate(data[start:].decode().split("\n"), line):
        offset = invisible_at(row)
        if offset is not None and visible_part(row).rstrip() in ("---", "..."):
            got = f"{name_of(row[offset])} in it"
            return Problem(path, number, offset + 1, "", expected, got, "remove the character")
    return Problem(path, line - 1, 1, "", expected, "the end of the file", "add the line below the last field")


def _closing(data: bytes, start: int) -> re.Match[bytes] | None:
    """Return the first line at or after ``start`` that ends the front matter. (A search in multi-line mode takes longer than the YAML parser.)"""
    found = _CLOSE.match(data, start)
    at = start - 1
    while found is None:
        dashes = data.find(b"\n---", at)
        dots = data.find(b"\n...", at, dashes if dashes >= 0 else len(data))
        at = (dots if dots >= 0 else dashes) + 1
        if not at:
            return None
        found = _CLOSE.match(data, at)
    return found
