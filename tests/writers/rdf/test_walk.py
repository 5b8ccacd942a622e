"""Nodes and edges as statements: the walk that the RDF formats share. The formats themselves are read back in test_readback.py."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, claims, descriptions, laws

from kgbuild.model.graph import Claim, Description, Statement
from kgbuild.transform.factory import GraphFactory
from kgbuild.transform.merge import Merger, RunIndex
from kgbuild.writers.rdf.ntriples import NTriplesNotation
from kgbuild.writers.rdf.turtle import TurtleNotation
from kgbuild.writers.rdf.walk import Walk

FACTORY = GraphFactory(MAPPING)
NTRIPLES, TURTLE = NTriplesNotation(), TurtleNotation(MAPPING.prefixes.prefixes)
KGRS = "https://w3id.org/knowledge-graph-hub/kg_registry_schema/"


def statements_of(walk: Walk, claims: list[Claim[Statement]]) -> list[object]:
    merger = Merger(MAPPING, RunIndex(resources=frozenset()))
    merged = [merger.merge([claim]) for claim in claims]
    return [(*map(walk.node, one.nodes), walk.leaving(one.edges), *map(walk.edge, one.edges)) for one in merged]


@laws
@given(st.lists(claims, max_size=5))
def test_what_is_said_of_a_claim_does_not_depend_on_the_others(claims: list[Claim[Statement]]) -> None:
    alone = [statement for one in claims for statement in statements_of(Walk(MAPPING, TURTLE), [one])]
    assert statements_of(Walk(MAPPING, TURTLE), claims) == alone


@laws
@given(descriptions)
def test_every_text_of_a_node_is_a_literal(description: Description) -> None:
    node = FACTORY.node("product", "a.x", None, description, ["a"])
    label = "<http://www.w3.org/2000/01/rdf-schema#label> "
    labels = [statement.removeprefix(label) for statement in Walk(MAPPING, NTRIPLES).node(node) if statement.startswith(label)]
    assert labels == ([NTRIPLES.literal(description.name)] if description.name else [])


def test_the_statements_of_an_edge_are_about_its_subject() -> None:
    edge = FACTORY.edge("derived_from", "kgr:a.x", "kgr:b", ("a",), "original", "prov:hadPrimarySource")
    assert Walk(MAPPING, TURTLE).leaving([edge]) == {
        "kgr:a.x": ["kgrs:derived_from kgr:b", "kgrs:original_source kgr:b", "prov:hadPrimarySource kgr:b"]
    }
    object = "<https://w3id.org/kg-registry/b>"
    assert Walk(MAPPING, NTRIPLES).leaving([edge]) == {
        "kgr:a.x": [
            f"<{KGRS}derived_from> {object}",
            f"<{KGRS}original_source> {object}",
            f"<http://www.w3.org/ns/prov#hadPrimarySource> {object}",
        ]
    }
