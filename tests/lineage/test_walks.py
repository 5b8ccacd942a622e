"""Upstream is what its definition says (SPEC §8), on small graphs of random sources with many cycles in them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise

import pytest

from kgbuild.lineage.graph import ProvenanceGraph
from kgbuild.lineage.walks import Walks
from kgbuild.mapping.load import load_mapping
from kgbuild.model.graph import Description, Node
from kgbuild.transform.factory import GraphFactory

MAPPING = load_mapping()
MAKER = GraphFactory(MAPPING)
CITED = ("derived_from", "original", "prov:hadPrimarySource")


def made(seed: int) -> ProvenanceGraph:
    """Resources, some of them a DataSource, that mostly cite themselves, each other, and each other's products; and two stubs."""
    chosen = random.Random(seed)
    resources = [f"r{n}" for n in range(chosen.randint(1, 7))]
    products = [f"{resource}.p{n}" for resource in resources for n in range(chosen.randint(0, 3))]
    often = chosen.choice([0.05, 0.3, 0.6])
    nodes = [node("resource", id, "DataSource" if chosen.random() < often else "Aggregator") for id in resources]
    nodes += [
        *(node("product", id, "Product") for id in products),
        node("resource", "zz", stub=True),
        node("product", "r0.stub", stub=True),
    ]
    edges = []
    for product in products:
        owner = product.partition(".")[0]
        edges.append(MAKER.edge("has_product", f"kgr:{owner}", f"kgr:{product}", (owner,)))
        cited = {owner} if chosen.random() < 0.8 else set()
        for _ in range(chosen.choice([0, 0, 1, 2, 3])):
            cited.add(chosen.choice([*resources, *products, "zz", "r0.stub"] if chosen.random() < 0.5 else resources))
        for source in sorted(cited):
            within = source.partition(".")[0] == owner or None
            edges.append(MAKER.edge(CITED[0], f"kgr:{product}", f"kgr:{source}", (owner,), CITED[1], CITED[2], within))
    return ProvenanceGraph(nodes, edges)


def node(kind: str, id: str, category: str | None = None, *, stub: bool | None = None) -> Node:
    return MAKER.node(kind, id, category, Description(), (), stub=stub)


def next_ones(graph: ProvenanceGraph, id: str) -> Iterator[tuple[str, int, bool]]:
    """Each source of a product, or of a resource's products: what it adds to the depth, and whether the walk goes on from there."""
    for product in [id] if graph.is_product(id) else graph.products.get(id, ()):
        for edge in graph.derivations.get(product, ()):
            own = edge.object in graph.owners[product]
            yield edge.object, 0 if edge.within_owner else 1, not own


def defined(graph: ProvenanceGraph, product: str) -> dict[str, int]:
    """The depth of everything upstream: lowered until nothing changes."""
    home = graph.owners[product]
    told: dict[str, int] = {}
    walked = {product: 0}
    changed = True
    while changed:
        changed = False
        for here, depth in list(walked.items()):
            for id, more, on in next_ones(graph, here):
                there = depth + more
                if id in (product, here) or (id in home and there > 0):
                    continue
                for known in (told, walked) if on and id not in home else (told,):
                    if there < known.get(id, there + 1):
                        known[id], changed = there, True
    return told


@pytest.mark.parametrize("seed", range(400))
def test_upstream_is_what_the_definition_says(seed: int) -> None:
    graph = made(seed)
    deepest = {product: (depth, id) for product, depth, id in Walks(graph).farthest(10**6)}
    for product in graph.owners:
        found = Walks(graph).depths(product)
        assert found == defined(graph, product)
        depth = max(found.values(), default=0)
        assert deepest.get(product, (0, ""))[0] == depth
        assert depth == 0 or deepest[product][1] == min(id for id in found if found[id] == depth)
        for id in graph.nodes.keys() - {product}:
            way = Walks(graph).path(product, id)
            assert bool(way) == (id in found)
            if way:
                assert (way[0], way[-1], len(set(way))) == (product, id, len(way))
                assert found[id] == sum(costs(graph, here, there) for here, there in pairwise(way))


def costs(graph: ProvenanceGraph, here: str, there: str) -> int:
    owners, siblings, foreign = Walks(graph).steps(here)
    assert there in (*owners, *siblings, *foreign)
    return 0 if there in owners or there in siblings else 1


def test_what_is_too_much_to_walk_is_told() -> None:
    graph = made(3)
    every = list(Walks(graph).farthest(10**6))
    assert len(every) > 1
    first, *others = Walks(graph).farthest(0)
    assert first == every[0]
    assert [(product, depth) for product, depth, _ in others][-1] == (every[-1][0], None)
