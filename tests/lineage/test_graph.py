"""The provenance graph: owners, products, derivations and successors, of nodes and edges in any order."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, laws

from kgbuild.lineage.graph import ProvenanceGraph, UpstreamSteps, unique
from kgbuild.model.graph import Description, Edge
from kgbuild.transform.factory import GraphFactory

FACTORY = GraphFactory(MAPPING)
NODES = [
    FACTORY.node("resource", "a", "Ontology", Description(), ["a"]),
    FACTORY.node("resource", "b", None, Description(), ["a"], stub=True),
    FACTORY.node("product", "a.x", "GraphProduct", Description(), ["a"]),
    FACTORY.node("organization", "org", None, Description(), ["org"]),
]


def owns(owner: str, product: str) -> Edge:
    return FACTORY.edge("has_product", f"kgr:{owner}", f"kgr:{product}", (owner,))


def derives(product: str, source: str, *, within: bool | None = None) -> Edge:
    return FACTORY.edge("derived_from", f"kgr:{product}", f"kgr:{source}", ("a",), "original", "prov:used", within)


EDGES = [
    owns("b", "tool"),
    owns("a", "tool"),
    owns("a", "a.x"),
    derives("a.x", "b"),
    derives("a.x", "a", within=True),
    derives("tool", "b.y"),
    FACTORY.edge("superseded_by", "kgr:a", "kgr:b", ("a",)),
    FACTORY.edge("rollup", "kgr:a", "kgr:b", ("a",), products=1),
]


@laws
@given(st.randoms(use_true_random=False))
def test_what_is_known_does_not_depend_on_the_order_of_edges(chance: random.Random) -> None:
    graph = ProvenanceGraph(NODES, chance.sample(EDGES, len(EDGES)))
    assert graph.owners == {"kgr:tool": ("kgr:a", "kgr:b"), "kgr:a.x": ("kgr:a",)}
    assert graph.products == {"kgr:a": ("kgr:a.x", "kgr:tool"), "kgr:b": ("kgr:tool",)}
    derivations = {product: sorted(edge.object for edge in edges) for product, edges in graph.derivations.items()}
    assert derivations == {"kgr:a.x": ["kgr:a", "kgr:b"], "kgr:tool": ["kgr:b.y"]}
    assert {resource: [edge.object for edge in edges] for resource, edges in graph.successors.items()} == {"kgr:a": ["kgr:b"]}
    assert graph.steps == {
        "kgr:a.x": UpstreamSteps(owners=("kgr:a",), foreign=("kgr:b",)),
        "kgr:tool": UpstreamSteps(foreign=("kgr:b.y",)),
    }
    assert (graph.cited, graph.recited()) == ({"kgr:b", "kgr:b.y"}, [])


@laws
@given(st.lists(st.sampled_from(["a", "b", "é", ""])), st.randoms(use_true_random=False))
def test_unique_ids_are_sorted_however_they_come(ids: list[str], chance: random.Random) -> None:
    found = unique(ids)
    assert (found, set(found)) == (tuple(sorted(found)), set(ids))
    assert len(found) == len(set(found))
    assert unique(chance.sample(ids, len(ids))) == found


def test_a_step_within_an_owner_leads_to_the_resource_or_to_a_sibling() -> None:
    edges = [
        owns("a", "a.x"), owns("a", "a.y"), derives("a.x", "a.y", within=True), derives("a.x", "a", within=True), derives("a.x", "b"),
        derives("a.x", "b"), derives("a.x", "a.x", within=True), derives("a.y", "a.x", within=True), derives("b", "a.y"),
    ]  # fmt: skip
    graph = ProvenanceGraph(NODES, edges)
    assert graph.steps == {
        "kgr:a.x": UpstreamSteps(owners=("kgr:a",), siblings=("kgr:a.x", "kgr:a.y"), foreign=("kgr:b",)),
        "kgr:a.y": UpstreamSteps(siblings=("kgr:a.x",)),
        "kgr:b": UpstreamSteps(foreign=("kgr:a.y",)),
    }
    assert (graph.cited, graph.recited()) == ({"kgr:a.x", "kgr:a.y", "kgr:b"}, ["kgr:a.x", "kgr:a.y", "kgr:b"])


def test_whose_a_source_is() -> None:
    graph = ProvenanceGraph([*NODES, FACTORY.node("product", "c.stub", None, Description(), [], stub=True)], EDGES)
    ids = ("kgr:a", "kgr:a.x", "kgr:tool", "kgr:c.stub", "kgr:b.y")
    assert [graph.owners_of(id) for id in ids] == [("kgr:a",), ("kgr:a",), ("kgr:a", "kgr:b"), ("kgr:c",), ("kgr:b.y",)]


def test_the_order_of_the_graph_is_kept() -> None:
    graph = ProvenanceGraph(NODES, EDGES)
    assert graph.ownerships == EDGES[:3]
    assert graph.derivations["kgr:a.x"] == EDGES[3:5]
    assert (graph.foreign("kgr:a.x"), graph.foreign("kgr:nowhere")) == ([EDGES[3]], [])


def test_what_a_node_is() -> None:
    graph, ids = ProvenanceGraph(NODES, EDGES), ("kgr:a", "kgr:b", "kgr:a.x", "kgrorg:org", "kgr:nowhere")
    found: list[list[object]] = [[graph.is_product(id), graph.is_resource(id), graph.category(id)] for id in ids]
    assert [graph.specific_class(id).removeprefix("kgrs:") for id in ids] == [category for _, _, category in found]
    assert found == [
        [False, True, "Ontology"],
        [False, False, "Resource"],
        [True, False, "GraphProduct"],
        [False, False, "Organization"],
        [False, False, ""],
    ]
