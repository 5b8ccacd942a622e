"""Scan JSON text for the positions of its values and for all of its errors.

The scanner does not recurse. It is slow, and is used only if a text has an error or a position is requested.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import NamedTuple

from kgbuild.errors import EACH_KEY_ONCE
from kgbuild.model.document import Place
from kgbuild.model.invisible import name_of
from kgbuild.readers import hidden
from kgbuild.readers.text import MAX_DEPTH, MAX_PROBLEMS, TOO_DEEP

_SPACE = re.compile(r"[ \t\n\r]*+")
_TEXT = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')  # RFC 8259 §7, without the closing quote
_WORD = re.compile(r"(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null)(?![\w.+-])")  # RFC 8259 §3 and §6
_ESCAPE = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\(?:u(....)|.)")
_SHOWN = re.compile(r'"(?:[^"\\\n]|\\.){0,30}"?|[\w.+-]{1,30}|.', re.DOTALL)
_INSTEAD = {"True": "write `true`", "False": "write `false`", "None": "write `null`"}
_INSTEAD |= dict.fromkeys(("'", '"'), "put it into double quotes")
_INSTEAD |= dict.fromkeys(("NaN", "Infinity", "-Infinity", "undefined"), "write `null`, or leave the field out")
_INSTEAD |= dict.fromkeys(("/", "#"), "remove the comment, since JSON has none")
_CORRECT = "correct the JSON here or just before"
#: What to do with a line of a JSON list in a JSON Lines file.
_ONE_LIST = "or name the file .json if it is one list"


_OTHERS = bytes(byte for byte in range(256) if byte not in b'[]{}":')


def marks_of(data: bytes) -> bytes:
    """Return the brackets and colons of a valid JSON text, without those in its strings.

    >>> marks_of(b'{"a": ["[", "\\\\"}"]}')
    b'{:[]}'
    """
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(data.translate(None, _OTHERS).split(b'"')[::2])


def is_deep(marks: bytes) -> bool:
    """Return whether brackets may be nested more than MAX_DEPTH levels deep; certainly False for up to half of that.

    Each iteration removes one or two levels.
    """
    marks = marks.replace(b":", b"")
    for _ in range(MAX_DEPTH // 2):
        if not marks:
            return False
        marks = marks.replace(b"[]", b"").replace(b"{}", b"")
    return bool(marks)


def _one_each(pairs: list[tuple[str, object]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("duplicate key")


def _no_constant(word: str) -> None:
    raise ValueError(word)


_raw_decode = json.JSONDecoder(object_pairs_hook=_one_each, parse_constant=_no_constant, parse_int=len, parse_float=len).raw_decode


class JsonFault(NamedTuple):
    """An error at an offset of the text, with the fields of ``kgbuild.errors.Problem``."""

    offset: int
    expected: str
    got: str
    todo: str


class Value(NamedTuple):
    """The offset of a value. ``parts`` are the values of a list, or those of a mapping with the offsets of their keys."""

    offset: int
    parts: dict[str, tuple[int, Value]] | list[Value] | None


class Scan:
    """A scan of one JSON text. ``faults`` are its errors, ``doubled`` its duplicate keys with their places.

    With ``outline``, ``find`` works up to the first syntax error. Without it, records without errors are skipped, and list indices in
    the places of duplicate keys do not count them.
    """

    def __init__(self, text: str, whole: str = "text", *, outline: bool = False) -> None:
        self.text, self.whole, self.outline, self.at = text, whole, outline, 0
        self.faults: list[JsonFault] = []
        self.doubled: list[tuple[Place, JsonFault]] = []
        self.open: list[Value] = []
        self.root: Value | None = None
        fault = self._walk()
        if fault:
            self.faults.append(fault)

    def find(self, place: Place) -> int:
        """Return the offset of a place. If it does not exist, return that of its last part that exists."""
        value, offset = self.root, self.root.offset if self.root else 0
        for part in place:
            parts = value.parts if value else None
            if isinstance(parts, list) and isinstance(part, int) and part < len(parts):
                value = parts[part]
                offset = value.offset
            elif isinstance(parts, dict) and part in parts:
                offset, value = parts[part]
            else:
                break
        return offset

    def _walk(self) -> JsonFault | None:
        key: tuple[int, str] | None = None
        while True:
            mark = self._next()
            begins = mark in ("{", "[") and not self._skips_record()
            if (begins or mark not in ("{", "[")) and (fault := self._begin(mark, key)):
                return fault
            while self.open:
                mark, close = self._next(), "}" if isinstance(self.open[-1].parts, dict) else "]"
                if mark == close:
                    self.at += 1
                    self.open.pop()
                    begins = False
                    continue
                if not begins and (fault := self._comma(mark, close)):
                    return fault
                break
            else:
                return self._end()
            if self.faults and len(self.faults) + len(self.doubled) >= MAX_PROBLEMS:
                return None
            found = self._key() if close == "}" else None
            if isinstance(found, JsonFault):
                return found
            key = found

    def _begin(self, mark: str, key: tuple[int, str] | None) -> JsonFault | None:
        """Read a scalar, or the opening bracket of a list or mapping. Return the error if there is one."""
        value = Value(self.at, {} if mark == "{" else [] if mark == "[" else None)
        if value.parts is None and (fault := self._scalar(mark)):
            return fault
        self.root = self.root or value
        if self.open:
            self._put(value, key)
        if value.parts is not None:
            self.at += 1
            self.open.append(value)
        return JsonFault(value.offset, *TOO_DEEP) if len(self.open) > MAX_DEPTH else None

    def _skips_record(self) -> bool:
        """Skip a record of a list if it has no error, and return whether it did. This is fifty times as fast, and files can be large."""
        if self.outline or not 0 < len(self.open) <= 2 or not isinstance(self.open[-1].parts, list):
            return False
        try:
            end: int = _raw_decode(self.text, self.at)[1]
        except (ValueError, RecursionError):
            return False
        if self.text.find("\\u", self.at, end) >= 0 or is_deep(marks_of(self.text[self.at : end].encode())):
            return False
        self.at = end
        return True

    def _next(self) -> str:
        """Skip white space and return the next character, or an empty string at the end."""
        self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
        return self.text[self.at : self.at + 1]

    def _put(self, value: Value, key: tuple[int, str] | None) -> None:
        parts = self.open[-1].parts
        if isinstance(parts, list):
            parts.append(value)
        elif isinstance(parts, dict) and key:
            if key[1] in parts and len(self.doubled) < MAX_PROBLEMS:
                first = self.text.count("\n", 0, parts[key[1]][0]) + 1
                line = f", after line {first}" if "\n" in self.text else ""
                self.doubled.append(
                    (self._place(key[1]), JsonFault(key[0], EACH_KEY_ONCE, f"{key[1]!r} again{line}", "keep one of the two"))
                )
            parts[key[1]] = key[0], value

    def _place(self, key: str) -> Place:
        """Return the place of a key of the innermost open mapping."""
        path: list[str | int] = []
        for above, below in pairwise(self.open):
            parts = above.parts
            if isinstance(parts, dict):
                path.append(next(name for name, (_, value) in parts.items() if value is below))
            elif parts:
                path.append(len(parts) - 1)
        return (*path, key)

    def _scalar(self, mark: str) -> JsonFault | None:
        if mark == '"':
            return self._string("a text")[0]
        word = _WORD.match(self.text, self.at)
        if word:
            self.at = word.end()
            return None
        got = self._got()
        if not self.open:
            return self._fault("JSON", "write JSON, or rename the file with the ending of its format")
        if mark and (mark.isdigit() or mark in "-+."):
            return self._fault("a value", _INSTEAD.get(got, "put it into double quotes, or write the number as JSON does"))
        return self._fault("a value", _INSTEAD.get(got, "put it into double quotes" if mark.isalpha() else _INSTEAD.get(mark, _CORRECT)))

    def _string(self, what: str) -> tuple[JsonFault | None, str]:
        start, end = self.at, _TEXT.match(self.text, self.at).end()  # type: ignore[union-attr]
        stop = self.text[end : end + 1]
        if stop == '"':
            self.at = end + 1
            token = self.text[start : end + 1]
            if "\\u" in token:
                self._escapes(start, token)
            return None, json.loads(token)
        if not stop:
            todo = 'close it with `"`; the file may have been cut off'
            return JsonFault(start, f"{what} that is closed", f"the end of the {self.whole}", todo), ""
        if stop == "\\":
            todo = "write `\\\\` for a backslash"
            return JsonFault(end, "an escape that JSON knows", f"`{self.text[end : end + 2]}`", todo), ""
        if stop in "\r\n":
            todo = 'close it with `"`, or write `\\n` for a line break'
            return JsonFault(start, f"{what} that is closed on its line", "the end of the line", todo), ""
        todo = "write `\\t`" if stop == "\t" else "remove it"
        return JsonFault(end, "text", "a tab" if stop == "\t" else f"the control character U+{ord(stop):04X}", todo), ""

    def _escapes(self, start: int, token: str) -> None:
        for found in _ESCAPE.finditer(token):
            code = int(found[1], 16) if found[1] else 1
            if not code:
                self.faults.append(JsonFault(start + found.start(), "text", "the NUL character", "remove it"))
            elif 0xD800 <= code <= 0xDFFF:
                got = f"`{found[0]}`, half of one"
                self.faults.append(JsonFault(start + found.start(), "a character", got, "write the character itself, or remove it"))

    def _comma(self, mark: str, close: str) -> JsonFault | None:
        if mark != ",":
            todo = "add the comma that is missing" if mark and (mark in '"{[-' or mark.isalnum()) else _INSTEAD.get(mark, _CORRECT)
            return self._fault(f"`,` or `{close}`", todo)
        comma = self.at
        self.at += 1
        if self._next() == close:
            return JsonFault(
                comma, "a value after the comma" if close == "]" else "a field after the comma", f"`{close}`", "remove the comma"
            )
        return None

    def _key(self) -> JsonFault | tuple[int, str]:
        start, mark = self.at, self._next()
        if mark != '"':
            todo = _INSTEAD.get(mark, "put it into double quotes" if mark.isalnum() else _CORRECT)
            return self._fault("a field name in double quotes", todo)
        start = self.at
        fault, key = self._string("a field name")
        if fault:
            return fault
        if self._next() != ":":
            return self._fault("`:` after the field name", "add it")
        self.at += 1
        return start, key

    def _end(self) -> JsonFault | None:
        if not self._next():
            return None
        if self.whole == "line" and self._next() == "," and not self.text[self.at + 1 :].strip():
            return JsonFault(
                self.at, "the end of the line after the record", "`,`, as between the items of a list", f"remove it, {_ONE_LIST}"
            )
        lines = "write each record on its own line"
        todo = lines if self.whole == "line" else f"make them a list, or {lines} and name the file .jsonl"
        return self._fault("one JSON value", todo, "more, ")

    def _got(self) -> str:
        found = _SHOWN.match(self.text, self.at)
        return found[0] if found else ""

    def _fault(self, expected: str, todo: str, more: str = "") -> JsonFault:
        """Return the error at the current offset. If the text ends there, the early end is the error."""
        got = self._got()
        if found := hidden.at(self.text, self.at) or hidden.at(self.text, self.at + len(got)):
            return JsonFault(*found)
        if self.whole == "line" and self.text.strip() in ("[", "]"):
            at = self.text.index(self.text.strip())
            return JsonFault(at, "a record", f"`{self.text[at]}`, as around the items of a list", f"remove the line, {_ONE_LIST}")
        if not got:
            ends = {"text": "complete it; the file may have been cut off", "line": "write the whole record on one line"}
            return JsonFault(len(self.text.rstrip()), expected, f"the end of the {self.whole}", ends[self.whole])
        return JsonFault(self.at, expected, f"{more}`{got}`" if got.isprintable() else f"{more}the character {name_of(got[0])}", todo)
