"""The marks upstream of products, by way of components, are those that a walk from each product finds."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest

from kgbuild.lineage.graph import ProvenanceGraph
from kgbuild.lineage.reach import Reach
from kgbuild.lineage.walks import Walks
from kgbuild.mapping.load import load_mapping
from kgbuild.model.graph import DerivedFrom, Description
from kgbuild.transform.factory import GraphFactory

MAPPING = load_mapping()
MAKER = GraphFactory(MAPPING)


def made(seed: int) -> tuple[Walks, dict[str, int]]:
    """A small graph of random sources, with many circles in it, and marks on a third of its ids."""
    chosen = random.Random(seed)
    owners = [f"r{n}" for n in range(chosen.randint(3, 9))]
    products = {f"{owner}.p{n}": owner for owner in owners for n in range(chosen.randint(0, 3))}
    nodes = [MAKER.node("resource", id, None, Description(), ()) for id in owners]
    nodes += [MAKER.node("product", id, None, Description(), ()) for id in products]
    edges = [MAKER.edge("has_product", MAKER.curie("resource", owner), MAKER.curie("product", id), ()) for id, owner in products.items()]
    for id, owner in products.items():
        sources = [source for source in chosen.sample([*owners, *products], chosen.randint(0, 3)) if source != id]
        edges += [derived(id, source, within=source == owner or products.get(source) == owner) for source in sources]
    marks = {MAKER.curie("product", id): 1 << n for n, id in enumerate(chosen.sample([*owners, *products], len(owners)))}
    return Walks(ProvenanceGraph(nodes, edges)), marks


def derived(product: str, source: str, *, within: bool) -> DerivedFrom:
    subject, object = MAKER.curie("product", product), MAKER.curie("product", source)
    return DerivedFrom(
        id=f"{product} {source}", subject=subject, predicate=MAPPING.provenance.edges["derived_from"].registry, object=object, category=(),
        knowledge_level="", agent_type="", source_role="original", within_owner=within or None,
    )  # fmt: skip


def depths(walks: Walks, product: str) -> dict[str, int]:
    """What lies upstream of a product over a step to another owner, with the number of such steps on the shortest way."""
    own = {product, *walks.graph.owners[product]}
    house = own | {id for owner in walks.graph.owners[product] for id in walks.graph.products[owner]}
    found: dict[str, int] = {}
    seen = set(own)
    level, depth = {product}, 0
    while level:
        depth += 1
        waiting, level_steps = list(level), set[str]()
        while waiting:
            step = walks.steps(waiting.pop())
            level_steps.update(step.foreign)
            waiting += [id for id in step.siblings if id not in seen]
            seen.update(step.siblings)
        for id in level_steps - own:
            found.setdefault(id, depth)
        level = level_steps - seen
        seen |= level
    return {id: depth for id, depth in found.items() if id not in house}


@pytest.mark.parametrize("seed", range(200))
def test_components_find_what_walks_find(seed: int) -> None:
    walks, marks = made(seed)
    reach = Reach(walks, marks)
    counts: Counter[int] = Counter()
    for product in walks.graph.owners:
        found = {id: depth for id, depth in depths(walks, product).items() if id in marks}
        assert reach.of(product) == sum(marks[id] for id in found)
        counts.update(marks[id].bit_length() - 1 for id in found)
        for bits in (1, 6, sum(marks.values())):
            near = {depth for id, depth in found.items() if marks[id] & bits}
            way = reach.way(product, bits)
            assert bool(way) == bool(near)
            if way:
                assert (way[0], found[way[-1]]) == (product, min(near))
                assert sum(there in walks.steps(here).foreign for here, there in pairwise(way)) == min(near)
    assert +reach.counts() == counts
