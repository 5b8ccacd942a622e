"""Run a query on a build in a separate process, and return the answer in an output format."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from kgbuild.errors import UsageError, quoted
from kgbuild.mapping.load import RegistryMapping
from kgbuild.pipeline.artifact import Build
from kgbuild.query import answers, lineage, sandbox, sparql, sql, triples
from kgbuild.query.parameters import NodeId, Value
from kgbuild.query.question import Engine, nearest
from kgbuild.query.sandbox import Bounds, QueryError

if TYPE_CHECKING:
    from types import ModuleType

    import pyoxigraph as ox

#: The output formats for SELECT and ASK that SPARQL 1.1 standardizes.
_STANDARD = ("csv", "tsv", "json")


#: The most characters of an unknown id to show.
_MAX_ID = 100


class Query(NamedTuple):
    """A query, its engine, the values of its parameters, and the output format. ``width`` limits a table; None does not limit it.

    ``text`` is the name of the question if the engine is "lineage". ``named`` marks a named question, whose text names all predicates
    that it requires.
    """

    text: str
    engine: Engine
    values: Mapping[str, Value]
    form: str
    width: int | None
    named: bool


def ask(query: Query, build: Build, vocabulary: RegistryMapping, bounds: Bounds) -> BinaryIO:
    """Return the answer as a file. Raises the errors of ``sandbox.run``."""

    def work(out: BinaryIO) -> str:
        if query.form != "parquet":  # pyarrow would take the placeholder for pandas
            sys.modules.setdefault(
                "pandas", cast("ModuleType", None)
            )  # DuckDB imports pandas for each parameter, which takes longer than the query
        if query.engine == "sql":
            _sql(query, build, bounds, out)
        elif query.engine == "sparql":
            _sparql(query, build, vocabulary, out)
        else:
            _lineage(query, build, vocabulary, out)
        return ""

    return sandbox.run(work, bounds)[1]


def _sql(query: Query, build: Build, bounds: Bounds, out: BinaryIO) -> None:
    if query.form in ("ntriples", "turtle"):
        raise UsageError(
            f"--format {query.form}: expected a query that returns triples, got one in SQL; use table, csv, tsv, json, jsonl or parquet"
        )
    connection = sql.load(build, bounds.memory)
    for name, value in _nodes(query):
        if not connection.execute("SELECT count(*) FROM nodes WHERE id = $id", {"id": value.curie}).fetchall()[0][0]:
            ids = [row[0] for row in connection.execute("SELECT id FROM nodes").fetchall()]
            raise UsageError(unknown(name, value, ids))
    _show(sql.ask(connection, query.text, query.values), query, out)


def _lineage(query: Query, build: Build, vocabulary: RegistryMapping, out: BinaryIO) -> None:
    upstream = lineage.load(build, vocabulary)
    (name, value), *_ = _nodes(query)
    nodes = upstream.graph.nodes
    if value.curie not in nodes:
        raise UsageError(unknown(name, value, [id for id, node in nodes.items() if node.is_product or node.is_resource]))
    question = lineage.QUESTIONS[query.text]
    prefixes = vocabulary.prefixes.prefixes
    _render(sparql.solutions(question.answer(upstream, value.curie), question.nodes, prefixes), query, out, prefixes)


def _sparql(query: Query, build: Build, vocabulary: RegistryMapping, out: BinaryIO) -> None:
    import pyoxigraph as ox

    sparql.refuse_service(query.text)
    if query.form == "parquet":  # modules must be imported before opening files is disabled
        answers.require_pyarrow()
    prefixes = vocabulary.prefixes.prefixes
    store = triples.load(build, vocabulary, sparql.terms(query.text, prefixes) if query.named else ())
    for name, value in _nodes(query):
        if next(store.quads_for_pattern(ox.NamedNode(value.iri), None, None), None) is None:
            raise UsageError(unknown(name, value, _ids(store, vocabulary)))
    sparql.shut()
    try:
        _render(sparql.ask(store, query.text, query.values, prefixes), query, out, prefixes)
    except (RuntimeError, OSError) as error:  # an answer is evaluated as it is read
        raise QueryError(sparql.message_of(error)) from None


def _nodes(query: Query) -> list[tuple[str, NodeId]]:
    return [(name, value) for name, value in query.values.items() if isinstance(value, NodeId)]


def _ids(store: ox.Store, vocabulary: RegistryMapping) -> list[str]:
    """Return the CURIEs of the resources and products of a graph."""
    import pyoxigraph as ox

    prefixes, space = vocabulary.prefixes.prefixes, vocabulary.prefixes.spaces["resource"]
    is_a = ox.NamedNode(prefixes["rdf"] + "type")
    subjects = {quad.subject.value for quad in store.quads_for_pattern(None, is_a, None) if isinstance(quad.subject, ox.NamedNode)}
    return [f"{space}:{iri.removeprefix(prefixes[space])}" for iri in subjects if iri.startswith(prefixes[space])]


def unknown(name: str, value: NodeId, curies: list[str]) -> str:
    """Return the message for an id that is not in the graph, with similar ids."""
    local = {curie.partition(":")[2]: curie for curie in curies}
    near = nearest(value.curie.partition(":")[2], sorted(local))
    hint = f"did you mean {' or '.join(near)}?" if near else "`kgbuild query -e 'SELECT ?s { ?s a ?c }'` lists the ids"
    return f"--param {name}: expected an id of the graph, got {quoted(value.written[:_MAX_ID])}; {hint}"


def _render(result: Any, query: Query, out: BinaryIO, prefixes: Mapping[str, str]) -> None:
    import pyoxigraph as ox

    if isinstance(result, ox.QueryTriples):
        if query.form not in ("table", "ntriples", "turtle"):
            raise UsageError(
                f"--format {query.form}: expected a query that returns rows, got one that returns triples; use ntriples or turtle"
            )
        sparql.write_graph(result, query.form, out, prefixes)
        return
    if query.form in ("ntriples", "turtle"):
        raise UsageError(
            f"--format {query.form}: expected a query that returns triples, got one that returns none; use CONSTRUCT or DESCRIBE"
        )
    if isinstance(result, ox.QueryBoolean):
        _boolean(result, query, out)
    elif query.form in _STANDARD:
        result.serialize(out, format=_result_format(query.form))
    else:
        _show(sparql.rows(result, prefixes if query.form == "table" else None), query, out)


def _boolean(result: ox.QueryBoolean, query: Query, out: BinaryIO) -> None:
    if query.form in _STANDARD:
        result.serialize(out, format=_result_format(query.form))
        out.write(b"\n")
    elif query.form == "table":
        out.write(b"true\n" if result else b"false\n")
    else:
        _show(answers.Answer(("boolean",), [(bool(result),)]), query, out)


def _result_format(form: str) -> ox.QueryResultsFormat:
    import pyoxigraph as ox

    format: ox.QueryResultsFormat = getattr(ox.QueryResultsFormat, form.upper())
    return format


def _show(answer: answers.Answer, query: Query, out: BinaryIO) -> None:
    if query.form == "table":
        answers.table(answer, out, query.width)
    else:
        answers.FORMS[query.form](answer, out)
