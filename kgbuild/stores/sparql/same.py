"""Whether a graph of a store says what a file says, by what the store gives back."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.stores.sparql.http import Session, StoreAddresses, Trouble
from kgbuild.stores.sparql.triples import Triples, digest

#: Pages that are asked for at most: each costs as much as all before it, and a load is cheaper then.
_PAGES = 50


def holds(session: Session, at: StoreAddresses, graph: str, triples: Triples) -> bool:
    """Whether the graph has the very triples; False also where the store does not tell. Raises Trouble where it does not answer.

    Virtuoso ends an answer after 10,000 triples without a word. The rest is asked for in pages then. No order is promised for them, but if
    they make up the same triples, the order was one.
    """
    try:
        with session.ntriples(at.graph_store, graph) as pieces:
            found = digest(pieces)
        if 0 < found.number < triples.number <= found.number * _PAGES:
            found = digest(_pages(session, at.query, graph, found.number, triples.number))
    except Trouble as trouble:
        if trouble.status is None:
            raise
        return False  # a store that does not give graphs back
    except SyntaxError:
        return False  # or not as N-Triples
    if found.number != triples.number:
        return False
    with triples.path.open("rb") as file:
        return found == digest(iter(lambda: file.read(2**18), b""))


def _pages(session: Session, query: str, graph: str, size: int, number: int) -> Iterator[bytes]:
    """The N-Triples of the graph in pages of some triples."""
    for start in range(0, number, size):
        page = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} LIMIT {size} OFFSET {start}"
        with session.constructed(query, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ {page} }} }}") as pieces:
            yield from pieces
        yield b"\n"
