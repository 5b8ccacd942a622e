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


def test_the_order_of_the_graph_is_kept() -> None:
    graph = ProvenanceGraph(NODES, EDGES)
    assert graph.ownerships == EDGES[:3]
    assert graph.derivations["kgr:a.x"] == EDGES[3:5]
    assert (graph.foreign("kgr:a.x"), graph.foreign("kgr:nowhere")) == ([EDGES[3]], [])


def test_what_a_node_is() -> None:
    graph, ids = ProvenanceGraph(NODES, EDGES), ("kgr:a", "kgr:b", "kgr:a.x", "kgrorg:org", "kgr:nowhere")
    found: list[list[object]] = [[graph.is_product(id), graph.is_resource(id), graph.category(id)] for id in ids]
    assert found == [
        [False, True, "Ontology"],
        [False, False, "Resource"],
        [True, False, "GraphProduct"],
        [False, False, "Organization"],
        [False, False, ""],
    ]


def test_the_steps_upstream_are_sorted_by_whose_the_sources_are() -> None:
    sibling = derives("a.x", "a.y", within=True)
    graph = ProvenanceGraph(NODES, [*EDGES, sibling, derives("a.x", "b")])
    assert graph.steps == {
        "kgr:a.x": UpstreamSteps(("kgr:a",), ("kgr:a.y",), ("kgr:b",)), "kgr:tool": UpstreamSteps((), (), ("kgr:b.y",)),
    }  # fmt: skip
    assert (graph.cited, graph.recited()) == ({"kgr:a.y", "kgr:b", "kgr:b.y"}, [])
    assert (graph.owners_of("kgr:tool"), graph.owners_of("kgr:b.y"), graph.owners_of("kgr:a")) == (
        ("kgr:a", "kgr:b"), ("kgr:b.y",), ("kgr:a",),
    )  # fmt: skip


def test_ids_are_sorted_and_each_once() -> None:
    assert (unique(["b", "a", "b"]), unique(["b"]), unique([])) == (("a", "b"), ("b",), ())
