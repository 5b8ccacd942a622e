"""CURIEs, IRIs and edge ids."""

from __future__ import annotations

import json
import uuid
from urllib.parse import unquote

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, laws

from kgbuild.model.ids import PUBLIC, as_iri, edge_id, encode_id, expand, plain_name, safe_iri

PREFIXES = MAPPING.prefixes.prefixes
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@laws
@given(texts)
def test_an_encoded_id_is_read_back(text: str) -> None:
    encoded = encode_id(text)
    assert unquote(encoded) == text
    assert encode_id("aZ09._-~") == "aZ09._-~"
    assert set(encoded) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-~%")


@laws
@given(texts)
def test_a_curie_expands_to_the_namespace_and_the_encoded_id(text: str) -> None:
    iri = expand(f"kgr:{encode_id(text)}", PREFIXES)
    assert iri == f"https://w3id.org/kg-registry/{encode_id(text)}"


@laws
@given(st.one_of(texts, st.builds("{}#{}[{}]%{}".format, texts, texts, texts, texts)))
def test_a_safe_iri_is_one_for_a_strict_parser_and_stays_as_it_is(text: str) -> None:
    iri = safe_iri(f"http://x.org/{text}")
    (triple,) = pyoxigraph.parse(f"<{iri}> <{iri}> <{iri}> .".encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert triple.subject.value == iri
    assert safe_iri(iri) == iri


@pytest.mark.parametrize(
    ("curie", "iri"),
    [
        ("kgr:a.b", "https://w3id.org/kg-registry/a.b"),
        ("kgr:a b", "https://w3id.org/kg-registry/a%20b"),
        ("nowhere:a", None),
        ("no curie", None),
        ("kgr:", None),
    ],
)
def test_expand(curie: str, iri: str | None) -> None:
    assert expand(curie, PREFIXES) == iri


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        (" https://x.org/a b ", "https://x.org/a%20b"),
        ("HTTPS://x.org", "HTTPS://x.org"),
        ("ftp://x.org/a", "ftp://x.org/a"),
        ("mailto:a@x.org", "mailto:a@x.org"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("http://[x]/", None),
        ("http://x.org:http/", None),
        ("http:// x.org", "http://%20x.org"),
        ("see the site", None),
        ("javascript:alert(1)", None),
    ],
)
def test_as_iri(text: str, iri: str | None) -> None:
    assert as_iri(text) == iri


@laws
@given(texts, texts, st.one_of(st.none(), st.sampled_from(["original", "secondary"])))
def test_an_edge_id_is_the_uuid_of_what_identifies_the_edge(subject: str, object: str, role: str | None) -> None:
    """By Python's own uuid5 and json (RFC 9562 §5.5, RFC 8785)."""
    five = [subject, "kgrs:derived_from", object, role, "prov:used"]
    name = json.dumps(five, separators=(",", ":"), ensure_ascii=False)
    assert edge_id(*five) == uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_URL, "https://w3id.org/kg-registry/"), name).urn  # type: ignore[arg-type]


def test_a_name_for_cypher() -> None:
    assert [plain_name(curie, "kgrs") for curie in ("kgrs:Product", "biolink:has_part", "kgrs:3 D", "kgrs:é")] == [
        "Product", "biolink_has_part", "_3_D", "_",
    ]  # fmt: skip


def test_every_public_prefix_is_one_of_the_mapping() -> None:
    assert set(PUBLIC) <= PREFIXES.keys()
