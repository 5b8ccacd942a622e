"""Nodes and edges as the mapping has them made."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, descriptions, laws, written

from kgbuild.mapping.load import load_mapping
from kgbuild.model.graph import Description
from kgbuild.model.ids import edge_id, encode_id
from kgbuild.transform.factory import GraphFactory

FACTORY = GraphFactory(MAPPING)
BIOLINK = GraphFactory(load_mapping(profile="biolink"))


def test_a_node_of_a_resource() -> None:
    description = Description(name="A", synonym=("b", "a"), file_size=2.5, extra={"tags": '["x"]', "odd|": "1"})
    node = FACTORY.node("resource", "a b", "DataSource", description, ["b", "a", "b"])
    assert written([node]) == [
        {
            "id": "kgr:a%20b",
            "category": ["kgrs:DataSource", "kgrs:Resource", "biolink:DatasetSummary"],
            "iri": "https://w3id.org/kg-registry/a%20b",
            "name": "A",
            "synonym": ["b", "a"],
            "file_size": 2.5,
            "declared_in": ["a", "b"],
            "extra": '{"odd\\u007c":1,"tags":["x"]}',
        }
    ]


def test_the_biolink_profile_keeps_our_class_beside_theirs() -> None:
    node = BIOLINK.node("product", "a.b", "Odd one", Description(), ["a"], stub=True, deprecated=True)
    assert written([node]) == [
        {
            "id": "kgr:a.b",
            "category": ["biolink:DatasetDistribution"],
            "iri": "https://w3id.org/kg-registry/a.b",
            "declared_in": ["a"],
            "stub": True,
            "kgrs_category": "kgrs:Odd%20one",
            "deprecated": True,
        }
    ]


def test_an_edge_with_all_that_it_can_say() -> None:
    edge = FACTORY.edge(
        "derived_from",
        "kgr:a.b",
        "kgr:c",
        ("a", "d"),
        "original",
        "prov:used",
        within=True,
        originals=("old", "older"),
        links=3,
        products=2,
    )
    assert written([], [edge]) == [
        {
            "id": edge_id("kgr:a.b", "kgrs:derived_from", "kgr:c", "original", "prov:used"),
            "subject": "kgr:a.b",
            "predicate": "kgrs:derived_from",
            "object": "kgr:c",
            "category": ["biolink:Association"],
            "knowledge_level": "knowledge_assertion",
            "agent_type": "manual_agent",
            "relation_type": "prov:used",
            "source_role": "original",
            "declared_in": ["a", "d"],
            "within_owner": True,
            "original_object": "old",
            "original_objects": ["old", "older"],
            "links": 3,
            "products": 2,
        }
    ]


def test_an_edge_of_the_biolink_profile_keeps_our_predicate() -> None:
    (edge,) = written([], [BIOLINK.edge("has_product", "kgr:a", "kgr:a.b", ("a",))])
    assert (edge["predicate"], edge["original_predicate"]) == ("biolink:has_part", "kgrs:has_product")


def test_each_kind_has_its_namespace() -> None:
    kinds = ("resource", "product", "organization", "page")
    assert [FACTORY.curie(kind, "a é") for kind in kinds] == ["kgr:a%20%C3%A9", "kgr:a%20%C3%A9", "kgrorg:a%20%C3%A9", "kgrdoc:a%20%C3%A9"]


@laws
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6), descriptions)
def test_a_node_says_all_that_its_description_says(id: str, description: Description) -> None:
    node = FACTORY.node("product", id, None, description, ["a"])
    assert node.id == FACTORY.curie("product", id) == f"kgr:{encode_id(id)}"
    assert all(getattr(node, name) == getattr(description, name) for name in Description.__struct_fields__ if name != "extra")
    assert json.loads(node.extra or "{}") == {key: json.loads(text) for key, text in description.extra.items()}
