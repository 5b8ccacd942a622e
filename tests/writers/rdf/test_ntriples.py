"""N-Triples, read back strictly by pyoxigraph: the same triples as in the other form of RDF, however the graph is cut."""

from __future__ import annotations

import pyoxigraph
from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, claims, laws

from kgbuild.model.graph import Claim, Statement
from kgbuild.transform.merge import Merged, Merger, RunIndex
from kgbuild.writers import whole, writer
from kgbuild.writers.rdf.ntriples import NTriplesNotation

NOTATION = NTriplesNotation()


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


def test_every_iri_is_whole_and_there_is_no_head() -> None:
    assert NOTATION.head() == ""
    assert NOTATION.iri("https://w3id.org/kg-registry/goa.ftp") == "<https://w3id.org/kg-registry/goa.ftp>"
    assert NOTATION.a == "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def test_literals() -> None:
    typed = [("5", "integer"), ("1.5", "decimal"), ("true", "boolean"), ("2024-01-01", "date")]
    space = "http://www.w3.org/2001/XMLSchema#"
    assert [NOTATION.typed(*each) for each in typed] == [f'"{text}"^^<{space}{type}>' for text, type in typed]
    assert NOTATION.literal('a "b"\n') == r'"a \"b\"\n"'


def test_a_block_is_a_triple_a_line() -> None:
    statements = ["<http://x/p> <http://x/o>", '<http://x/p> "c . d"']
    block = '<http://x/s> <http://x/p> <http://x/o> .\n<http://x/s> <http://x/p> "c . d" .\n'
    assert (NOTATION.block("<http://x/s>", statements), NOTATION.statements(block)) == (block, statements)
