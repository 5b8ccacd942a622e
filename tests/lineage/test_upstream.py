"""Upstream and its grades are what SPEC §8 says of paths, and downstream is the inverse: on random small graphs and on cases by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from provenance import DATA, MAPPING, NOT_DATA, Drawn, drawn, rows

from kgbuild.lineage.grades import GRADES
from kgbuild.lineage.graph import ProvenanceGraph
from kgbuild.lineage.upstream import Reached, Upstream
from kgbuild.lineage.walks import Walks
from kgbuild.model.graph import Edge, Node
from kgbuild.query.question import questions


def paths(of: Drawn, start: str) -> Iterator[tuple[str, int, int]]:
    """The end, the grade and the depth of every path from one start that visits no node twice."""
    home = of.owners(start)

    def on(node: str, seen: frozenset[str], worst: int, depth: int) -> Iterator[tuple[str, int, int]]:
        owned = [id for id in of.products if node in of.owners(id)]
        has_data = any(of.products[id][1] != NOT_DATA for id in owned)
        left_by = [(node, 0)]
        if node != start:
            left_by += [(id, 2 if has_data and of.products[id][1] == NOT_DATA else 1) for id in owned]
        for by, grade in left_by:
            for subject, source in of.sources:
                if subject != by or source == start:
                    continue
                own, here = source in of.owners(by), max(worst, grade)
                there = depth if of.within(by, source) else depth + 1
                if source not in home or (own and depth == 0):
                    yield source, here, there
                if not own and source not in home and source not in seen:
                    yield from on(source, seen | {source}, here, there)

    return on(start, frozenset({start}), 0, 0)


def enumerated(of: Drawn, id: str) -> dict[str, Reached]:
    """What is upstream of a product or resource, by all paths."""
    starts = [id] if id in of.products else [id, *(product for product in of.products if id in of.owners(product))]
    best: dict[str, tuple[int, int]] = {}
    for start in starts:
        for end, grade, depth in paths(of, start):
            if end != id:
                best[f"kgr:{end}"] = min((grade, depth), best.get(f"kgr:{end}", (grade, depth)))
    return {end: Reached(GRADES[grade], depth) for end, (grade, depth) in sorted(best.items())}


@settings(max_examples=400, deadline=None)
@given(drawn())
def test_upstream_is_the_best_of_all_paths_and_downstream_its_inverse(of: Drawn) -> None:
    upstream = Upstream(ProvenanceGraph(*rows(of)), MAPPING.not_data)
    ids = [*of.resources, *of.products, "stub"]
    up = {id: upstream.of(f"kgr:{id}") for id in ids}
    assert up == {id: enumerated(of, id) for id in ids}
    down = {id: {f"kgr:{other}": up[other][f"kgr:{id}"] for other in sorted(ids) if f"kgr:{id}" in up[other]} for id in ids}
    assert {id: upstream.affected(f"kgr:{id}") for id in ids} == down


def database(nodes: list[Node], edges: list[Edge]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for table, made, columns in (
        ("nodes", nodes, {"id": "VARCHAR", "category": "VARCHAR[]", "kgrs_category": "VARCHAR", "license": "VARCHAR", "license_label": "VARCHAR",
                          "name": "VARCHAR"}),
        ("edges", edges, {"subject": "VARCHAR", "predicate": "VARCHAR", "object": "VARCHAR", "original_predicate": "VARCHAR",
                          "within_owner": "BOOLEAN", "products": "BIGINT"}),
    ):  # fmt: skip
        connection.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {type}' for name, type in columns.items())})")
        values: list[list[Any]] = [
            [list(value) if isinstance(value := getattr(row, name), tuple) else value for name in columns] for row in made
        ]
        if values:
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", values)
    return connection


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn())
def test_sql_finds_the_same(of: Drawn) -> None:
    nodes, edges = rows(of)
    upstream, connection = Upstream(ProvenanceGraph(nodes, edges), MAPPING.not_data), database(nodes, edges)
    for id in [f"kgr:{id}" for id in (*of.resources, *of.products)]:
        up = connection.execute(questions()["upstream"].text("sql", MAPPING), {"id": id}).fetchall()
        assert sorted(row[:3] for row in up) == sorted((found.depth, found.grade, source) for source, found in upstream.of(id).items())
        down = connection.execute(questions()["affected"].text("sql", MAPPING), {"id": id}).fetchall()
        among = {node.id for node in nodes if node.is_product}
        expected = sorted((found.depth, found.grade, product) for product, found in upstream.affected(id, among).items())
        assert sorted(row[:3] for row in down) == expected


def made(products: dict[str, str], *sources: tuple[str, str]) -> Upstream:
    """Products by their category, which belong to what stands before the dot, and sources."""
    resources = {id.partition(".")[0]: None for id in [*products, *(id for pair in sources for id in pair)]}
    of = Drawn(tuple(resources), {id: ((id.partition(".")[0],), category, False) for id, category in products.items()}, sources)
    return Upstream(ProvenanceGraph(*rows(of)), MAPPING.not_data)


@pytest.mark.parametrize(
    ("through", "grade"),
    [
        ({"b.data": DATA, "b.api": NOT_DATA}, {"c": "possible", "e": "remote"}),
        ({"b.data": NOT_DATA, "b.api": NOT_DATA}, {"c": "possible", "e": "possible"}),
        ({"b.data": "Unheard", "b.api": NOT_DATA}, {"c": "possible", "e": "remote"}),
    ],
    ids=["data and an interface", "no data product", "a category that the mapping does not name"],
)
def test_a_step_through_a_resource_has_the_grade_of_the_product_that_it_leaves_by(through: dict[str, str], grade: dict[str, Any]) -> None:
    upstream = made({"a.one": DATA, **through}, ("a.one", "b"), ("b.data", "c"), ("b.api", "e"))
    assert upstream.of("kgr:a.one") == {
        "kgr:b": Reached("stated", 1), "kgr:c": Reached(grade["c"], 2), "kgr:e": Reached(grade["e"], 2),
    }  # fmt: skip


def test_a_longer_path_of_a_better_grade_counts_with_its_own_depth() -> None:
    """By way of b's interface it is two owners to x, and remote; by the stated products it is three, and then one more to y."""
    upstream = made(
        {"a.one": DATA, "b.data": DATA, "b.api": NOT_DATA, "c.tsv": DATA, "x.tsv": DATA},
        ("a.one", "b"), ("b.api", "x.tsv"), ("a.one", "c.tsv"), ("c.tsv", "e"), ("c.tsv", "f.tsv"), ("f.tsv", "x.tsv"), ("x.tsv", "y"),
    )  # fmt: skip
    found = upstream.of("kgr:a.one")
    assert (found["kgr:x.tsv"], found["kgr:y"]) == (Reached("stated", 3), Reached("stated", 4))


def test_sources_of_resources_are_stated() -> None:
    upstream = made({"a.one": DATA, "b.one": DATA}, ("a.one", "b"), ("b", "c"), ("b.one", "e"), ("c", "f"))
    assert upstream.of("kgr:a.one") == {
        "kgr:b": Reached("stated", 1), "kgr:c": Reached("stated", 2), "kgr:e": Reached("possible", 2), "kgr:f": Reached("stated", 3),
    }  # fmt: skip
    assert upstream.of("kgr:b") == {"kgr:c": Reached("stated", 1), "kgr:e": Reached("stated", 1), "kgr:f": Reached("stated", 2)}


def test_downstream_leaves_out_what_upstream_does() -> None:
    """The case `asym`: `b.data` is made from `a`, and so from what `a.two` cites; `a.one` is not, by way of its own resource."""
    upstream = made({"a.one": DATA, "a.two": DATA, "b.data": DATA, "c.data": DATA}, ("a.one", "b"), ("a.two", "c"), ("b.data", "a"))
    assert upstream.of("kgr:a.one") == {"kgr:b": Reached("stated", 1)}
    assert upstream.affected("kgr:c") == {
        "kgr:a": Reached("stated", 1), "kgr:a.two": Reached("stated", 1), "kgr:b": Reached("possible", 2), "kgr:b.data": Reached("possible", 2),
    }  # fmt: skip


def test_a_sibling_that_is_also_a_resource_is_left_by_its_products() -> None:
    """`b` is a product of `r`, as `a` is, and the owner of `b.x`. Where the walk starts, it is a product alone."""
    products = {"a": (("r",), DATA, False), "b": (("r",), DATA, True), "b.x": (("b",), DATA, False)}
    upstream = Upstream(ProvenanceGraph(*rows(Drawn(("r", "s"), products, (("a", "b"), ("b.x", "s"))))), MAPPING.not_data)
    assert upstream.of("kgr:a") == {"kgr:b": Reached("stated", 0), "kgr:s": Reached("possible", 1)}
    assert upstream.of("kgr:b") == {}
    assert Walks(upstream.graph).path("kgr:a", "kgr:s") == ["kgr:a", "kgr:b", "kgr:s"]
