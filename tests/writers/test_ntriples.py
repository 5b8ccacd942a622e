"""NTriples, read back strictly by pyoxigraph: the same triples as in the other form of RDF, however the graph is cut."""

from __future__ import annotations

import pyoxigraph
from hypothesis import given
from hypothesis import strategies as st
from kgbuild.writers.ntriples import NTriples
from statements import MAPPING, claims, laws

from kgbuild.model.graph import Claim, Statement
from kgbuild.transform.merge import Merged, Merger, RunIndex
from kgbuild.writers import Writer, writer


def text(writer: Writer, pieces: list[Merged]) -> bytes:
    """The file of some pieces of a graph."""
    (head,), (tail,) = writer.head(), writer.tail()
    return head + b"".join(writer.render(one.nodes, one.edges)[0].data for one in pieces) + tail.data


@laws
@given(st.lists(claims, max_size=5), st.booleans())
def test_it_says_what_the_other_form_says(claims: list[Claim[Statement]], qualified: bool) -> None:
    merger = Merger(MAPPING, RunIndex(resources=frozenset()))
    pieces = [merger.merge([claim]) for claim in claims]
    whole = Merged([node for one in pieces for node in one.nodes], [edge for one in pieces for edge in one.edges], [], [])
    own, other = (writer(name, MAPPING, qualified=qualified) for name in ("ntriples", "turtle"))
    assert isinstance(own, NTriples)
    found = {quad.triple for quad in pyoxigraph.parse(text(own, pieces), format=pyoxigraph.RdfFormat.N_TRIPLES)}
    assert found == {quad.triple for quad in pyoxigraph.parse(text(other, [whole]), format=pyoxigraph.RdfFormat.TURTLE)}
    assert bool(found) == bool(claims)
