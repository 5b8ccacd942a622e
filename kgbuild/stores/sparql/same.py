"""Compare a graph of a store with a file, by the triples that the store returns."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.stores.sparql.http import RequestError, Session, StoreAddresses
from kgbuild.stores.sparql.triples import Triples, digest

#: The largest number of pages. Each page costs as much as all before it, so for more pages a load is cheaper.
_PAGES = 50


def holds(session: Session, at: StoreAddresses, graph: str, triples: Triples) -> bool:
    """Return whether the graph has exactly these triples; False also if the store does not return graphs.

    Virtuoso ends an answer after 10,000 triples without an error. The comparison then uses pages. Their order is not guaranteed, but if the
    pages together contain the same triples, it was consistent.

    Raises RequestError if the store does not answer.
    """
    try:
        with session.ntriples(at.graph_store, graph) as pieces:
            found = digest(pieces)
        if 0 < found.number < triples.number <= found.number * _PAGES:
            found = digest(_pages(session, at.query, graph, found.number, triples.number))
    except RequestError as error:
        if error.status is None:
            raise
        return False  # the store does not return graphs
    except SyntaxError:
        return False  # the store does not return N-Triples
    if found.number != triples.number:
        return False
    with triples.path.open("rb") as file:
        return found == digest(iter(lambda: file.read(2**18), b""))


def _pages(session: Session, query: str, graph: str, size: int, number: int) -> Iterator[bytes]:
    """Yield the N-Triples of the graph in pages of ``size`` triples."""
    for start in range(0, number, size):
        page = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} LIMIT {size} OFFSET {start}"
        with session.constructed(query, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ {page} }} }}") as pieces:
            yield from pieces
        yield b"\n"
