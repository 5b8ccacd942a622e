"""The marks upstream of products, by way of components, are those that a walk from each product finds."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest

from kgbuild.lineage.grades import GRADES, Grade, GradedWalks
from kgbuild.lineage.graph import ProvenanceGraph, UpstreamSteps
from kgbuild.lineage.reach import Reach
from kgbuild.lineage.walks import Walks
from kgbuild.mapping.load import load_mapping
from kgbuild.model.graph import DerivedFrom, Description
from kgbuild.transform.factory import GraphFactory

MAPPING = load_mapping()
MAKER = GraphFactory(MAPPING)


def made(seed: int) -> tuple[GradedWalks, dict[str, int]]:
    """A small graph of random sources, with many circles in it, some resources that state sources themselves, and marks on a third of its ids."""
    chosen = random.Random(seed)
    owners = [f"r{n}" for n in range(chosen.randint(3, 9))]
    products = {f"{owner}.p{n}": owner for owner in owners for n in range(chosen.randint(0, 3))}
    data = chosen.choice([0.2, 0.6, 1])
    nodes = [MAKER.node("resource", id, None, Description(), ()) for id in owners]
    nodes += [
        MAKER.node("product", id, "Product" if chosen.random() < data else "GraphicalInterface", Description(), ()) for id in products
    ]
    edges = [MAKER.edge("has_product", MAKER.curie("resource", owner), MAKER.curie("product", id), ()) for id, owner in products.items()]
    for id, owner in (*products.items(), *((id, id) for id in owners if chosen.random() < 0.2)):
        sources = [source for source in chosen.sample([*owners, *products], chosen.randint(0, 3)) if source != id]
        edges += [derived(id, source, within=source == owner or products.get(source) == owner) for source in sources]
    marks = {MAKER.curie("product", id): 1 << n for n, id in enumerate(chosen.sample([*owners, *products], len(owners)))}
    return GradedWalks(ProvenanceGraph(nodes, edges), MAPPING.not_data), marks


def derived(product: str, source: str, *, within: bool) -> DerivedFrom:
    subject, object = MAKER.curie("product", product), MAKER.curie("product", source)
    return DerivedFrom(
        id=f"{product} {source}", subject=subject, predicate=MAPPING.provenance.edges["derived_from"].registry, object=object, category=(),
        knowledge_level="", agent_type="", source_role="original", within_owner=within or None,
    )  # fmt: skip


def depths(walks: Walks, start: str) -> dict[str, int]:
    """What lies upstream of a product over a step to another owner, with the number of such steps on the shortest way."""
    own = {start, *walks.home(start)}
    house = own | {id for owner in own for id in walks.graph.products.get(owner, ())}
    found: dict[str, int] = {}
    seen = set(own)
    level, depth = {start}, 0
    while level:
        depth += 1
        waiting, level_steps = list(level), set[str]()
        while waiting:
            step = step_from(walks, waiting.pop(), start)
            level_steps.update(step.foreign)
            waiting += [id for id in step.siblings if id not in seen]
            seen.update(step.siblings)
        for id in level_steps - own:
            found.setdefault(id, depth)
        level = level_steps - seen
        seen |= level
    return {id: depth for id, depth in found.items() if id not in house}


def step_from(walks: Walks, here: str, start: str) -> UpstreamSteps:
    return walks.steps(here, start=here == start)


@pytest.mark.parametrize("grade", GRADES)
@pytest.mark.parametrize("seed", range(200))
def test_components_find_what_walks_find(seed: int, grade: Grade) -> None:
    graded, marks = made(seed)
    walks, reach = graded.by_grade[grade], Reach(graded, grade, marks)
    counts: Counter[int] = Counter()
    for product in {*walks.graph.owners, *walks.graph.products, *walks.graph.steps}:
        found = {id: depth for id, depth in depths(walks, product).items() if id in marks}
        assert reach.of(product) == sum(marks[id] for id in found)
        if product in walks.graph.steps:
            counts.update(marks[id].bit_length() - 1 for id in found)
        for bits in (1, 6, sum(marks.values())):
            near = {depth for id, depth in found.items() if marks[id] & bits}
            way = reach.way(product, bits)
            assert bool(way) == bool(near)
            if way:
                assert (way[0], found[way[-1]]) == (product, min(near))
                assert sum(there in step_from(walks, here, product).foreign for here, there in pairwise(way)) == min(near)
    assert +reach.counts() == counts
