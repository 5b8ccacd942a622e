"""The number of products downstream is that which the upstream of each product gives."""

from __future__ import annotations

import pytest
from provenance import MAPPING, made

from kgbuild.checks.support.downstream import downstream
from kgbuild.checks.view import AuditLimits, View
from kgbuild.lineage.graph import ProvenanceGraph
from kgbuild.lineage.upstream import Upstream


def view_of(graph: ProvenanceGraph) -> View:
    view = View(MAPPING, AuditLimits(), (), ())
    view.graph = graph
    return view


def expected(graph: ProvenanceGraph, subject: str, *, direct: bool = False) -> int:
    """How many products have the subject, or a product of it, upstream by stated or possible ways, and not as a part of their own owner."""
    upstream, searched = Upstream(graph, MAPPING.not_data), {subject, *graph.products.get(subject, ())}
    count = 0
    for product, steps in graph.steps.items():
        owners = graph.owners.get(product, ())
        own = {product, *owners, *(id for owner in owners for id in graph.products.get(owner, ()))}
        if direct:
            count += len(searched.intersection(steps.foreign))
        else:
            found = {id for id, reached in upstream.of(product).items() if reached.grade != "remote"}
            count += not searched.isdisjoint(found - own)
    return count


@pytest.mark.parametrize("seed", range(120))
def test_it_is_the_inverse_of_upstream(seed: int) -> None:
    """Where no product of the same owner cites the subject: such a step is none to a source in rules."""
    graph = made(seed)
    within = {sibling for steps in graph.steps.values() for sibling in steps.siblings}
    subjects = [id for id in graph.nodes if within.isdisjoint((id, *graph.products.get(id, ())))]
    counts = {id: count for id in subjects if (count := expected(graph, id))}
    assert downstream(view_of(graph), [*subjects, "kgr:nothing", *subjects]) == counts


@pytest.mark.parametrize("seed", range(20))
def test_of_too_many_subjects_the_direct_citations_are_counted(seed: int) -> None:
    graph = made(seed)
    counts = {id: count for id in graph.nodes if (count := expected(graph, id, direct=True))}
    assert downstream(view_of(graph), graph.nodes, most=0) == counts
