"""NTriples, read back strictly by pyoxigraph."""

from __future__ import annotations

import pyoxigraph
from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, claims, laws

from kgbuild.model.graph import Claim, Statement
from kgbuild.transform.merge import Merger, RunIndex
from kgbuild.writers.ntriples import NTriples
from kgbuild.writers.rdf import Walk


@laws
@given(st.lists(claims, max_size=5), st.booleans())
def test_the_text_has_the_triples_of_the_walk(claims: list[Claim[Statement]], qualified: bool) -> None:
    merger = Merger(MAPPING, RunIndex(resources=frozenset()))
    merged = [merger.merge([claim]) for claim in claims]
    writer, walk = NTriples(MAPPING, qualified), Walk(MAPPING, qualified)
    (head,), (tail,) = writer.head(), writer.tail()
    text = head + b"".join(writer.render(one.nodes, one.edges)[0].data for one in merged) + tail.data
    expected = {triple for one in merged for triple in walk.triples(one.nodes, one.edges)}
    assert {quad.triple for quad in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_TRIPLES)} == expected
