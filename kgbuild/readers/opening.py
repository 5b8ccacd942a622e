"""Find out why a page shows no front matter although it has some: its first line is damaged, or something stands before it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from kgbuild.model.invisible import invisible_at, name_of, visible_part
from kgbuild.readers.text import position

#: Line ends of any editor. Only LF and CRLF end a line of front matter.
_LINE_END = r"(?:\r\n|[\n\r\x0b\x0c\x85\u2028\u2029])"
_LINE = re.compile(rf"([^\n\r\x0b\x0c\x85\u2028\u2029]*)({_LINE_END}|\Z)")
_SPACE = re.compile(r"[ \t\n\r\x0b\x0c]+")
#: Comments of HTML, Liquid, Jinja and C; a YAML directive or comment (a heading in Markdown); and the opening line of a code block.
_COMMENT = re.compile(
    r"<!--.*?-->|<\?.*?\?>|\{%-?\s*comment\b.*?endcomment\s*-?%\}|\{#.*?#\}|/\*.*?\*/|//[^\n\r]*|#[^\n\r]*|%YAML[^\n\r]*|(?:`{3,}|~{3,})[\w -]*",
    re.DOTALL,
)
_DASHES = "\u00ad\u2010-\u2015\u2043\u2212\u2500\u2501\u2e3a\u2e3b\ufe58\ufe63\uff0d"
_DELIMITER = re.compile(rf"(?:[-{_DASHES}]*[{_DASHES}]+[-{_DASHES}\s]*|[-+=_*~;]{{2,}}\s*|\.{{3}}\s*|-(?: *-)+\s*)\Z")
_TAIL = re.compile(r"---+\s*[^-\s]")
#: A key at the start of a line, and its value.
_FIELD = re.compile(r"(?:\"([\w-]+)\"|'([\w-]+)'|([^\W\d][\w-]*))\s*:(?:\s+(.*))?\Z")
_TOML = re.compile(r"([^\W\d][\w-]*)()()\s*=\s*(.*)\Z")
_INSIDE = re.compile(r"\s|-(?:\s|\Z)|#|[\]}]")
EXPECTED = "a line `---` at the beginning of the page"


class Damage(NamedTuple):
    """Why the front matter of a page is not seen. ``fields`` are the keys at its top level, with the text after each.

    ``line`` and ``column`` count from one. ``certain`` is false if the page has no line `---` before its fields.
    """

    line: int
    column: int
    got: str
    todo: str
    fields: Mapping[str, str]
    certain: bool


class _Cause(NamedTuple):
    offset: int
    got: str
    todo: str
    certain: bool = False


def damage(page: str) -> Damage | None:
    """Return why the front matter of a page is not seen; None if the page has nothing that looks like front matter.

    >>> damage("<!-- x -->\\n---\\nid: a\\n---\\n").got
    'a comment before it'
    """
    before, start = _before(page)
    opening, start, written = _opening(page, start)
    fields = _fields(page, start, toml=written.startswith("+++"), ended=not written)
    cause = before or opening or _line_end(page)
    if not fields or (cause is None and written):
        return None
    cause = cause or _Cause(start, f"`{_LINE.match(page, start)[1][:40].rstrip()}`", "add the line above it")  # type: ignore[index]
    certain = bool(written) and opening is None and (before is None or before.certain)
    return Damage(*position(page, cause.offset), cause.got, cause.todo, fields, certain)


def _before(page: str) -> tuple[_Cause | None, int]:
    """Return what stands before the front matter, if anything but white space does, and the offset after it."""
    cause, at = None, 0
    while at < len(page):
        hidden = invisible_at(page, at, at + 1)
        found = None if hidden is not None else _COMMENT.match(page, at) or _SPACE.match(page, at)
        if hidden is not None:
            cause = cause or _Cause(at, f"{name_of(page[at])} before it", "remove the character", certain=True)
            at += 1
        elif found is None or not found[0]:
            break
        else:
            if not found[0].isspace():
                if cause and found[0].startswith(("```", "~~~")):
                    break  # a code block below other text is an example
                cause = cause or _comment(at, found[0])
            at = found.end()
    return cause, at


def _comment(at: int, text: str) -> _Cause:
    if text.startswith(("```", "~~~")):
        return _Cause(at, f"`{text.strip()}` before it", "remove the line, and the line that closes the code block")
    if text.startswith("%"):
        return _Cause(at, f"`{text.strip()}` before it", "remove the line")
    if text.startswith("#"):
        return _Cause(at, f"`{text[:40].strip()}` before it", "move the line below the front matter")
    return _Cause(at, "a comment before it", "move the comment below the front matter", certain=not text.startswith("//"))


def _opening(page: str, start: int) -> tuple[_Cause | None, int, str]:
    """Return what is wrong with the opening line, the offset of the first field, and the opening line."""
    cause, written, at = None, "", start
    while at < len(page) and (line := _LINE.match(page, at)):
        text = line[1]
        plain = visible_part(text)
        comment = written and (not plain.strip() or plain.startswith("#"))
        tail = None if written else _TAIL.match(plain)
        if not (comment or tail or _DELIMITER.match(plain)):
            break
        if not comment:
            cause = cause or _wrong(at, text, plain, again=bool(written))
            written = written or plain
        at = line.end()
    return cause, at, written


def _wrong(at: int, text: str, plain: str, *, again: bool) -> _Cause | None:
    hidden = invisible_at(text)
    if hidden is not None and plain.rstrip() == "---":
        return _Cause(at + hidden, f"`---` with {name_of(text[hidden])}", "remove the character")
    if plain.startswith("+++"):
        return _Cause(at, f"`{text[:40].rstrip()}`", "write the fields as YAML, between two lines `---`")
    if plain.rstrip() != "---":
        return _Cause(at, f"`{text[:40].rstrip()}`", "write three hyphens and nothing else on the line")
    return _Cause(at, "the line a second time", "remove one of the two") if again else None


def _line_end(page: str) -> _Cause | None:
    """Return the first line end that ends no line of front matter."""
    found = _LINE.match(page, len(page) - len(page.lstrip()))
    if found is None or found[2] in ("\n", "\r\n", ""):
        return None
    got = "carriage returns without line feeds" if found[2] == "\r" else name_of(found[2])
    return _Cause(found.start(2), f"{got} at the end of the line", "save the page with LF or CRLF as line ends")


def _fields(page: str, start: int, *, toml: bool, ended: bool) -> Mapping[str, str]:
    """Return the fields from ``start`` to a closing line; none if other text comes first.

    Unless they must be ``ended`` by such a line, they may also end at a blank line or at the end of the page.
    """
    fields: dict[str, str] = {}
    at, blank = start, False
    while at < len(page) and (line := _LINE.match(page, at)):
        text = line[1]
        at = line.end()
        plain = visible_part(text)
        field = (_TOML.match(plain) if toml else None) or _FIELD.match(plain)
        if field:
            key = next(name for name in field.groups()[:3] if name)
            fields.setdefault(key, (field[4] or "").strip().strip("\"'"))
        elif fields and _DELIMITER.match(plain) and plain.strip():
            return fields
        elif not plain.strip():
            blank = True
        elif not _INSIDE.match(plain):
            return fields if blank and not ended else {}
    return {} if ended else fields
