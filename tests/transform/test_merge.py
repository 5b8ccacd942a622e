"""All claims about one id -> its node, its edges and what they need."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, claim, ids, laws, listings, product_ids, resources, written

from kgbuild.model.graph import (
    Claim,
    Description,
    Difference,
    Listing,
    OrganizationStatement,
    PageStatement,
    ProductPage,
    ResourceStatement,
    Source,
    Statement,
)
from kgbuild.transform.links import Addresses
from kgbuild.transform.merge import Merged, Merger, Need, RunIndex, owner_of

RUN = RunIndex(resources=frozenset(("go", "goa", "hp")), organizations=frozenset(("org",)), aliases={"old-go": "go", "older-go": "go"})
MERGER = Merger(MAPPING, RUN)
Pairs = list[tuple[str, str, str]]


def listing(name: str | None = None, *sources: str, **fields: Any) -> Listing:
    return Listing(
        category=None, description=Description(name=name, **fields), sources=tuple(Source(id, "original", "prov:used") for id in sources)
    )


def edges(merged: Merged) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(edge.subject, edge.predicate.removeprefix("kgrs:"), edge.object, edge.declared_in) for edge in merged.edges]


of_products = st.tuples(product_ids, st.lists(listings, min_size=1, max_size=5))
of_resources = st.tuples(ids, st.lists(st.one_of(resources, listings), min_size=1, max_size=5))


@laws
@given(
    st.one_of(of_products, of_resources),
    st.lists(ids, min_size=5, max_size=5),
    st.randoms(use_true_random=False),
)
def test_the_order_of_claims_does_not_matter(case: tuple[str, list[Statement]], by: list[str], chance: random.Random) -> None:
    id, statements = case
    # A record of a resource is by the resource itself; where two are of one id, they are in two files.
    claims = [claim(id, says, id if isinstance(says, ResourceStatement) else who) for says, who in zip(statements, by, strict=False)]
    merged, shuffled = MERGER.merge(claims), MERGER.merge(chance.sample(claims, len(claims)))
    assert written(shuffled.nodes, shuffled.edges) == written(merged.nodes, merged.edges)
    assert (sorted(shuffled.needs, key=str), sorted(shuffled.addresses)) == (sorted(merged.needs, key=str), sorted(merged.addresses))
    assert shuffled.difference == merged.difference


@laws
@given(product_ids, st.lists(listings, min_size=1, max_size=4), st.lists(ids, min_size=4, max_size=4))
def test_every_end_of_an_edge_is_the_node_a_resource_or_a_need(id: str, says: list[Listing], by: list[str]) -> None:
    merged = MERGER.merge([claim(id, one, who) for one, who in zip(says, by, strict=False)])
    known = {node.id for node in merged.nodes} | {MAPPING.curie(need.kind, need.id) for need in merged.needs}
    known |= {MAPPING.curie("resource", id) for id in RUN.resources}
    assert {end for edge in merged.edges for end in (edge.subject, edge.object)} <= known


@pytest.mark.parametrize(("id", "owner"), [("goa.ftp", "goa"), ("goa.ftp.x", "goa"), ("hetnetpy", None), (".x", "")])
def test_owner_of(id: str, owner: str | None) -> None:
    assert owner_of(id) == owner


def test_the_listing_of_the_owner_decides_and_copies_are_compared() -> None:
    claims = [claim("go.owl", listing("own", "hp"), "go"), claim("go.owl", listing("copy", "hp", "gone"), "goa")]
    merged = MERGER.merge(claims)
    assert merged.nodes[0].name == "own"
    assert edges(merged) == [
        ("kgr:go", "has_product", "kgr:go.owl", ("go", "goa")),
        ("kgr:go.owl", "derived_from", "kgr:hp", ("go", "goa")),
    ]
    assert (merged.needs, merged.difference) == ([], Difference(subject="kgr:go.owl", records=("goa",), fields=("name", "sources")))


def test_without_a_listing_of_the_owner_all_are_united() -> None:
    merged = MERGER.merge([claim("go.owl", listing("a", "hp"), "goa"), claim("go.owl", listing("a", "x.y"), "hp")])
    assert edges(merged)[1:] == [("kgr:go.owl", "derived_from", "kgr:hp", ("goa",)), ("kgr:go.owl", "derived_from", "kgr:x.y", ("hp",))]
    assert merged.needs == [Need("resource", "x.y", ("hp",))]


def test_a_source_of_a_resource_of_the_run_is_a_product() -> None:
    (need,) = MERGER.merge([claim("go.owl", listing("a", "hp.json"), "go")]).needs
    assert need == Need("product", "hp.json", ("go",), "hp")
    stub = {"id": "kgr:hp.json", "category": ["kgrs:Product", "biolink:DatasetDistribution"], "iri": "https://w3id.org/kg-registry/hp.json"}
    assert written([MERGER.stub(need)]) == [stub | {"declared_in": ["go"], "stub": True}]


@pytest.mark.parametrize(
    ("claims", "owners"),
    [
        ([("goa", [])], ["goa"]),
        ([("goa", ["goa"])], ["goa"]),
        ([("goa", []), ("hp", [])], ["goa", "hp"]),
        ([("goa", ["hp"]), ("hp", [])], ["goa"]),
        ([("goa", ["hp"]), ("hp", ["goa"])], []),
    ],
)
def test_a_product_without_a_dot_belongs_to_the_listers_that_it_does_not_cite(
    claims: list[tuple[str, list[str]]], owners: list[str]
) -> None:
    merged = MERGER.merge([claim("tool", listing(None, *sources), by) for by, sources in claims])
    assert [edge.subject for edge in merged.edges if edge.predicate == "kgrs:has_product"] == [f"kgr:{owner}" for owner in owners]


def test_old_ids_are_replaced_and_kept_as_written() -> None:
    merged = MERGER.merge([claim("hp.x", listing(None, "old-go", "older-go"), "hp"), claim("hp.x", listing(None, "go"), "goa")])
    (edge,) = (edge for edge in merged.edges if edge.predicate == "kgrs:derived_from")
    assert (edge.object, edge.original_object, edge.original_objects, edge.declared_in) == (
        "kgr:go",
        "old-go",
        ("old-go", "older-go"),
        ("goa", "hp"),
    )


def test_sources_of_the_same_owner_are_within_it() -> None:
    merged = MERGER.merge([claim("go.x", listing(None, "go", "go.y", "goa.z"), "go")])
    assert [(edge.object, edge.within_owner) for edge in merged.edges[1:]] == [("kgr:go", True), ("kgr:go.y", True), ("kgr:goa.z", None)]


def test_a_resource_with_successors_and_organizations() -> None:
    says = ResourceStatement(
        category=None, description=Description(url="https://a.org"), superseded_by=("new",), organizations=("org", "who")
    )
    merged = MERGER.merge([claim("go", says)])
    assert edges(merged) == [
        ("kgr:go", "superseded_by", "kgr:new", ("go",)),
        ("kgr:go", "has_contact", "kgrorg:org", ("go",)),
        ("kgr:go", "has_contact", "kgrorg:who", ("go",)),
    ]
    assert merged.needs == [Need("resource", "new", ("go",)), Need("organization", "who", ("go",))]
    assert merged.addresses == [("https://a.org", "kgr:go")]


def test_one_id_that_is_a_resource_and_a_product_is_one_node() -> None:
    record = ResourceStatement(category="Ontology", description=Description(name="GO"))
    merged = MERGER.merge([claim("go", record), Claim("kgr:go", "go", "goa", listing("other", "hp"))])
    assert merged.nodes[0].category == ("kgrs:Ontology", "kgrs:Resource", "kgrs:Product", "biolink:DatasetSummary")
    assert (merged.nodes[0].name, merged.nodes[0].declared_in) == ("GO", ("go", "goa"))
    assert (merged.nodes[0].kind, merged.nodes[0].is_resource, merged.nodes[0].is_product) == ("product", True, True)


def test_a_copy_in_a_container_gives_way_to_the_page() -> None:
    merger = Merger(MAPPING, RunIndex(resources=frozenset(("go",)), pages=frozenset(("go",))))
    page = ResourceStatement(category=None, description=Description(name="page", extra={"layout": '"resource_detail"'}))
    same = ResourceStatement(category=None, description=Description(name="page"))
    other = ResourceStatement(category=None, description=Description(name="copy"))
    for copy, found in ((same, None), (other, Difference(subject="kgr:go", records=("go",), fields=("container",)))):
        merged = merger.merge([claim("go", copy, contained=True), claim("go", page)])
        assert (merged.nodes[0].name, merged.difference) == ("page", found)


def test_a_generated_page_that_no_record_lists_makes_nothing() -> None:
    claims: Sequence[Claim[Statement]] = [claim("go.x", ProductPage(), f"product/{n}.md") for n in (2, 1)]
    assert MERGER.merge(claims) == Merged([], [], [], [], stale=("product/1.md", "product/2.md"))


def test_an_organization() -> None:
    merged = MERGER.merge([claim("org", OrganizationStatement(category=None, description=Description(name="Org")))])
    assert [node.id for node in merged.nodes] == ["kgrorg:org"]


def test_pages_of_one_title_are_told_apart_by_their_text() -> None:
    addresses = Addresses([("http://a.org", "kgr:go"), ("http://a.org/hp", "kgr:hp")])
    claims = [
        Claim("kgrdoc:faq", "faq", "faq", PageStatement(title="FAQ", sha256=digest * 32, links=links))
        for digest, links in (("bb", {"a.org/x": 2, "a.org/hp/y": 1, "b.org": 5}), ("aa", {}), ("aa", {}))
    ]
    one, two = MERGER.pages(claims[1:], addresses), MERGER.pages(claims, addresses)
    assert [node.id for node in one.nodes] == ["kgrdoc:faq"]
    assert [node.id for node in two.nodes] == ["kgrdoc:faq~aaaaaaaa", "kgrdoc:faq~bbbbbbbb"]
    assert [(edge.subject, edge.object, edge.links) for edge in two.edges] == [
        ("kgrdoc:faq~bbbbbbbb", "kgr:go", 2), ("kgrdoc:faq~bbbbbbbb", "kgr:hp", 1),
    ]  # fmt: skip


def test_a_rolled_up_edge_counts_products() -> None:
    edge = MERGER.rolled_up("kgr:a", "kgr:b", {"b", "a"}, 3)
    assert (edge.predicate, edge.declared_in, edge.products, edge.knowledge_level) == (
        "kgrs:derived_from",
        ("a", "b"),
        3,
        "logical_entailment",
    )
