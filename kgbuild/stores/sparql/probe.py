"""Test whether PUT and update are atomic in a store, by small requests to a probe graph."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus

from kgbuild.stores.sparql.http import RequestError, Session, StoreAddresses

#: Triples before the syntax error of a broken body. A store that writes while it reads has written some of them when it finds the error.
_MANY = 1000


def internal_graph(graph: str, what: str) -> str:
    """Return the IRI of an internal graph for the load of ``graph``. It is the same for every load, so the next load finds and removes it.

    >>> internal_graph("https://example.org/graph", "probe"), internal_graph("https://example.org/graph#a", "probe")
    ('https://example.org/graph#kgbuild-probe', 'https://example.org/graph#a-kgbuild-probe')
    """
    return f"{graph}{'-' if '#' in graph else '#'}kgbuild-{what}"


def count(session: Session, query: str, graph: str, object: str = "?o") -> int:
    """Return the number of triples of a graph, or of those with one object. Raises RequestError."""
    return session.number(query, f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p {object} }} }}")


def clean(session: Session, at: StoreAddresses, graph: str) -> None:
    """Remove an internal graph of an earlier load, if it is not empty. Raises RequestError."""
    if count(session, at.query, graph):
        session.delete(at.graph_store, graph)


def put_is_atomic(session: Session, at: StoreAddresses, graph: str) -> bool:
    """Return whether a failed PUT leaves the graph unchanged. Raises RequestError, also if a successful PUT has no effect."""
    with _probe(session, at, graph) as probe:
        broken = "".join(_triple(probe, str(number)) for number in range(_MANY)) + "<"
        try:
            session.put(at.graph_store, probe, broken.encode())
        except RequestError as error:
            if error.status is None:
                raise
            return _is_whole(session, at, probe)
        return False  # the store accepted a syntax error, so its PUT cannot be tested


def update_is_atomic(session: Session, at: StoreAddresses, graph: str) -> bool:
    """Return whether an update of two operations leaves the graph unchanged if the second operation fails. Raises RequestError.

    The second operation moves a missing graph, which must fail (SPARQL 1.1 Update §3.2.4). Virtuoso answers 200 and empties the target.
    """
    with _probe(session, at, graph) as probe:
        kept, added = (f"INSERT DATA {{ GRAPH <{probe}> {{ {_triple(probe, text)} }} }}" for text in ("kept", "added"))
        session.update(at.update, kept)  # changes nothing, but fails if the address does not accept updates
        try:
            session.update(at.update, f"{added} ; MOVE GRAPH <{internal_graph(graph, 'nothing')}> TO GRAPH <{probe}>")
        except RequestError as error:
            if error.status is None:
                raise
            return _is_whole(session, at, probe)
        return False


def _triple(probe: str, text: str) -> str:
    return f'<{probe}> <{probe}> "{text}" .\n'


@contextmanager
def _probe(session: Session, at: StoreAddresses, graph: str) -> Iterator[str]:
    """Yield the IRI of a graph with one triple, and remove the graph at the end."""
    probe = internal_graph(graph, "probe")
    with removed_if_refused(session, at, probe):
        session.put(at.graph_store, probe, _triple(probe, "kept").encode())
        there = count(session, at.query, probe)
        if there != 1:
            todo = "give three addresses of the same store, and a graph store that accepts N-Triples"
            raise RequestError(at.graph_store, "queries to find the 1 triple of a PUT", f"{there:,} triples", todo, HTTPStatus.OK)
        yield probe
    session.delete(at.graph_store, probe)


@contextmanager
def removed_if_refused(session: Session, at: StoreAddresses, graph: str) -> Iterator[None]:
    """Remove an internal graph if the server refuses a request. If the server does not answer, the next load removes the graph."""
    try:
        yield
    except RequestError as error:
        if error.status is not None:
            with suppress(RequestError):  # the refusal is the error to report
                session.delete(at.graph_store, graph)
        raise


def _is_whole(session: Session, at: StoreAddresses, probe: str) -> bool:
    return count(session, at.query, probe) == count(session, at.query, probe, '"kept"') == 1
