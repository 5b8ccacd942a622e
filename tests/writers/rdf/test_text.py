"""IRIs, literals and local names as text of Turtle and N-Triples, and as Oxigraph and rdflib read them."""

from __future__ import annotations

import pyoxigraph
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from statements import laws

from kgbuild.model.ids import safe_iri
from kgbuild.writers.rdf.text import iriref, local_name, quoted, usable_prefixes

SPACE = "https://w3id.org/kg-registry/"
#: The control characters that a record cannot hold are written all the same.
ESCAPED = {
    "\t": r"\t", "\b": r"\b", "\n": r"\n", "\r": r"\r", "\f": r"\f", '"': r"\"", "\\": r"\\",
    **{chr(n): f"\\u{n:04X}" for n in (*range(8), 0x0B, *range(0x0E, 0x20), 0x7F, 0xFFFE, 0xFFFF)},
}  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
#: Of characters that are plain, need an escape, or have no place in a local name.
LOCAL = st.text(st.sampled_from("ab1_:.-~!$&'()*+,;=/?#@%20é\u200c"), max_size=8)


@laws
@given(TEXT)
def test_two_readers_read_the_text_of_a_literal(text: str) -> None:
    data = f"<http://x.example/s> <http://x.example/p> {quoted(text)} .\n".encode()
    for form, name in ((pyoxigraph.RdfFormat.N_TRIPLES, "nt"), (pyoxigraph.RdfFormat.TURTLE, "turtle")):
        assert [quad.object for quad in pyoxigraph.parse(data, format=form)] == [pyoxigraph.Literal(text)]
        assert [*rdflib.Graph().parse(data=data, format=name).objects()] == [rdflib.Literal(text)]


def test_each_character_of_a_literal() -> None:
    for n in (*range(0x3000), *range(0xE000, 0x10100), 0x1F600):
        assert quoted(f"a{chr(n)}b") == f'"a{ESCAPED.get(chr(n), chr(n))}b"'


@laws
@given(LOCAL)
def test_two_readers_read_the_iri_of_a_local_name(local: str) -> None:
    """The same as that of the whole IRI; a text that has no local name is a whole IRI only."""
    iri = safe_iri(SPACE + local)
    name = local_name(iri.removeprefix(SPACE))
    subjects = [iriref(iri)] if name is None else [iriref(iri), f"x:{name}"]
    data = f"@prefix x: <{SPACE}> .\n" + "".join(f"{subject} x:p x:o .\n" for subject in subjects)
    quads = [*pyoxigraph.parse(data.encode(), format=pyoxigraph.RdfFormat.TURTLE)]
    assert [quad.subject for quad in quads] == [pyoxigraph.NamedNode(iri)] * len(subjects)
    assert [*rdflib.Graph().parse(data=data, format="turtle").subjects()] == [rdflib.URIRef(iri)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", ""),
        ("goa.ftp", "goa.ftp"),
        ("_a:b", "_a:b"),
        ("1%20b~c", r"1%20b\~c"),
        ("-a-b", r"\-a-b"),
        ("a/b?c=d&e#f@(g),h;i!j$k'l*m+n", r"a\/b\?c\=d\&e\#f\@\(g\)\,h\;i\!j\$k\'l\*m\+n"),
        ("a.", None),
        (".a", None),
        ("a%2", None),
        ("é", None),
        ("a b", None),
    ],
)
def test_local_name(text: str, name: str | None) -> None:
    assert local_name(text) == name


def test_an_iri_is_written_whole() -> None:
    iri = f"{SPACE}a%20b?c=d#é"
    assert iriref(iri) == f"<{iri}>"


def test_the_prefixes_that_turtle_can_have_are_sorted() -> None:
    prefixes = ["b", "a.b", "a-", "a1", "A", "a.", "1a", "_a", "-a", "", "é"]
    usable = usable_prefixes({prefix: f"http://{n}.example/" for n, prefix in enumerate(prefixes)})
    assert [*usable.items()] == [
        ("A", "http://4.example/"),
        ("a-", "http://2.example/"),
        ("a.b", "http://1.example/"),
        ("a1", "http://3.example/"),
        ("b", "http://0.example/"),
    ]
