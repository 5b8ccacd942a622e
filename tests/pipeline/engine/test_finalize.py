"""What is made when all else has been merged: pages, stubs, rolled-up edges."""

from __future__ import annotations

from typing import Any

from statements import MAPPING, claim, written

from kgbuild.model.graph import Claim, Description, Edge, Listing, PageStatement, ProductPage, Source
from kgbuild.pipeline.engine.claim_batch import ClaimBatch, ClaimBatchMaker, run_index
from kgbuild.pipeline.engine.finalize import Finalizer, Rollup
from kgbuild.pipeline.engine.job import Block, Job
from kgbuild.transform.claims import Reading
from kgbuild.transform.factory import GraphFactory
from kgbuild.transform.merge import Merger, Need, RunIndex

FACTORY = GraphFactory(MAPPING)


def job(*claims: Claim[Any], rollup: bool = False) -> Job:
    parts = [ClaimBatchMaker().batch_of([("a.md", Reading("resource record", list(claims), []))], "")]
    return Job(parts, MAPPING, run_index(parts, {}), rollup=rollup)


def block(**fields: Any) -> Block:
    return Block(**{name: [] for name in Block._fields} | fields)


def owns(owner: str, product: str) -> Edge:
    return FACTORY.edge("has_product", f"kgr:{owner}", f"kgr:{product}", (owner,))


def derives(product: str, source: str, *by: str) -> Edge:
    return FACTORY.edge("derived_from", f"kgr:{product}", f"kgr:{source}", by, "original", "prov:used")


def test_a_stub_for_each_id_that_nothing_describes() -> None:
    listing = Listing(category=None, description=Description(), sources=(Source("c", "original", "prov:used"),))
    ending = Finalizer(job(claim("a.x", listing, "a"), claim("a.y", ProductPage(), "a.y.md")))
    ending.add(block(needs=[Need("resource", "c", ("a",)), Need("product", "a.y", ("b",))]))
    ending.add(block(needs=[Need("resource", "c", ("b",)), Need("product", "a.x", ("b",))], nodeless=["kgr:a.y"]))
    nodes = written(ending.block().nodes)
    assert [(node["id"], node["declared_in"], node["stub"]) for node in nodes] == [("kgr:a.y", ["b"], True), ("kgr:c", ["a", "b"], True)]


def test_links_of_pages_wait_for_the_addresses_of_all_blocks() -> None:
    pages = [Claim(f"kgrdoc:{n}", n, n, PageStatement(title=n, sha256=n, links={"a.org/x": 2})) for n in ("faq", "about")]
    ending = Finalizer(Job([ClaimBatch(pages=tuple(pages))], MAPPING, RunIndex(resources=frozenset("a"))))
    ending.add(block(addresses=[("https://a.org", "kgr:a")]))
    last = ending.block()
    assert [node.id for node in last.nodes] == ["kgrdoc:about", "kgrdoc:faq"]
    assert [(edge.subject, edge.object, edge.links) for edge in last.edges] == [("kgrdoc:about", "kgr:a", 2), ("kgrdoc:faq", "kgr:a", 2)]


def test_derivations_are_rolled_up_to_owners_with_the_number_of_products() -> None:
    facts = RunIndex(resources=frozenset(("a", "b", "c")))
    merger, rollup = Merger(MAPPING, facts), Rollup(MAPPING, facts)
    first = [derives("a.x", "b.z", "a"), derives("a.y", "b", "b"), derives("a.x", "a.y", "a"), owns("a", "a.x")]
    second = [owns("a", "a.y"), owns("b", "b.z"), derives("a.x", "c.stub", "a"), derives("a.x", "elsewhere", "a"), derives("d.x", "b", "a")]
    rollup.add(block(edges=first))
    rollup.add(block(edges=second))
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
        ending = Finalizer(job(rollup=rollup))
        ending.add(block(edges=edges))
        found.append(len(ending.block().edges))
    assert found == [0, 1]
