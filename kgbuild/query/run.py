"""Run a query on a build in a separate process, and return the answer in an output format."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from kgbuild.errors import UsageError, quoted
from kgbuild.mapping.load import RegistryMapping
from kgbuild.pipeline.artifact import Build
from kgbuild.query import answers, lineage, render, sandbox, sparql, sql, triples
from kgbuild.query.parameters import NodeId, Value
from kgbuild.query.question import Engine, nearest
from kgbuild.query.render import Form
from kgbuild.query.sandbox import Bounds, QueryError, Work

if TYPE_CHECKING:
    from types import ModuleType

    import pyoxigraph as ox

#: The most characters of an unknown id to show.
_MAX_ID = 100


class Query(NamedTuple):
    """A query, its engine, the values of its parameters, and the output format.

    ``text`` is the name of the question if the engine is "lineage". ``named`` marks a named question, whose text names all predicates
    that it requires.
    """

    text: str
    engine: Engine
    values: Mapping[str, Value]
    named: bool
    form: Form


class Answered(NamedTuple):
    """The file of an answer, and a hint for the user, which may be empty."""

    file: BinaryIO
    hint: str


def ask(query: Query, build: Build, vocabulary: RegistryMapping, bounds: Bounds) -> Answered:
    """Return the answer of a query. Raises the errors of ``sandbox.run``."""

    def prepare() -> Work:
        if query.form.name == "parquet":
            answers.require_pyarrow()
        else:  # pyarrow would take the placeholder for pandas
            sys.modules.setdefault(
                "pandas", cast("ModuleType", None)
            )  # DuckDB imports pandas for each parameter, which takes longer than the query
        work = _PREPARE[query.engine](query, build, vocabulary, bounds)
        return partial(_work, work, _hint(query))

    hint, file = sandbox.run(prepare, bounds)
    return Answered(file, hint)


def _work(work: Callable[[BinaryIO], None], hint: Callable[[BinaryIO], str], out: BinaryIO) -> str:
    work(out)
    return hint(out)


def _hint(query: Query) -> Callable[[BinaryIO], str]:
    """Return the function that makes the hint for an answer."""
    if query.form.name not in ("csv", "tsv"):
        return lambda _: ""
    from kgbuild.query import spreadsheet

    return (lambda _: "") if query.form.safe else partial(spreadsheet.hint, form=query.form.name, terms=query.engine != "sql")


def _sql(query: Query, build: Build, _: RegistryMapping, bounds: Bounds) -> Callable[[BinaryIO], None]:
    if query.form.name in render.TRIPLES:
        raise UsageError(
            f"--format {query.form.name}: expected a query that returns triples, got one in SQL; use table, csv, tsv, json, jsonl or parquet"
        )
    connection = sql.connect(bounds.memory)

    def work(out: BinaryIO) -> None:
        sql.load(connection, build)
        for name, value in _nodes(query):
            if not connection.execute("SELECT count(*) FROM nodes WHERE id = $id", {"id": value.curie}).fetchall()[0][0]:
                raise _UnknownId(name, value, [row[0] for row in connection.execute("SELECT id FROM nodes").fetchall()])
        with sandbox.without_files():
            render.answer(sql.ask(connection, query.text, query.values), query.form, out)

    return work


def _lineage(query: Query, build: Build, vocabulary: RegistryMapping, _: Bounds) -> Callable[[BinaryIO], None]:
    render.rehearse(query.form)

    def work(out: BinaryIO) -> None:
        upstream = lineage.load(build, vocabulary)
        (name, value), *_ = _nodes(query)
        nodes = upstream.graph.nodes
        if value.curie not in nodes:
            raise _UnknownId(name, value, [id for id, node in nodes.items() if node.is_product or node.is_resource])
        question, prefixes = lineage.QUESTIONS[query.text], vocabulary.prefixes.prefixes
        with sandbox.without_files():
            solutions = sparql.solutions(question.answer(upstream, value.curie), question.nodes, prefixes)
            render.result(solutions, query.form, out, prefixes)

    return work


def _sparql(query: Query, build: Build, vocabulary: RegistryMapping, _: Bounds) -> Callable[[BinaryIO], None]:
    import pyoxigraph as ox

    from kgbuild.query import sparql_text

    render.rehearse(query.form)
    load = triples.loader(build, vocabulary)
    prefixes = vocabulary.prefixes.prefixes

    def work(out: BinaryIO) -> None:
        sparql_text.refuse(query.text)
        store = load(sparql_text.terms(query.text, prefixes) if query.named else ())
        for name, value in _nodes(query):
            if next(store.quads_for_pattern(ox.NamedNode(value.iri), None, None), None) is None:
                raise _UnknownId(name, value, _ids(store, vocabulary))
        with sandbox.without_files():
            try:
                render.result(sparql.ask(store, query.text, query.values, prefixes), query.form, out, prefixes)
            except (RuntimeError, OSError) as error:  # an answer is evaluated as it is read
                raise QueryError(sparql.message_of(error)) from None

    return work


#: The function that prepares each engine. It imports what the engine and the format require, and returns the work.
_PREPARE: Mapping[Engine, Callable[[Query, Build, RegistryMapping, Bounds], Callable[[BinaryIO], None]]] = MappingProxyType(
    {"sql": _sql, "sparql": _sparql, "lineage": _lineage}
)


def _nodes(query: Query) -> list[tuple[str, NodeId]]:
    return [(name, value) for name, value in query.values.items() if isinstance(value, NodeId)]


def _ids(store: ox.Store, vocabulary: RegistryMapping) -> list[str]:
    """Return the CURIEs of the resources and products of a graph."""
    import pyoxigraph as ox

    prefixes, space = vocabulary.prefixes.prefixes, vocabulary.prefixes.spaces["resource"]
    is_a = ox.NamedNode(prefixes["rdf"] + "type")
    subjects = {quad.subject.value for quad in store.quads_for_pattern(None, is_a, None) if isinstance(quad.subject, ox.NamedNode)}
    return [f"{space}:{iri.removeprefix(prefixes[space])}" for iri in subjects if iri.startswith(prefixes[space])]


class _UnknownId(UsageError):
    """An id that is not in the graph. The message is made when the limits are lifted, since only it requires what finds similar ids."""

    def __init__(self, name: str, value: NodeId, curies: list[str]) -> None:
        super().__init__(name)
        self._name, self._value, self._curies = name, value, curies

    def __str__(self) -> str:
        local = {curie.partition(":")[2]: curie for curie in self._curies}
        near = nearest(self._value.curie.partition(":")[2], sorted(local))
        hint = f"did you mean {' or '.join(near)}?" if near else "`kgbuild query -e 'SELECT ?s { ?s a ?c }'` lists the ids"
        return f"--param {self._name}: expected an id of the graph, got {quoted(self._value.written[:_MAX_ID])}; {hint}"
