"""The walks of each grade leave a resource by the products that SPEC §8 names."""

from __future__ import annotations

from kgbuild.lineage.grades import AUDITED, GRADES, GradedWalks
from kgbuild.lineage.graph import ProvenanceGraph
from kgbuild.mapping.load import load_mapping
from kgbuild.model.graph import Description
from kgbuild.transform.factory import GraphFactory

MAPPING = load_mapping()
MAKER = GraphFactory(MAPPING)
MIXED = {
    "a.api": "ProgrammingInterface",
    "a.tsv": "Product",
    "a.new": "Unheard",
    "b.api": "ProgrammingInterface",
    "b.web": "GraphicalInterface",
}


def graded(products: dict[str, str], *sources: tuple[str, str]) -> GradedWalks:
    """The walks over products by their category, which belong to what stands before the dot, and over sources."""
    nodes = [MAKER.node("product", id, category, Description(), ()) for id, category in products.items()]
    edges = [MAKER.edge("has_product", f"kgr:{id.partition('.')[0]}", f"kgr:{id}", ()) for id in products]
    edges += [MAKER.edge("derived_from", f"kgr:{id}", f"kgr:{source}", (), "original", "prov:used") for id, source in sources]
    return GradedWalks(ProvenanceGraph(nodes, edges), MAPPING.not_data)


def test_rules_use_all_grades_but_the_last() -> None:
    assert (*AUDITED, "remote") == GRADES


def test_a_resource_is_left_by_its_data_products_or_by_all_if_none_is_data() -> None:
    walks = graded(MIXED)
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
