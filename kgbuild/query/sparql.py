"""SPARQL 1.1 queries over a store: parameters bound, answers as rows or in the standard forms."""

from __future__ import annotations

import re
import resource
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import msgspec

from kgbuild.model.ids import expand
from kgbuild.query.answers import Answer
from kgbuild.query.parameters import NodeId, Value
from kgbuild.query.sandbox import QueryError

if TYPE_CHECKING:
    import pyoxigraph as ox

#: Tokens of SPARQL 1.1 (§19.8) in which words stand that are no keywords: long and short strings, IRIs, comments, prefixed names, variables.
_NO_KEYWORD = re.compile(
    r"'''(?:'{0,2}(?:[^'\\]|\\.))*'''|\"\"\"(?:\"{0,2}(?:[^\"\\]|\\.))*\"\"\"|'(?:[^'\\\n\r]|\\.)*'|\"(?:[^\"\\\n\r]|\\.)*\""
    r"|<[^<>\"{}|^`\\\x00-\x20]*>|#[^\n\r]*|[?$]\w+|[\w.-]*:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\.)*|@[\w-]+",
    re.DOTALL,
)
_SERVICE = re.compile(r"\bSERVICE\b", re.IGNORECASE)
#: SPARQL 1.1 Update (§3), without what stands before its first word.
_UPDATE = re.compile(r"\A(?:\s|BASE\b|PREFIX\b)*(?:INSERT|DELETE|LOAD|CLEAR|DROP|ADD|MOVE|COPY|CREATE|WITH)\b", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = frozenset(_XSD + name for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"))
_FRACTIONS = frozenset(_XSD + name for name in ("decimal", "double", "float"))
#: How much of a parser's list of all that it would have taken is told.
_TOLD = 160


def refuse_service(text: str) -> None:
    """Raise QueryError for a query that asks another endpoint: a query reads the build and nothing else."""
    if _SERVICE.search(_NO_KEYWORD.sub(" ", text)):
        raise QueryError("SERVICE: expected a query over the build alone, got one that asks another endpoint; ask that endpoint itself")


def terms(text: str, prefixes: Mapping[str, str]) -> set[str]:
    """The IRIs of all prefixed names of a text, and `rdf:type`: among them are all predicates of a text that has neither variables nor IRIs as such.

    >>> sorted(terms("SELECT ?s { ?s a x:A ; x:b/^x:c ?o }", {"x": "http://x/", "rdf": "http://r/"}))
    ['http://r/type', 'http://x/A', 'http://x/b', 'http://x/c']
    """
    found = re.findall(r"\b([a-z]\w*):(\w+)", text)
    return {prefixes["rdf"] + "type", *(prefixes[prefix] + name for prefix, name in found if prefix in prefixes)}


def is_update(text: str) -> bool:
    """Whether a text is an update, by its first word.

    >>> is_update("PREFIX a: <x:> # all\\nDROP ALL"), is_update("SELECT * { ?s a <x:drop> }")
    (True, False)
    """
    return _UPDATE.match(_NO_KEYWORD.sub(" ", text)) is not None


def ask(
    store: ox.Store, text: str, values: Mapping[str, Value], prefixes: Mapping[str, str]
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """The answer of a query, which is evaluated as it is read.

    A parameter that the text has as ``VALUES ?name { … }`` stands there, as a term; any other is substituted for the variable of its name.
    Raises QueryError for a wrong text.
    """
    import pyoxigraph as ox

    terms = {name: _term(value) for name, value in values.items()}
    for name, term in terms.items():
        text = _block(name).sub(lambda _, name=name, term=term: f"VALUES ?{name} {{ {term} }}", text)  # type: ignore[misc]
    rest: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple] = {
        ox.Variable(name): term for name, term in terms.items() if not _block(name).search(text)
    }
    refuse_service(text)
    if is_update(text):
        raise QueryError("expected a query, got an update; ask with SELECT, ASK, CONSTRUCT or DESCRIBE")
    try:
        return store.query(text, prefixes=dict(prefixes), substitutions=rest)
    except (SyntaxError, RuntimeError, ValueError, OSError) as error:
        raise QueryError(said(error)) from None


def _block(name: str) -> re.Pattern[str]:
    return re.compile(rf"\bVALUES \?{re.escape(name)} \{{ [^{{}}\n]* \}}")


def _term(value: Value) -> ox.NamedNode | ox.Literal:
    """A value as a term, whose text is what Oxigraph writes for it: an IRI that is one, or a literal in which all is escaped."""
    import pyoxigraph as ox

    if isinstance(value, NodeId):
        return ox.NamedNode(value.iri)
    return ox.Literal(str(value), datatype=ox.NamedNode(_XSD + "integer")) if isinstance(value, int) else ox.Literal(value)


def shut() -> None:
    """Open nothing any more in this process, neither files nor connections: a query has all that it needs in memory."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def said(error: Exception) -> str:
    """What the engine says is wrong, in one sentence.

    >>> said(SyntaxError("error at 1:3: expected a,\\n b"))
    'line 1, column 3: expected a, b; correct the query'
    """
    text = _SPACES.sub(" ", str(error)).strip()
    if len(text) > _TOLD:
        text = f"{text[:_TOLD].rpartition(' ')[0]} …"
    found = re.match(r"error at (\d+):(\d+): (.*)", text)
    return f"line {found[1]}, column {found[2]}: {found[3]}; correct the query" if found else f"{text}; correct the query"


def solutions(answer: Answer, nodes: Collection[str], prefixes: Mapping[str, str]) -> ox.QuerySolutions:
    """An answer as solutions of SPARQL, as if a query had found it; the columns ``nodes`` hold CURIEs, which become IRIs."""
    import pyoxigraph as ox

    bindings = [
        {
            name: _binding(value, prefixes if name in nodes else None)
            for name, value in zip(answer.columns, row, strict=True)
            if value is not None
        }
        for row in answer.rows
    ]
    results = {"head": {"vars": answer.columns}, "results": {"bindings": bindings}}  # SPARQL 1.1 Query Results JSON Format, section 3
    parsed = ox.parse_query_results(msgspec.json.encode(results), format=ox.QueryResultsFormat.JSON)
    return cast("ox.QuerySolutions", parsed)


def _binding(value: str | int, prefixes: Mapping[str, str] | None) -> dict[str, str]:
    if isinstance(value, int):
        return {"type": "literal", "value": str(value), "datatype": _XSD + "integer"}
    return {"type": "literal", "value": value} if prefixes is None else {"type": "uri", "value": expand(value, prefixes) or value}


def rows(solutions: ox.QuerySolutions, shorten: Mapping[str, str] | None = None) -> Answer:
    """Solutions as rows of plain values; with ``shorten`` (prefix -> IRI), IRIs as CURIEs where one of the prefixes is theirs."""
    names = tuple(variable.value for variable in solutions.variables)
    known = sorted(((base, f"{prefix}:") for prefix, base in (shorten or {}).items()), key=lambda item: (-len(item[0]), item))
    cache: dict[str, str] = {}
    return Answer(names, [tuple(_plain(term, known, cache) for term in solution) for solution in solutions])


def _plain(term: Any, known: list[tuple[str, str]], cache: dict[str, str]) -> Any:
    import pyoxigraph as ox

    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        if term.value not in cache:
            cache[term.value] = _short(term.value, known)
        return cache[term.value]
    if not isinstance(term, ox.Literal):
        return str(term)
    return _number(term.value, term.datatype.value)


def _short(iri: str, known: list[tuple[str, str]]) -> str:
    for base, prefix in known:
        if iri.startswith(base) and re.fullmatch(r"[\w.~%-]+", iri[len(base) :]):
            return prefix + iri[len(base) :]
    return iri


def _number(text: str, type: str) -> Any:
    """The value of a literal: a whole number, a fraction, a boolean, else its text."""
    try:
        if type in _INTEGERS:
            return int(text)
        if type in _FRACTIONS:
            return float(text)
    except ValueError:
        return text
    if type == _XSD + "boolean":
        return text in ("true", "1")
    return text


def write_graph(triples: ox.QueryTriples, form: str, out: BinaryIO, prefixes: Mapping[str, str]) -> None:
    """Triples as N-Triples or Turtle, in the order of their text: the same graph is written as the same bytes."""
    import pyoxigraph as ox

    in_order = sorted(set(triples), key=str)
    if form == "ntriples":
        ox.serialize(in_order, out, format=ox.RdfFormat.N_TRIPLES)
        return
    text = "\n".join(map(str, in_order))
    used = {prefix: base for prefix, base in prefixes.items() if f"<{base}" in text}
    lines = (ox.serialize(in_order, format=ox.RdfFormat.TURTLE, prefixes=used) or b"").splitlines(keepends=True)
    out.writelines(sorted(lines[: len(used)]) + lines[len(used) :])
