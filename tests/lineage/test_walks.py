"""Upstream is what its definition says (SPEC §8), on small graphs of random sources with many cycles in them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from provenance import made

from kgbuild.lineage.graph import ProvenanceGraph
from kgbuild.lineage.walks import Walks


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
    for product in graph.owners:
        found = Walks(graph).depths(product)
        assert found == defined(graph, product)
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
