"""IRIs and literals as they are written, and as Oxigraph and rdflib read them."""

from __future__ import annotations

import pyoxigraph
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from kgbuild.model.ids import safe_iri
from kgbuild.writers.rdf.blocks import Notation
from kgbuild.writers.rdf.ntriples import NTriplesNotation
from kgbuild.writers.rdf.turtle import TurtleNotation

SPACE = "https://w3id.org/kg-registry/"
PREFIXES = {
    "kgr": SPACE, "kgrorg": f"{SPACE}org/", "other": SPACE, "a.": "http://a.example/",
    "xsd": "http://www.w3.org/2001/XMLSchema#", "under": "http://x.example/NCIT_",
}  # fmt: skip
TURTLE, NTRIPLES = TurtleNotation(PREFIXES), NTriplesNotation()
#: The control characters that a record cannot hold are written all the same.
ESCAPED = {
    "\t": r"\t", "\b": r"\b", "\n": r"\n", "\r": r"\r", "\f": r"\f", '"': r"\"", "\\": r"\\",
    **{chr(n): f"\\u{n:04X}" for n in (*range(8), 0x0B, *range(0x0E, 0x20), 0x7F, 0xFFFE, 0xFFFF)},
}  # fmt: skip


@pytest.mark.parametrize("notation", [TURTLE, NTRIPLES])
def test_each_character_of_a_literal(notation: Notation) -> None:
    for n in (*range(0x3000), *range(0xE000, 0x10100), 0x1F600):
        assert notation.literal(f"a{chr(n)}b") == f'"a{ESCAPED.get(chr(n), chr(n))}b"'


@pytest.mark.parametrize(
    ("iri", "text"),
    [
        (f"{SPACE}goa.ftp", "kgr:goa.ftp"),
        (SPACE, "kgr:"),
        (f"{SPACE}1%20b~c", r"kgr:1%20b\~c"),
        (f"{SPACE}-a-b", r"kgr:\-a-b"),
        (f"{SPACE}_a:b", "kgr:_a:b"),
        (f"{SPACE}a/b?c=d&e#f@(g),h;i!j$k'l*m+n", r"kgr:a\/b\?c\=d\&e\#f\@\(g\)\,h\;i\!j\$k\'l\*m\+n"),
        (f"{SPACE}org/ebi", "kgrorg:ebi"),
        (f"{SPACE}a.", f"<{SPACE}a.>"),
        (f"{SPACE}.a", f"<{SPACE}.a>"),
        (f"{SPACE}é", f"<{SPACE}é>"),
        ("http://x.example/NCIT_C1", "under:C1"),
        ("http://a.example/b", "<http://a.example/b>"),
        ("urn:uuid:fc6f1a63-4922-56b7-9004-e31cdb9fe8f7", "<urn:uuid:fc6f1a63-4922-56b7-9004-e31cdb9fe8f7>"),
    ],
)
def test_iris(iri: str, text: str) -> None:
    assert (TURTLE.iri(iri), NTRIPLES.iri(iri)) == (text, f"<{iri}>")


def test_typed_literals() -> None:
    given = [("5", "integer"), ("1.5", "decimal"), ("true", "boolean"), ("2024-01-01", "date")]
    assert [TURTLE.typed(*each) for each in given] == ["5", "1.5", "true", '"2024-01-01"^^xsd:date']
    space = "http://www.w3.org/2001/XMLSchema#"
    assert [NTRIPLES.typed(*each) for each in given] == [f'"{text}"^^<{space}{type}>' for text, type in given]


def test_blocks() -> None:
    statements = ["a kgrs:B", 'rdfs:label "c d"', 'rdfs:label "e"']
    block = '\nkgr:a\n    a kgrs:B ;\n    rdfs:label "c d" ,\n        "e" .\n'
    assert (TURTLE.block("kgr:a", statements), TURTLE.statements(block)) == (block, statements)
    statements = ["<http://x/p> <http://x/o>", '<http://x/p> "c . d"']
    block = '<http://x/s> <http://x/p> <http://x/o> .\n<http://x/s> <http://x/p> "c . d" .\n'
    assert (NTRIPLES.block("<http://x/s>", statements), NTRIPLES.statements(block)) == (block, statements)


def test_the_head_has_the_prefixes_that_turtle_can_have_sorted() -> None:
    assert TURTLE.head().splitlines() == [
        f"@prefix kgr: <{SPACE}> .",
        f"@prefix kgrorg: <{SPACE}org/> .",
        f"@prefix other: <{SPACE}> .",
        "@prefix under: <http://x.example/NCIT_> .",
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .",
    ]
    assert NTRIPLES.head() == ""


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
LOCAL = st.text(st.sampled_from("ab1_:.-~!$&'()*+,;=/?#@%20é\u200c"), max_size=8)


@pytest.mark.parametrize("notation", [TURTLE, NTRIPLES])
@given(locals=st.lists(LOCAL, min_size=3, max_size=3), text=TEXT)
@settings(max_examples=200, deadline=None)
def test_two_readers_read_what_was_written(notation: Notation, locals: list[str], text: str) -> None:
    iris = [safe_iri(SPACE + local) for local in locals]
    subject, predicate, object = map(notation.iri, iris)
    block = notation.block(subject, sorted([f"{predicate} {object}", f"{predicate} {notation.literal(text)}"]))
    data = (notation.head() + block).encode()
    turtle = notation is TURTLE
    found = set(pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.TURTLE if turtle else pyoxigraph.RdfFormat.N_TRIPLES))
    s, p, o = (pyoxigraph.NamedNode(iri) for iri in iris)
    assert found == {pyoxigraph.Quad(s, p, o), pyoxigraph.Quad(s, p, pyoxigraph.Literal(text))}
    graph = rdflib.Graph().parse(data=data, format="turtle" if turtle else "nt")
    a, b, c = map(rdflib.URIRef, iris)
    assert set(graph) == {(a, b, c), (a, b, rdflib.Literal(text))}
