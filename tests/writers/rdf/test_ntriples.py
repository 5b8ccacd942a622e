"""N-Triples, read back strictly by pyoxigraph: the same triples as in the other form of RDF, however the graph is cut."""

from __future__ import annotations

import pyoxigraph
from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, claims, laws

from kgbuild.model.graph import Claim, Statement
from kgbuild.transform.merge import Merged, Merger, RunIndex
from kgbuild.writers import whole, writer


def text(name: str, pieces: list[Merged], qualified: bool) -> bytes:
    """The file of some pieces of a graph, each rendered by a writer of its own."""
    made = writer(name, MAPPING, qualified=qualified)
    waiting = []
    for piece in pieces:
        (rendered,) = made.gather(writer(name, MAPPING, qualified=qualified).render(piece.nodes, piece.edges))
        waiting.append(rendered.later)
    return made.head()[0] + b"".join(rendered.data for _, rendered in made.settle([lambda: iter(waiting)]))


@laws
@given(st.lists(claims, max_size=5), st.booleans())
def test_it_says_what_the_other_form_says(claims: list[Claim[Statement]], qualified: bool) -> None:
    merger = Merger(MAPPING, RunIndex(resources=frozenset()))
    pieces = [merger.merge([claim]) for claim in claims]
    nodes, edges = [node for one in pieces for node in one.nodes], [edge for one in pieces for edge in one.edges]
    (other,) = whole(writer("turtle", MAPPING, qualified=qualified), nodes, edges)
    found = {quad.triple for quad in pyoxigraph.parse(text("ntriples", pieces, qualified), format=pyoxigraph.RdfFormat.N_TRIPLES)}
    assert found == {quad.triple for quad in pyoxigraph.parse(other, format=pyoxigraph.RdfFormat.TURTLE)}
    assert bool(found) == bool(claims)
