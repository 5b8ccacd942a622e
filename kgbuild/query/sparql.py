"""Run SPARQL 1.1 queries on a store, with bound parameters, and return rows or the standard formats."""

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

#: Tokens of SPARQL 1.1 (§19.8) that can contain words that are not keywords: strings, IRIs, comments, prefixed names, variables.
_NO_KEYWORD = re.compile(
    r"'''(?:'{0,2}(?:[^'\\]|\\.))*'''|\"\"\"(?:\"{0,2}(?:[^\"\\]|\\.))*\"\"\"|'(?:[^'\\\n\r]|\\.)*'|\"(?:[^\"\\\n\r]|\\.)*\""
    r"|<[^<>\"{}|^`\\\x00-\x20]*>|#[^\n\r]*|[?$]\w+|[\w.-]*:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\.)*|@[\w-]+",
    re.DOTALL,
)
_SERVICE = re.compile(r"\bSERVICE\b", re.IGNORECASE)
#: The start of a SPARQL 1.1 Update (§3), after its prologue.
_UPDATE = re.compile(r"\A(?:\s|BASE\b|PREFIX\b)*(?:INSERT|DELETE|LOAD|CLEAR|DROP|ADD|MOVE|COPY|CREATE|WITH)\b", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = frozenset(_XSD + name for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"))
_FRACTIONS = frozenset(_XSD + name for name in ("decimal", "double", "float"))
#: The most characters of a parser's list of expected tokens to show.
_MAX_MESSAGE = 160


def refuse_service(text: str) -> None:
    """Raise QueryError for a query to another endpoint: a query may read only the build."""
    if _SERVICE.search(_NO_KEYWORD.sub(" ", text)):
        raise QueryError("SERVICE: expected a query over the build only, got one to another endpoint; send it to that endpoint directly")


def terms(text: str, prefixes: Mapping[str, str]) -> set[str]:
    """Return the IRIs of all prefixed names of a text, and `rdf:type`. They include all predicates of a text without variables or IRIs as predicates.

    >>> sorted(terms("SELECT ?s { ?s a x:A ; x:b/^x:c ?o }", {"x": "http://x/", "rdf": "http://r/"}))
    ['http://r/type', 'http://x/A', 'http://x/b', 'http://x/c']
    """
    found = re.findall(r"\b([a-z]\w*):(\w+)", text)
    return {prefixes["rdf"] + "type", *(prefixes[prefix] + name for prefix, name in found if prefix in prefixes)}


def is_update(text: str) -> bool:
    """Return whether the first keyword of a text is one of an update.

    >>> is_update("PREFIX a: <x:> # all\\nDROP ALL"), is_update("SELECT * { ?s a <x:drop> }")
    (True, False)
    """
    return _UPDATE.match(_NO_KEYWORD.sub(" ", text)) is not None


def ask(
    store: ox.Store, text: str, values: Mapping[str, Value], prefixes: Mapping[str, str]
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Return the answer of a query. It is evaluated as it is read.

    A parameter that the text contains as ``VALUES ?name { … }`` is inserted there as a term; others are substituted for the variable of their name.
    Raises QueryError for an invalid text.
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
        raise QueryError("expected a query, got an update; use SELECT, ASK, CONSTRUCT or DESCRIBE")
    try:
        return store.query(text, prefixes=dict(prefixes), substitutions=rest)
    except (SyntaxError, RuntimeError, ValueError, OSError) as error:
        raise QueryError(message_of(error)) from None


def _block(name: str) -> re.Pattern[str]:
    return re.compile(rf"\bVALUES \?{re.escape(name)} \{{ [^{{}}\n]* \}}")


def _term(value: Value) -> ox.NamedNode | ox.Literal:
    """Return a value as a term. Its text is what Oxigraph writes for it: a valid IRI, or a literal with everything escaped."""
    import pyoxigraph as ox

    if isinstance(value, NodeId):
        return ox.NamedNode(value.iri)
    return ox.Literal(str(value), datatype=ox.NamedNode(_XSD + "integer")) if isinstance(value, int) else ox.Literal(value)


def shut() -> None:
    """Forbid this process to open files or connections: a query has everything that it requires in memory."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def message_of(error: Exception) -> str:
    """Return the message of an engine's error as one sentence.

    >>> message_of(SyntaxError("error at 1:3: expected a,\\n b"))
    'line 1, column 3: expected a, b; correct the query'
    """
    text = _SPACES.sub(" ", str(error)).strip()
    if len(text) > _MAX_MESSAGE:
        text = f"{text[:_MAX_MESSAGE].rpartition(' ')[0]} …"
    found = re.match(r"error at (\d+):(\d+): (.*)", text)
    return f"line {found[1]}, column {found[2]}: {found[3]}; correct the query" if found else f"{text}; correct the query"


def solutions(answer: Answer, nodes: Collection[str], prefixes: Mapping[str, str]) -> ox.QuerySolutions:
    """Return an answer as SPARQL solutions, as if a query had returned it. The columns ``nodes`` contain CURIEs, which become IRIs."""
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
    """Return solutions as rows of plain values. With ``shorten`` (prefix -> IRI), IRIs become CURIEs if one of the prefixes applies."""
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
    """Return the value of a literal: a whole number, a fraction, a boolean, or its text."""
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
    """Write triples as N-Triples or Turtle, sorted by their text, so that the same graph always has the same bytes."""
    import pyoxigraph as ox

    in_order = sorted(set(triples), key=str)
    if form == "ntriples":
        ox.serialize(in_order, out, format=ox.RdfFormat.N_TRIPLES)
        return
    text = "\n".join(map(str, in_order))
    used = {prefix: base for prefix, base in prefixes.items() if f"<{base}" in text}
    lines = (ox.serialize(in_order, format=ox.RdfFormat.TURTLE, prefixes=used) or b"").splitlines(keepends=True)
    out.writelines(sorted(lines[: len(used)]) + lines[len(used) :])
