"""The three languages of files written by users: how to parse them, locate syntax errors, and find the line of an entry."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple


class SyntaxFault(NamedTuple):
    """A syntax error: its position (a line, or line and column, as `3` or `3:14`), and its description, empty if the parser gives none."""

    at: str
    got: str


class Syntax(NamedTuple):
    """A language: its name, its parser, and functions that locate a syntax error and find the line of an entry.

    The parser raises ValueError, or InputError with the places of all errors.
    """

    name: str
    parse: Callable[[str], Any]
    fault: Callable[[str, Exception], SyntaxFault]
    line_of: Callable[[bytes, Sequence[str]], int]


def _parse_yaml(text: str) -> Any:
    from kgbuild.readers.yaml import typed

    return typed.read("", text.encode())


def _line_in_yaml(data: bytes, keys: Sequence[str]) -> int:
    from kgbuild.readers.yaml import typed

    return typed.line_of(data, keys)


def _fault_of_yaml(_: str, error: Exception) -> SyntaxFault:
    """Return no position: the parser of YAML raises InputError, which has all of them."""
    return SyntaxFault("1", str(error))


def _parse_toml(text: str) -> Any:
    import tomllib

    return tomllib.loads(text)


def _fault_of_toml(text: str, error: Exception) -> SyntaxFault:
    what, _, where = str(error).rpartition(" (at ")
    numbers = re.findall(r"\d+", where) or [str(len(text.splitlines()))]  # tomllib gives line and column, or "end of document"
    return SyntaxFault(":".join(numbers), what[:1].lower() + what[1:])


_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
#: The beginning of a line that opens a table or an entry (TOML 1.0.0, "Keys" and "Table").
_OPENING = re.compile(rf"\s*(\[\[?)?\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*(=|\]\]?)")


def _line_in_toml(data: bytes, keys: Sequence[str]) -> int:
    """Return the line of the entry. tomllib does not give it.

    >>> _line_in_toml(b'[tool.kgbuild]\\njobs = 2\\n[tool.kgbuild.per-path-ignores]\\n"old/*" = 3', ["tool", "kgbuild", "per-path-ignores", "old/*"])
    4
    """
    found, deepest = 1, 0
    table: list[str] = []
    for number, line in enumerate(data.decode("utf-8-sig").splitlines(), 1):
        match = _OPENING.match(line)
        if match is None or bool(match[1]) != match[3].startswith("]"):
            continue
        where = [part.strip("\"'") for part in re.findall(_KEY, match[2])]
        if match[1]:
            table = where
        else:
            where = [*table, *where]
        if len(where) > deepest and where == list(keys[: len(where)]):
            found, deepest = number, len(where)
    return found


def _fault_of_json(text: str, error: Exception) -> SyntaxFault:
    at = error.pos if isinstance(error, json.JSONDecodeError) else 0
    return SyntaxFault(str(text.count("\n", 0, at) + 1), "")


YAML = Syntax("YAML", _parse_yaml, _fault_of_yaml, _line_in_yaml)
TOML = Syntax("TOML", _parse_toml, _fault_of_toml, _line_in_toml)
#: Its entries are located by the YAML parser, since JSON is a subset of YAML (YAML 1.2.2, §1.2).
JSON = Syntax("JSON", json.loads, _fault_of_json, _line_in_yaml)
