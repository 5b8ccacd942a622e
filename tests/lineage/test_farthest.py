"""The farthest source of a product is the deepest of its stated and possible upstream (SPEC §8), on small random graphs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from provenance import Drawn, drawn, rows

from kgbuild.lineage.farthest import Farthest, farthest
from kgbuild.lineage.grades import AUDITED, GradedWalks
from kgbuild.lineage.graph import ProvenanceGraph
from kgbuild.lineage.upstream import Upstream
from kgbuild.mapping.load import load_mapping

NOT_DATA = load_mapping().not_data


@settings(max_examples=400, deadline=None)
@given(drawn())
def test_the_farthest_is_the_deepest_of_the_upstream(of: Drawn) -> None:
    graph = ProvenanceGraph(*rows(of))
    upstream = Upstream(graph, NOT_DATA)
    found = {item.product: item for item in farthest(GradedWalks(graph, NOT_DATA), 10**6)}
    for product in graph.owners:
        reached = {id: to for id, to in upstream.of(product).items() if to.grade in AUDITED}
        depth = max((to.depth for to in reached.values()), default=0)
        id = min((id for id in reached if reached[id].depth == depth), default="") if depth else ""
        expected = Farthest(product, depth, id, reached[id].grade) if id else None
        assert (found.get(product) if depth else None) == expected


@pytest.fixture
def graded() -> GradedWalks:
    products = {id: ((id[0],), "Product", False) for id in ("a.x", "b.x", "c.x")}
    return GradedWalks(ProvenanceGraph(*rows(Drawn(("a", "b", "c"), products, (("a.x", "b"), ("b.x", "c"), ("c.x", "a"))))), NOT_DATA)


def test_after_so_many_citations_the_depth_is_unknown(graded: GradedWalks) -> None:
    first, *others = farthest(graded, 0)
    assert first == Farthest("kgr:a.x", 2, "kgr:c", "possible")
    assert others == [Farthest("kgr:b.x", None), Farthest("kgr:c.x", None)]
