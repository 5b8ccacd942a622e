"""Translate an error of PyYAML into a problem that names the place where it begins, what was found, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from kgbuild.errors import Problem
from kgbuild.model.invisible import name_of
from kgbuild.readers import hidden
from kgbuild.readers.text import position

if TYPE_CHECKING:
    import yaml

_QUOTE = "put the value into quotes"
_WORD = re.compile(r"\"[^\"\n]{1,30}\"?|'[^'\n]{1,30}'?|[^\s\"'\[\]{},]{1,30}|\S")
_CORRECT = "correct the YAML here or just above"
_BRACKETS = {"[": "]", "{": "}"}


class _Place(NamedTuple):
    """Offsets in the text: where the parser stopped (``at``), and where the construct that it was parsing begins (``since``)."""

    text: str
    at: int
    since: int
    line: int

    def got(self, offset: int) -> str:
        found = _WORD.match(self.text, offset)
        if found:
            return f"`{found[0]}`" if found[0].isprintable() else f"the character {name_of(found[0][0])}"
        return "the end of the text" if not self.text[offset:].strip() else "the end of the line"

    def before(self, offset: int) -> str:
        """Return the text of the line before an offset."""
        return self.text[self.text.rfind("\n", 0, offset) + 1 : offset]

    def line_of(self, offset: int) -> int:
        return self.line + position(self.text, offset)[0] - 1


_Diagnosis = tuple[int, str, str, str]  # offset, expected, got, what to do


def problem(path: str, text: str, line: int, error: yaml.YAMLError) -> Problem:
    """Return the problem for ``error``, which PyYAML raised for a text that begins on ``line`` of its file."""
    message = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "no YAML")
    context = str(getattr(error, "context", None) or "")
    mark, begin = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    at = min(mark.index, len(text)) if mark else 0
    place = _Place(text, at, begin.index if begin else at, line)
    offset, expected, got, todo = _rule(message, context)(place)
    offset, expected, got, todo = hidden.in_yaml(text, place.since, place.at, offset) or (offset, expected, got, todo)
    row, column = position(text, offset)
    return Problem(path, line + row - 1, column, "", expected, got, todo)


def _rule(message: str, context: str) -> Callable[[_Place], _Diagnosis]:
    for words, rule in _RULES.items():
        if words in message or words in context:
            return rule
    return lambda place: (place.at, "YAML", f"{place.got(place.at)}, of which the parser says {message!r}", _CORRECT)


def _quote_open(place: _Place) -> _Diagnosis:
    mark = place.text[place.since]
    return place.since, f"a text that is closed with `{mark}`", "none that is", f"add the `{mark}`, or remove this one"


def _bracket_open(place: _Place) -> _Diagnosis:
    mark = place.text[place.since]
    close, got = _BRACKETS.get(mark, "]"), place.got(place.at)
    todo = f"add the `{close}`, or put the value into quotes if it is text"
    if place.line_of(place.at) != place.line_of(place.since):
        end = got if got.startswith("the end") else f"{got} in line {place.line_of(place.at)}"
        return place.since, f"`{close}` at the end of what begins with `{mark}` here", end, todo
    return place.at, f"`,` or `{close}`", got, "add what is missing, or put the value into quotes if it is text"


def _colon(place: _Place) -> _Diagnosis:
    before = place.before(place.at)
    field = re.match(r"\s*(?:- +)*([^\s:][^:]*):\s+(?=\S)", before)
    if field:
        word = before.rsplit(None, 1)[-1]
        return place.at, f"text without `: ` as the value of {field[1]!r}", f"`{word}:`", _QUOTE
    start = place.at - len(before.lstrip())
    return start, "a field at the column of those above it", f"{place.got(start)} further right", "begin it at the same column"


def _key(place: _Place) -> _Diagnosis:
    before = place.before(place.at)
    if before.strip() not in ("", "-"):
        stop = before.rstrip()[-1]
        what = f"the end of the line after `{stop}`" if stop in "\"']}" else "the end of the line"
        inside = ", and write a quote inside it as " + ("`''`" if stop == "'" else '`\\"`') if stop in "\"'" else ""
        return place.at, what, place.got(place.at), f"put the whole value into one pair of quotes{inside}"
    line = place.line_of(place.since)
    column = position(place.text, place.since)[1]
    if re.match(r"-\s", place.text[place.at :]):
        todo = "move the list below its field, or remove the `-`"
        return place.at, f"a field, as in line {line}", "a list item", todo
    todo = "begin it at that column, or indent it further if it continues the text above"
    return place.at, f"a field at column {column}, as in line {line}", place.got(place.at), todo


def _item(place: _Place) -> _Diagnosis:
    line, column = place.line_of(place.since), position(place.text, place.since)[1]
    todo = "add the `-`, or correct the indentation"
    return place.at, f"a list item, `- …`, at column {column}, as in line {line}", place.got(place.at), todo


def _no_colon(place: _Place) -> _Diagnosis:
    end = place.text.find("\n", place.since)
    written = place.text[place.since : end if end >= 0 else len(place.text)].rstrip()[:40]
    got = f"`{written}`" if written.isprintable() else place.got(place.since)
    if written.startswith(("<<<<<<<", "=======", ">>>>>>>")):
        todo = "keep one of the versions and remove the marks"
        return place.since, "one version of the record", f"{got}, the mark of an unfinished merge", todo
    return place.since, "`field: value`", got, "add the colon and a space after it, or indent the line if it continues the text above"


def _value(place: _Place) -> _Diagnosis:
    return place.at, "a value", place.got(place.at), _QUOTE


def _list(place: _Place) -> _Diagnosis:
    return place.at, "a value", place.got(place.at), "put the value into quotes, or begin the list on the next line"


def _value_since(place: _Place) -> _Diagnosis:
    return place.since, "a value", place.got(place.since), _QUOTE


def _start(place: _Place) -> _Diagnosis:
    if place.text[place.at : place.at + 1] == "\t":
        return _tab(place)
    return _value(place)


def _tab(place: _Place) -> _Diagnosis:
    offset = place.at
    while place.text[offset - 1 : offset] == "\t":
        offset -= 1
    return offset, "spaces as indentation", "a tab", "indent with spaces"


def _alias(place: _Place) -> _Diagnosis:
    return place.at, "an alias of an anchor above", f"{place.got(place.at)}, which is none", f"{_QUOTE} if it is text"


def _escape(place: _Place) -> _Diagnosis:
    got = f"`{place.text[place.at : place.at + 2].strip()}`"
    return place.at, "an escape that YAML knows", got, "write `\\\\` for a backslash, or use single quotes"


def _code(place: _Place) -> _Diagnosis:
    offset = max(place.text.rfind("\\", 0, place.at + 1), 0)
    surrogate = re.match(r"\\u[dD][89abAB-fF][0-9a-fA-F]{2}", place.text[offset : offset + 6])
    if surrogate:
        return offset, "a character", f"`{surrogate[0]}`, half of one", "write the character itself, or remove it"
    return offset, "the code of a character in hexadecimal digits", place.got(offset), "write the character itself"


def _directive(place: _Place) -> _Diagnosis:
    start = place.at - len(place.before(place.at))
    return start, "a field", f"{place.got(start)}, since `%` begins no field", "remove the line, or put the name of the field into quotes"


def _block(place: _Place) -> _Diagnosis:
    return place.at, "the end of the line after `|` or `>`", place.got(place.at), "begin the text on the next line, indented"


def _anchor(place: _Place) -> _Diagnosis:
    return place.at, "each anchor once", f"{place.got(place.at)} again", "give one of the two another name"


def _rest(place: _Place) -> _Diagnosis:
    return place.at, "the end of the document", place.got(place.at), "remove what follows, or correct the text before it"


_RULES: Mapping[str, Callable[[_Place], _Diagnosis]] = MappingProxyType(
    {
        "unexpected end of stream": _quote_open,
        "unexpected document indicator": _quote_open,
        "expected ',' or ']'": _bracket_open,
        "expected ',' or '}'": _bracket_open,
        "mapping values are not allowed": _colon,
        "did not find expected key": _key,
        "expected '-' indicator": _item,
        "could not find expected ':'": _no_colon,
        "cannot start any token": _start,
        "a tab character": _tab,
        "expected node content": _value,
        "block sequence entries are not allowed": _list,
        "mapping keys are not allowed": _value,
        "undefined alias": _alias,
        "scanning an anchor": _value_since,
        "scanning an alias": _value_since,
        "undefined tag handle": _value,
        "scanning a tag": _value_since,
        "parsing a tag": _value_since,
        "unknown escape character": _escape,
        "hexdecimal number": _code,
        "character escape code": _code,
        "directive": _directive,
        "scanning a block scalar": _block,
        "second occurrence": _anchor,
        "<document start>": _rest,
    }
)
