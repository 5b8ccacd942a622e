"""The walks of each grade leave a resource by the products that SPEC §8 names."""

from __future__ import annotations

from provenance import graded

from kgbuild.lineage.grades import AUDITED, GRADES, GradedWalks

MIXED = {
    "a.api": "ProgrammingInterface",
    "a.tsv": "Product",
    "a.new": "Unheard",
    "b.api": "ProgrammingInterface",
    "b.web": "GraphicalInterface",
}


def test_rules_use_all_grades_but_the_last() -> None:
    assert (*AUDITED, "remote") == GRADES


def test_a_resource_is_left_by_its_data_products_or_by_all_if_none_is_data() -> None:
    walks: GradedWalks = graded(MIXED)
    assert [walks.data_products(id) for id in ("kgr:a", "kgr:b", "kgr:c")] == [("kgr:a.new", "kgr:a.tsv"), ("kgr:b.api", "kgr:b.web"), ()]
    assert {grade: list(of.exits("kgr:a")) for grade, of in walks.by_grade.items()} == {
        "stated": [], "possible": ["kgr:a.new", "kgr:a.tsv"], "remote": ["kgr:a.api", "kgr:a.new", "kgr:a.tsv"],
    }  # fmt: skip
    assert (walks.stated, walks.possible, walks.remote) == tuple(walks.by_grade.values())


def test_walks_that_differ_in_nothing_are_the_same() -> None:
    walks = graded({"a.tsv": "Product"})
    assert walks.remote is walks.possible


def test_circles_count_the_nodes_on_cycles_of_any_grade() -> None:
    walks = graded(MIXED, ("a.api", "b"), ("b.api", "c"), ("b.web", "a"))
    assert walks.circles == {"kgr:a": 2, "kgr:b": 2}
