"""What a store promises, told by its answers to small requests about a graph of our own that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus

from kgbuild.stores.sparql.http import Session, StoreAddresses, Trouble

#: Triples of the body that is broken at its end: a store that writes while it reads has written some by then.
_MANY = 1000


def own(graph: str, what: str) -> str:
    """The IRI of a graph that serves the load of another one, the same for every load, so that the next one finds it.

    >>> own("https://example.org/graph", "probe"), own("https://example.org/graph#a", "probe")
    ('https://example.org/graph#kgbuild-probe', 'https://example.org/graph#a-kgbuild-probe')
    """
    return f"{graph}{'-' if '#' in graph else '#'}kgbuild-{what}"


def count(session: Session, query: str, graph: str, object: str = "?o") -> int:
    """The triples of a graph, all or those with an object. Raises Trouble."""
    return session.number(query, f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p {object} }} }}")


def clean(session: Session, at: StoreAddresses, graph: str) -> None:
    """Remove what an earlier load may have left of a graph of our own. Raises Trouble."""
    if count(session, at.query, graph):
        session.delete(at.graph_store, graph)


def put_is_atomic(session: Session, at: StoreAddresses, graph: str) -> bool:
    """Whether a PUT that fails leaves the graph as it was. Raises Trouble, also where a PUT puts nothing."""
    with _probe(session, at, graph) as probe:
        broken = "".join(_triple(probe, str(number)) for number in range(_MANY)) + "<"
        try:
            session.put(at.graph_store, probe, broken.encode())
        except Trouble as trouble:
            if trouble.status is None:
                raise
            return _is_whole(session, at, probe)
        return False  # what cannot be read was taken: nothing is known of this store


def update_is_atomic(session: Session, at: StoreAddresses, graph: str) -> bool:
    """Whether an update of two operations, of which the second fails, leaves the graph as it was. Raises Trouble.

    The second moves a graph that is not there, which is to fail (SPARQL 1.1 Update §3.2.4). Virtuoso says 200 and empties the target.
    """
    with _probe(session, at, graph) as probe:
        kept, added = (f"INSERT DATA {{ GRAPH <{probe}> {{ {_triple(probe, text)} }} }}" for text in ("kept", "added"))
        session.update(at.update, kept)  # it is there already; but an address that takes no updates at all refuses
        try:
            session.update(at.update, f"{added} ; MOVE GRAPH <{own(graph, 'nothing')}> TO GRAPH <{probe}>")
        except Trouble as trouble:
            if trouble.status is None:
                raise
            return _is_whole(session, at, probe)
        return False


def _triple(probe: str, text: str) -> str:
    return f'<{probe}> <{probe}> "{text}" .\n'


@contextmanager
def _probe(session: Session, at: StoreAddresses, graph: str) -> Iterator[str]:
    """A graph of one triple, which is removed at the end."""
    probe = own(graph, "probe")
    with removed_where_refused(session, at, probe):
        session.put(at.graph_store, probe, _triple(probe, "kept").encode())
        there = count(session, at.query, probe)
        if there != 1:
            todo = "give addresses of one store, and a graph store that takes N-Triples"
            raise Trouble(at.graph_store, "a PUT of 1 triple to be there for queries", f"{there:,} triples", todo, HTTPStatus.OK)
        yield probe
    session.delete(at.graph_store, probe)


@contextmanager
def removed_where_refused(session: Session, at: StoreAddresses, graph: str) -> Iterator[None]:
    """Remove a graph of our own where something is refused by a server that answers; where none answers the next load does."""
    try:
        yield
    except Trouble as trouble:
        if trouble.status is not None:
            with suppress(Trouble):  # what is told is why it was refused
                session.delete(at.graph_store, graph)
        raise


def _is_whole(session: Session, at: StoreAddresses, probe: str) -> bool:
    return count(session, at.query, probe) == count(session, at.query, probe, '"kept"') == 1
