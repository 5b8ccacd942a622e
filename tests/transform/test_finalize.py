"""What is made when all else has been merged: pages, stubs, rolled-up edges."""

from __future__ import annotations

from typing import Any

from statements import MAPPING, written

from kgbuild.model.graph import Claim, Edge, PageStatement
from kgbuild.transform.factory import GraphFactory
from kgbuild.transform.finalize import Block, Finalizer, Rollup
from kgbuild.transform.merge import Merger, Need, RunIndex

FACTORY = GraphFactory(MAPPING)


def block(**fields: Any) -> Block:
    return Block(**{name: [] for name in Block._fields} | fields)


def owns(owner: str, product: str) -> Edge:
    return FACTORY.edge("has_product", f"kgr:{owner}", f"kgr:{product}", (owner,))


def derives(product: str, source: str, *by: str) -> Edge:
    return FACTORY.edge("derived_from", f"kgr:{product}", f"kgr:{source}", by, "original", "prov:used")


def test_a_stub_for_each_id_that_nothing_describes() -> None:
    """A generated page is a claim about `a.y` and describes nothing."""
    ending = Finalizer(MAPPING, RunIndex(resources=frozenset("ab")), rollup=False)
    ending.add(block(needs=[Need("resource", "c", ("a",)), Need("product", "a.y", ("b",))]))
    ending.add(block(needs=[Need("resource", "c", ("b",)), Need("product", "a.x", ("b",))], nodeless=["kgr:a.y"]))
    nodes = written(ending.block([], [["kgr:a.x"], ["kgr:a.y"]]).nodes)
    assert [(node["id"], node["declared_in"], node["stub"]) for node in nodes] == [("kgr:a.y", ["b"], True), ("kgr:c", ["a", "b"], True)]


def test_links_of_pages_wait_for_the_addresses_of_all_blocks() -> None:
    pages = [Claim(f"kgrdoc:{n}", n, n, PageStatement(title=n, sha256=n, links={"a.org/x": 2})) for n in ("faq", "about")]
    ending = Finalizer(MAPPING, RunIndex(resources=frozenset("a")), rollup=False)
    ending.add(block(addresses=[("https://a.org", "kgr:a")]))
    last = ending.block(pages, [])
    assert [node.id for node in last.nodes] == ["kgrdoc:about", "kgrdoc:faq"]
    assert [(edge.subject, edge.object, edge.links) for edge in last.edges] == [("kgrdoc:about", "kgr:a", 2), ("kgrdoc:faq", "kgr:a", 2)]


def test_derivations_are_rolled_up_to_owners_with_the_number_of_products() -> None:
    facts = RunIndex(resources=frozenset(("a", "b", "c")))
    merger, rollup = Merger(MAPPING, facts), Rollup(MAPPING)
    first = [derives("a.x", "b.z", "a"), derives("a.y", "b", "b"), derives("a.x", "a.y", "a"), owns("a", "a.x")]
    second = [owns("a", "a.y"), owns("b", "b.z"), derives("a.x", "c.stub", "a"), derives("a.x", "elsewhere", "a"), derives("d.x", "b", "a")]
    rollup.add(block(edges=first))
    rollup.add(block(edges=second, needs=[Need("product", "c.stub", ("a",), "c"), Need("resource", "elsewhere", ("a",))]))
    found = [(edge.subject, edge.object, edge.declared_in, edge.products) for edge in rollup.edges(merger)]
    assert found == [
        ("kgr:a", "kgr:b", ("a", "b"), 2),
        ("kgr:a", "kgr:c", ("a",), 1),
        ("kgr:a", "kgr:elsewhere", ("a",), 1),
    ]


def test_rolled_up_edges_are_made_only_where_they_are_wanted() -> None:
    edges = [derives("a.x", "b", "a"), owns("a", "a.x")]
    found = []
    for rollup in (False, True):
        ending = Finalizer(MAPPING, RunIndex(resources=frozenset("a")), rollup=rollup)
        ending.add(block(edges=edges))
        found.append(len(ending.block([], []).edges))
    assert found == [0, 1]
