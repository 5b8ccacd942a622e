"""Read the text of a SPARQL query by its tokens: what it is, which names it has, and where its parameters belong. All pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, takewhile
from typing import NamedTuple

from kgbuild.query.sandbox import QueryError

#: Tokens of SPARQL 1.1 (§19.8) that can contain words that are not keywords: strings, IRIs, comments, prefixed names, variables.
_NO_KEYWORD = re.compile(
    r"'''(?:'{0,2}(?:[^'\\]|\\.))*'''|\"\"\"(?:\"{0,2}(?:[^\"\\]|\\.))*\"\"\"|'(?:[^'\\\n\r]|\\.)*'|\"(?:[^\"\\\n\r]|\\.)*\""
    r"|<[^<>\"{}|^`\\\x00-\x20]*>|#[^\n\r]*|[?$]\w+|[\w.-]*:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\.)*|@[\w-]+",
    re.DOTALL,
)
_TOKEN = re.compile(rf"{_NO_KEYWORD.pattern}|\w+|\S", re.DOTALL)
_VARIABLE = re.compile(r"[?$]\w+")
_SERVICE = re.compile(r"\bSERVICE\b", re.IGNORECASE)
#: The start of a SPARQL 1.1 Update (§3), after its prologue.
_UPDATE = re.compile(r"\A(?:\s|BASE\b|PREFIX\b)*(?:INSERT|DELETE|LOAD|CLEAR|DROP|ADD|MOVE|COPY|CREATE|WITH)\b", re.IGNORECASE)


class Update(QueryError):
    """An update instead of a query."""

    def __init__(self) -> None:
        super().__init__("expected a query, got an update; use SELECT, ASK, CONSTRUCT or DESCRIBE")


def refuse(text: str) -> None:
    """Raise QueryError for a query to another endpoint, and Update for an update: a query may only read the build."""
    keywords = _NO_KEYWORD.sub(" ", text)
    if _SERVICE.search(keywords):
        raise QueryError("SERVICE: expected a query over the build only, got one to another endpoint; send it to that endpoint directly")
    if _UPDATE.match(keywords):
        raise Update


def terms(text: str, prefixes: Mapping[str, str]) -> set[str]:
    """Return the IRIs of all prefixed names of a text, and `rdf:type`. They include all predicates of a text without variables or IRIs as predicates.

    >>> sorted(terms("SELECT ?s { ?s a x:A ; x:b/^x:c ?o }", {"x": "http://x/", "rdf": "http://r/"}))
    ['http://r/type', 'http://x/A', 'http://x/b', 'http://x/c']
    """
    found = re.findall(r"\b([a-z]\w*):(\w+)", text)
    return {prefixes["rdf"] + "type", *(prefixes[prefix] + name for prefix, name in found if prefix in prefixes)}


class _Block(NamedTuple):
    """A data block (SPARQL 1.1 §10.2) in the tokens of a text: its variables, and its start and end in the text."""

    names: tuple[str, ...]
    start: int
    end: int


def bind(text: str, values: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return a query with the terms of its parameters in place of the values of their data blocks, and the parameters that have no data block.

    Raises QueryError for a parameter that the query does not have, or that gets its value in another way too.

    >>> bind("SELECT * { VALUES ?x {1} ?s ?p $y }", {"x": '"a"', "y": "2"})
    ('SELECT * { VALUES ?x { "a" } ?s ?p $y }', ('y',))
    """
    tokens = [match for match in _TOKEN.finditer(text) if not match[0].startswith("#")]
    words = [match[0] for match in tokens]
    placed = set()
    for block in reversed(list(_blocks(tokens, words))):
        for name in values.keys() & set(block.names):
            if len(block.names) > 1:
                others = ", ".join(f"?{other}" for other in block.names if other != name)
                raise QueryError(
                    f"--param {name}: expected VALUES ?{name} {{ … }}, got VALUES with {others} too; give ?{name} a block of its own"
                )
            text = f"{text[: block.start]}VALUES ?{name} {{ {values[name]} }}{text[block.end :]}"
            placed.add(name)
    rest = tuple(name for name in values if name not in placed)
    for name in rest:
        _require_free(name, words)
    return text, rest


def _require_free(name: str, words: list[str]) -> None:
    """Raise QueryError unless a query has a variable and does not compute it."""
    at = [n for n, word in enumerate(words) if word in (f"?{name}", f"${name}")]
    if not at:
        raise QueryError(f"--param {name}: expected ?{name} in the query, got none; add it where the value belongs")
    if any(words[n - 1].upper() == "AS" for n in at if n):
        raise QueryError(f"--param {name}: expected ?{name} without a value, got `AS ?{name}`; remove that, or use another name")


def _blocks(tokens: list[re.Match[str]], words: list[str]) -> Iterator[_Block]:
    """Yield the data blocks of a text. A block contains no braces, except in strings."""
    for n, word in enumerate(words):
        if word.upper() == "VALUES":
            head = list(takewhile(lambda word: word in ("(", ")") or _VARIABLE.fullmatch(word), islice(words, n + 1, None)))
            opened = n + 1 + len(head)
            if words[opened : opened + 1] == ["{"] and "}" in words[opened:]:
                names = tuple(word[1:] for word in head if word not in ("(", ")"))
                yield _Block(names, tokens[n].start(), tokens[words.index("}", opened)].end())
