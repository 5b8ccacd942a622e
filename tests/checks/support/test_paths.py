"""A path upstream is described by the products that leave its resources, and by the entries that state its steps."""

from __future__ import annotations

from itertools import pairwise

import pytest
from provenance import MAKER, MAPPING

from kgbuild.checks.support.paths import step_edges, step_entries, through
from kgbuild.checks.view import AuditLimits, View
from kgbuild.lineage.grades import Grade
from kgbuild.model.graph import Description


def view(products: dict[str, str], *sources: tuple[str, str]) -> View:
    """Products by their category, which belong to what stands before the dot, and sources; without claims."""
    nodes = [MAKER.node("product", id, category, Description(), ()) for id, category in products.items()]
    edges = [MAKER.edge("has_product", f"kgr:{id.partition('.')[0]}", f"kgr:{id}", ()) for id in products]
    edges += [MAKER.edge("derived_from", f"kgr:{id}", f"kgr:{source}", (), "original", "prov:used") for id, source in sources]
    return View(MAPPING, AuditLimits(), nodes, edges)


PRODUCTS = {"a.x": "Product", "b.x": "Product", "b.y": "Product", "b.web": "GraphicalInterface", "c.x": "Product"}
SOURCES = (("a.x", "b"), ("b.x", "c.x"), ("b.y", "c.x"), ("b.web", "c.x"), ("c.x", "d"), ("b", "e"))


@pytest.mark.parametrize(
    ("grade", "path", "expected", "stating"),
    [
        ("stated", ["a.x", "b"], "", [["a.x"]]),
        ("possible", ["a.x", "b", "c.x"], " through 'b' (by its products 'b.x' and 1 more)", [["a.x"], ["b.x", "b.y"]]),
        ("remote", ["a.x", "b", "c.x"], " through 'b' (by its products 'b.web' and 2 more)", [["a.x"], ["b.web", "b.x", "b.y"]]),
        ("stated", ["b.x", "c.x", "d"], " through 'c.x'", [["b.x"], ["c.x"]]),
        ("stated", ["a.x", "b", "e"], " through 'b'", [["a.x"], ["b"]]),
    ],
    ids=["one step", "by data", "by any", "by a product", "by what the resource states"],
)
def test_a_path(grade: Grade, path: list[str], expected: str, stating: list[list[str]]) -> None:
    seen = view(PRODUCTS, *SOURCES)
    ids = [f"kgr:{id}" for id in path]
    assert through(seen, grade, ids) == expected
    assert [[edge.subject for edge in edges] for edges in step_edges(seen, grade, ids)] == [
        [f"kgr:{id}" for id in step] for step in stating
    ]
    assert step_entries(seen, grade, ids) == []  # no record states them


def test_of_a_long_path_the_ends_are_described() -> None:
    path = [f"r{n:02}.x" for n in range(40)]
    seen = view(dict.fromkeys(path, "Product"), *pairwise(path))
    shown = [*(repr(id) for id in path[1:11]), "18 more", *(repr(id) for id in path[29:39])]
    assert through(seen, "stated", [f"kgr:{id}" for id in path]) == f" through {', '.join(shown[:-1])} and {shown[-1]}"
