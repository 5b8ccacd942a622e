"""Run SPARQL 1.1 queries on a store, with bound parameters, and return rows or the standard formats."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import msgspec

from kgbuild.model.ids import expand
from kgbuild.query.answers import Answer
from kgbuild.query.parameters import NodeId, Value
from kgbuild.query.sandbox import QueryError

if TYPE_CHECKING:
    import pyoxigraph as ox

_SPACES = re.compile(r"\s+")
_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = frozenset(_XSD + name for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"))
_FRACTIONS = frozenset(_XSD + name for name in ("decimal", "double", "float"))
#: The most characters of a parser's list of expected tokens to show.
_MAX_MESSAGE = 160


def ask(
    store: ox.Store, text: str, values: Mapping[str, Value], prefixes: Mapping[str, str]
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Return the answer of a query. It is evaluated as it is read.

    A parameter with a data block (``VALUES ?name { … }``) is inserted there as a term; others are substituted for the variable of their name.
    Raises QueryError for an invalid text.
    """
    import pyoxigraph as ox

    from kgbuild.query import sparql_text

    sparql_text.refuse(text)
    terms = {name: _term(value) for name, value in values.items()}
    text, rest = sparql_text.bind(text, {name: str(term) for name, term in terms.items()})
    substitutions: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple] = {
        ox.Variable(name): terms[name] for name in rest
    }
    try:
        return store.query(text, prefixes=dict(prefixes), substitutions=substitutions)
    except (SyntaxError, RuntimeError, ValueError, OSError) as error:
        for name in rest:
            if f"variable ?{name} in its SELECT" in str(error):
                todo = f"add it there, or add VALUES ?{name} {{ UNDEF }} to the pattern"
                raise QueryError(f"--param {name}: expected ?{name} in the SELECT clause, got none; {todo}") from None
        raise QueryError(message_of(error)) from None


def _term(value: Value) -> ox.NamedNode | ox.Literal:
    """Return a value as a term. Its text is what Oxigraph writes for it: a valid IRI, or a literal with everything escaped."""
    import pyoxigraph as ox

    if isinstance(value, NodeId):
        return ox.NamedNode(value.iri)
    return ox.Literal(str(value), datatype=ox.NamedNode(_XSD + "integer")) if isinstance(value, int) else ox.Literal(value)


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
    bindings = [
        {
            name: _binding(value, prefixes if name in nodes else None)
            for name, value in zip(answer.columns, row, strict=True)
            if value is not None
        }
        for row in answer.rows
    ]
    return _parsed({"head": {"vars": answer.columns}, "results": {"bindings": bindings}})  # SPARQL 1.1 Query Results JSON Format, section 3


def _binding(value: str | int, prefixes: Mapping[str, str] | None) -> dict[str, str]:
    if isinstance(value, int):
        return {"type": "literal", "value": str(value), "datatype": _XSD + "integer"}
    return {"type": "literal", "value": value} if prefixes is None else {"type": "uri", "value": expand(value, prefixes) or value}


def safe(solutions: ox.QuerySolutions) -> ox.QuerySolutions:
    """Return solutions whose literals a spreadsheet shows as text."""
    import pyoxigraph as ox

    from kgbuild.query.spreadsheet import marked

    results = msgspec.json.decode(solutions.serialize(format=ox.QueryResultsFormat.JSON) or b"")
    for binding in results["results"]["bindings"]:
        for term in binding.values():
            if term["type"] == "literal":
                term["value"] = marked(term["value"])
    return _parsed(results)


def _parsed(results: Any) -> ox.QuerySolutions:
    import pyoxigraph as ox

    return cast("ox.QuerySolutions", ox.parse_query_results(msgspec.json.encode(results), format=ox.QueryResultsFormat.JSON))


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
