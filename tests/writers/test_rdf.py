"""Nodes and edges as RDF: the walk that the RDF formats share. The formats themselves are read back in test_readback.py."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, claims, descriptions, laws

from kgbuild.model.graph import Claim, Description, Statement
from kgbuild.transform.factory import GraphFactory
from kgbuild.transform.merge import Merger, RunIndex
from kgbuild.writers.rdf import Walk

FACTORY = GraphFactory(MAPPING)
KGRS = "https://w3id.org/knowledge-graph-hub/kg_registry_schema/"


def statements_of(walk: Walk, claims: list[Claim[Statement]]) -> list[str]:
    merger = Merger(MAPPING, RunIndex(resources=frozenset()))
    merged = [merger.merge([claim]) for claim in claims]
    return [str(triple) for one in merged for triple in walk.triples(one.nodes, one.edges)]


@laws
@given(st.lists(claims, max_size=5))
def test_what_is_said_of_a_claim_does_not_depend_on_the_others(claims: list[Claim[Statement]]) -> None:
    walk = Walk(MAPPING, True)
    alone = [statement for one in claims for statement in statements_of(Walk(MAPPING, True), [one])]
    assert statements_of(walk, claims) == alone


@laws
@given(descriptions)
def test_every_text_of_a_node_is_a_literal(description: Description) -> None:
    node = FACTORY.node("product", "a.x", None, description, ["a"])
    triples = list(Walk(MAPPING, False).triples([node], []))
    labels = {t.object.value for t in triples if t.predicate.value == "http://www.w3.org/2000/01/rdf-schema#label"}
    assert labels == ({description.name} if description.name else set())
    assert {t.subject.value for t in triples} == {"https://w3id.org/kg-registry/a.x"}


def test_terms_of_our_own_have_the_namespace_of_the_mapping() -> None:
    walk = Walk(MAPPING, False)
    assert walk.own("stub").value == f"{KGRS}stub"
    edge = FACTORY.edge("derived_from", "kgr:a.x", "kgr:b", ("a",), "original", "prov:hadPrimarySource")
    subject, object = ("https://w3id.org/kg-registry/a.x", "https://w3id.org/kg-registry/b")
    assert sorted((t.subject.value, t.predicate.value, t.object.value) for t in walk.triples([], [edge])) == [
        (subject, "http://www.w3.org/ns/prov#hadPrimarySource", object),
        (subject, f"{KGRS}derived_from", object),
        (subject, f"{KGRS}original_source", object),
    ]
