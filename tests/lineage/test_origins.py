"""Products that cite something foreign, but no origin of data: what the definition says on random graphs, and cases by hand."""

from __future__ import annotations

import pytest
from provenance import MAKER, made, node

from kgbuild.lineage.graph import ProvenanceGraph
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


def cut_off_of(origins: set[str], *sources: tuple[str, str]) -> list[str]:
    """The products without an origin upstream. What an id has before its dot owns it."""
    ids = list(dict.fromkeys(id for pair in sources for id in pair))
    owners = {id.partition(".")[0] for id in ids}
    nodes = [node("resource", id) for id in sorted(owners)] + [node("product", id) for id in ids if "." in id]
    edges = [MAKER.edge("has_product", f"kgr:{id.partition('.')[0]}", f"kgr:{id}", ()) for id in ids if "." in id]
    for subject, source in sources:
        within = subject.partition(".")[0] == source.partition(".")[0] or None
        edges.append(MAKER.edge("derived_from", f"kgr:{subject}", f"kgr:{source}", (), "original", "prov:used", within))
    return [*cut_off(Walks(ProvenanceGraph(nodes, edges)), {f"kgr:{id}" for id in origins}.__contains__)]


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([("a.x", "o")], []),
        ([("a.x", "o.x")], []),
        ([("a.x", "b.x"), ("b.x", "o.x")], []),
        ([("a.x", "b"), ("b.x", "o")], []),
        ([("a.x", "b")], ["kgr:a.x"]),
        ([("a.x", "b.x"), ("b.x", "a.x")], ["kgr:a.x", "kgr:b.x"]),
        ([("a.x", "a"), ("a.y", "a.x")], []),
        ([("o.x", "b")], ["kgr:o.x"]),
        ([("o.x", "b.x"), ("b.x", "o.y")], ["kgr:o.x"]),
        ([("a.x", "b"), ("a.y", "o")], ["kgr:a.x"]),
        ([("a.x", "b"), ("a.x", "a.y"), ("a.y", "o")], []),
    ],
    ids=[
        "an origin", "a product of one", "by way of a product", "by way of a resource", "no origin", "a cycle", "nothing foreign",
        "its own origin does not count", "nor on the way back",
        "nor the source of a sibling", "unless it is made from that",
    ],
)  # fmt: skip
def test_cut_off(sources: list[tuple[str, str]], expected: list[str]) -> None:
    assert cut_off_of({"o"}, *sources) == expected
