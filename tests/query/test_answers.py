"""Every named question has the same answer in SPARQL, in SQL, by the lineage code and by other means, on a made-up registry and three real ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from query.reference import IDS, Reference

from kgbuild.lineage.walks import Walks
from kgbuild.mapping.load import load_mapping
from kgbuild.options import ExportTarget, ReadOptions
from kgbuild.pipeline import artifact
from kgbuild.pipeline.export import export
from kgbuild.query import lineage, parameters, sparql, sparql_text, sql, triples
from kgbuild.query.question import questions

REGISTRIES = ("made", "seeds", "kg-registry-2025-12-06.tar.gz", "kg-registry-2026-08-17.tar.gz")


class Asked:
    """A build and the ways to ask it."""

    def __init__(self, given: Path, folder: Path, profile: Any) -> None:
        export(
            ReadOptions(inputs=(str(given),), jobs=2, profile=profile),
            ExportTarget(formats=("kgx-jsonl", "ntriples", "parquet"), output=folder),
        )
        self.folder, self.vocabulary = folder, load_mapping(None, profile)
        build = artifact.find(folder, ())
        self.store, self.database = triples.load(build, self.vocabulary), sql.connect(4)
        sql.load(self.database, build)
        self.upstreams = lineage.load(build, self.vocabulary)
        self.reference = Reference(folder)
        prefixes, spaces = self.vocabulary.prefixes.prefixes, self.vocabulary.prefixes.spaces
        self.shorten = {prefix: prefixes[prefix] for prefix in set(spaces.values())}

    def values(self, name: str, id: str) -> dict[str, parameters.Value]:
        given = {parameter.name: id if parameter.kind == "node" else "2" for parameter in questions()[name].parameters}
        return parameters.values(name, questions()[name].parameters, given, self.vocabulary)

    def sparql(self, name: str, id: str) -> list[tuple[Any, ...]]:
        result = sparql.ask(self.store, questions()[name].text("sparql", self.vocabulary), self.values(name, id), {})
        assert isinstance(result, ox.QuerySolutions)
        return sparql.rows(result, self.shorten).rows

    def sql(self, name: str, id: str) -> list[tuple[Any, ...]]:
        return sql.ask(self.database, questions()[name].text("sql", self.vocabulary), self.values(name, id)).rows

    def lineage(self, name: str, id: str) -> list[tuple[Any, ...]]:
        return lineage.QUESTIONS[name].answer(self.upstreams, f"kgr:{id}").rows

    def expected(self, name: str, id: str) -> set[tuple[Any, ...]]:
        plain = {key: value.curie if isinstance(value, parameters.NodeId) else value for key, value in self.values(name, id).items()}
        return self.reference.answer(name, plain)


@pytest.fixture(
    scope="module", params=[(name, profile) for name in REGISTRIES for profile in ("registry", "biolink")], ids=lambda p: f"{p[0]}-{p[1]}"
)
def asked(request: pytest.FixtureRequest, registries: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Asked:
    name, profile = request.param
    return Asked(registries(name), tmp_path_factory.mktemp("build"), profile)


@pytest.mark.parametrize("name", questions())
def test_the_answers_are_the_same_in_every_language(name: str, asked: Asked) -> None:
    question = questions()[name]
    ids = [id for id in IDS if f"kgr:{id}" in asked.reference.node] if any(p.kind == "node" for p in question.parameters) else [""]
    assert ids
    for id in ids:
        expected = asked.expected(name, id)
        for language in ("sparql", "sql", "lineage"):
            if language in question.texts or language == question.engine:
                rows = getattr(asked, language)(name, id)
                assert set(rows) == expected, (language, id)
                assert len(rows) == len(expected), (language, id)


def test_the_triples_that_a_question_names_are_enough_for_it(asked: Asked) -> None:
    everything, prefixes = asked.store, asked.vocabulary.prefixes.prefixes
    try:
        for name, question in questions().items():
            if "sparql" in question.texts:
                whole = asked.sparql(name, "spoke")
                asked.store = triples.load(
                    artifact.find(asked.folder, ()), asked.vocabulary, sparql_text.terms(question.texts["sparql"], prefixes)
                )
                assert len(asked.store) < len(everything)
                assert asked.sparql(name, "spoke") == whole, name
                asked.store = everything
    finally:
        asked.store = everything


def test_upstream_is_what_the_reference_finds_and_downstream_its_inverse(asked: Asked) -> None:
    """Of all products and resources, not only of those in IDS."""
    graph = asked.upstreams.graph
    ids = [id for id, node in graph.nodes.items() if node.is_product or node.is_resource]
    up = {id: asked.upstreams.of(id) for id in ids}
    assert {id: {source: found.rank for source, found in up[id].items()} for id in ids} == {id: asked.reference.reached(id) for id in ids}
    down = {id: asked.upstreams.affected(id) for id in random.Random(1).sample(ids, min(len(ids), 100))}
    assert down == {source: {id: up[id][source] for id in sorted(ids) if source in up[id]} for source in down}


def test_the_rules_go_by_all_grades(asked: Asked) -> None:
    graph = asked.upstreams.graph
    walks = Walks(graph)
    for product in graph.owners:
        assert walks.depths(product) == asked.reference.walk(product, 2), product


def test_the_order_is_the_same_in_every_language(asked: Asked) -> None:
    if "kgr:spoke" in asked.reference.node:
        for name in ("upstream", "affected"):
            assert asked.lineage(name, "spoke") == asked.sql(name, "spoke")
        for name in ("sources", "stubs", "unlicensed"):
            assert asked.sparql(name, "spoke") == asked.sql(name, "spoke")
