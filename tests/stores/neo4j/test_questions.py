"""The named questions in Cypher on a real Neo4j: the same answers as by networkx, on a made-up registry and three real ones, in both profiles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from query.reference import IDS, Reference
from running import run_command

from kgbuild.mapping.load import load_mapping
from kgbuild.options import ExportTarget, ReadOptions
from kgbuild.pipeline.export import export
from kgbuild.query.question import questions

if TYPE_CHECKING:
    from servers.neo4j_server import Neo4jServer

pytestmark = pytest.mark.xdist_group("neo4j")


def values(name: str, id: str) -> dict[str, Any]:
    return {parameter.name: f"kgr:{id}" if parameter.kind == "node" else 2 for parameter in questions()[name].parameters}


@pytest.mark.parametrize("profile", ["registry", "biolink"])
@pytest.mark.parametrize("name", ["made", "seeds", "kg-registry-2025-12-06.tar.gz", "kg-registry-2026-08-17.tar.gz"])
def test_the_answers_in_cypher_are_those_of_networkx(
    name: str, profile: Any, neo4j_empty: Neo4jServer, registries: Callable[[str], Path], tmp_path: Path
) -> None:
    export(ReadOptions(inputs=(str(registries(name)),), jobs=2, profile=profile), ExportTarget(formats=("kgx-jsonl",), output=tmp_path))
    loaded = run_command(["load", "neo4j", "--from", str(tmp_path), "--uri", neo4j_empty.uri])
    assert loaded.exit_code == 0, loaded.stderr
    reference = Reference(tmp_path)
    vocabulary = load_mapping(None, profile)
    asked = {name: question.text("cypher", vocabulary) for name, question in questions().items() if "cypher" in question.texts}
    assert set(questions()) - set(asked) == {"affected", "cycles"}
    for question, text in asked.items():
        about_a_node = any(parameter.kind == "node" for parameter in questions()[question].parameters)
        for id in [id for id in IDS if f"kgr:{id}" in reference.node] if about_a_node else [""]:
            rows = [tuple(row.values()) for row in neo4j_empty.ask(text, **values(question, id))]
            expected = reference.answer(question, values(question, id))
            assert (set(rows), len(rows)) == (expected, len(expected)), (question, id)


def test_hostile_text_is_bound(neo4j_empty: Neo4jServer, corpus: Path) -> None:
    loaded = run_command(["load", "neo4j", str(corpus / "seeds"), "--uri", neo4j_empty.uri])
    assert loaded.exit_code == 0, loaded.stderr
    count = "MATCH (n) RETURN count(n) AS n"
    before = neo4j_empty.ask(count)
    for text in ("' OR true //", "x'}) DETACH DELETE n //", "`", "\\", "$id", "}) RETURN 1 UNION MATCH (n) RETURN n //"):
        assert neo4j_empty.ask(questions()["origins"].text("cypher", load_mapping()), id=text) == []
    assert neo4j_empty.ask(count) == before
