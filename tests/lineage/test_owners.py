"""Resources cite each other by the products that a path upstream can go through (SPEC §8)."""

from __future__ import annotations

import pytest
from provenance import graded

from kgbuild.lineage.owners import OwnerCitations

DATA, NOT_DATA = "Product", "GraphicalInterface"
PRODUCTS = {"a.tsv": DATA, "b.tsv": DATA, "b.web": NOT_DATA, "b.api": NOT_DATA, "c.web": NOT_DATA, "d.tsv": DATA}


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([("a.tsv", "b"), ("b.tsv", "a")], {"a": ["b"], "b": ["a"]}),
        ([("a.tsv", "b"), ("b.web", "a")], {"a": ["b"]}),
        ([("a.tsv", "b.web"), ("b.web", "a")], {"a": ["b"], "b": ["a"]}),
        ([("a.tsv", "b.web"), ("b.web", "c.web"), ("b.api", "d")], {"a": ["b"], "b": ["c"]}),
        ([("b.web", "b.api"), ("b.api", "a")], {}),
        ([("a.tsv", "b.web"), ("b.web", "b.api"), ("b.api", "d.tsv")], {"a": ["b"], "b": ["d"]}),
        ([("a.tsv", "c"), ("c.web", "a")], {"a": ["c"], "c": ["a"]}),
    ],
    ids=["data", "an interface", "an interface by name", "only what is named", "named by an interface", "by a sibling", "no data product"],
)
def test_citations_of_owners(sources: list[tuple[str, str]], expected: dict[str, list[str]]) -> None:
    found = OwnerCitations(graded(PRODUCTS, *sources)).adjacency
    assert {id: [*owners] for id, owners in found.items()} == {
        f"kgr:{id}": [f"kgr:{owner}" for owner in owners] for id, owners in expected.items()
    }


def test_a_path_leaves_by_what_the_resource_states_by_data_and_by_what_is_named() -> None:
    citations = OwnerCitations(graded(PRODUCTS, ("a.tsv", "b.web"), ("b.web", "d"), ("b.api", "d")))
    assert citations.left_by("kgr:b") == ("kgr:b", "kgr:b.tsv", "kgr:b.web")
