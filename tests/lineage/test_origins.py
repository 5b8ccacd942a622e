"""Products are cut off where no origin is upstream of them, on the random graphs of the tests of walks."""

from __future__ import annotations

import pytest
from lineage.test_walks import made

from kgbuild.lineage.origins import cut_off
from kgbuild.lineage.walks import Walks


@pytest.mark.parametrize("seed", range(400))
def test_cut_off_is_what_has_no_origin_upstream(seed: int) -> None:
    graph = made(seed)
    origins = {id for id in graph.nodes if graph.category(id) == "DataSource"}

    def reaches(product: str) -> bool:
        belong = ({*graph.owners_of(id)} for id in Walks(graph).depths(product))
        return any(owners & origins and owners.isdisjoint(graph.owners[product]) for owners in belong)

    expected = [product for product in graph.derivations if graph.foreign(product) and not reaches(product)]
    assert list(cut_off(Walks(graph), origins.__contains__)) == expected
