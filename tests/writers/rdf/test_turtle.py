"""Turtle, read back strictly by pyoxigraph: the same triples as in the other form of RDF, however the graph is cut."""

from __future__ import annotations

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, claims, laws

from kgbuild.model.graph import Claim, Statement
from kgbuild.transform.merge import Merged, Merger, RunIndex
from kgbuild.writers import whole, writer
from kgbuild.writers.rdf.turtle import TurtleNotation

SPACE = "https://w3id.org/kg-registry/"
PREFIXES = {
    "kgr": SPACE, "kgrorg": f"{SPACE}org/", "other": SPACE, "a.": "http://a.example/",
    "xsd": "http://www.w3.org/2001/XMLSchema#", "under": "http://x.example/NCIT_",
}  # fmt: skip
NOTATION = TurtleNotation(PREFIXES)


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
    (other,) = whole(writer("ntriples", MAPPING, qualified=qualified), nodes, edges)
    found = {quad.triple for quad in pyoxigraph.parse(text("turtle", pieces, qualified), format=pyoxigraph.RdfFormat.TURTLE)}
    assert found == {quad.triple for quad in pyoxigraph.parse(other, format=pyoxigraph.RdfFormat.N_TRIPLES)}
    assert bool(found) == bool(claims)


@pytest.mark.parametrize(
    ("iri", "text"),
    [
        (f"{SPACE}goa.ftp", "kgr:goa.ftp"),
        (SPACE, "kgr:"),
        (f"{SPACE}1%20b~c", r"kgr:1%20b\~c"),
        (f"{SPACE}org/ebi", "kgrorg:ebi"),
        (f"{SPACE}a.", f"<{SPACE}a.>"),
        (f"{SPACE}é", f"<{SPACE}é>"),
        ("http://x.example/NCIT_C1", "under:C1"),
        ("http://a.example/b", "<http://a.example/b>"),
        ("urn:uuid:fc6f1a63-4922-56b7-9004-e31cdb9fe8f7", "<urn:uuid:fc6f1a63-4922-56b7-9004-e31cdb9fe8f7>"),
    ],
)
def test_an_iri_has_the_longest_prefix_that_leaves_a_local_name(iri: str, text: str) -> None:
    assert NOTATION.iri(iri) == text


def test_without_prefixes_every_iri_is_whole() -> None:
    notation = TurtleNotation({})
    assert (notation.head(), notation.iri(SPACE), notation.a) == ("", f"<{SPACE}>", "a")


def test_literals() -> None:
    typed = [("5", "integer"), ("1.5", "decimal"), ("true", "boolean"), ("2024-01-01", "date")]
    assert [NOTATION.typed(*each) for each in typed] == ["5", "1.5", "true", '"2024-01-01"^^xsd:date']
    assert NOTATION.literal('a "b"\n') == r'"a \"b\"\n"'


def test_a_block_has_a_predicate_once() -> None:
    statements = ["a kgrs:B", 'rdfs:label "c d"', 'rdfs:label "e"', 'rdfs:labels "e"']
    block = '\nkgr:a\n    a kgrs:B ;\n    rdfs:label "c d" ,\n        "e" ;\n    rdfs:labels "e" .\n'
    assert (NOTATION.block("kgr:a", statements), NOTATION.statements(block)) == (block, statements)


def test_the_head_has_the_prefixes_that_turtle_can_have_sorted() -> None:
    assert NOTATION.head().splitlines() == [
        f"@prefix kgr: <{SPACE}> .",
        f"@prefix kgrorg: <{SPACE}org/> .",
        f"@prefix other: <{SPACE}> .",
        "@prefix under: <http://x.example/NCIT_> .",
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .",
    ]
