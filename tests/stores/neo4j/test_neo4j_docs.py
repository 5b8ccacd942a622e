"""docs/neo4j.md against the program and a real server: its options, its summary, its query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from paths import ROOT
from running import commands, run_command

if TYPE_CHECKING:
    from servers.neo4j_server import Neo4jServer

pytestmark = pytest.mark.xdist_group("neo4j")
PAGE = (ROOT / "docs" / "neo4j.md").read_text("utf-8")


def block(language: str) -> str:
    """The first block of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[0]


def test_the_summary_and_the_first_answer(neo4j_empty: Neo4jServer) -> None:
    done = run_command(["load", "neo4j", str(ROOT / "input"), "--uri", neo4j_empty.uri])
    said = re.sub(r"build [0-9a-f]{16} ", "build ... ", done.stderr).replace(neo4j_empty.uri, "bolt://localhost:7687")
    assert said == block("text")
    rows = neo4j_empty.ask(block("cypher").strip().rstrip(";"))
    assert [(row["owner.name"], row["product.id"]) for row in rows][:2] == [
        ("Alzheimer's Knowledge Base", "kgr:alzkb.data"),
        ("Bgee", "kgr:bgee.rdf"),
    ]
    assert rows[-1]["product.id"] == "kgr:spoke.graph"


def test_the_options_are_those_of_the_program() -> None:
    told = re.findall(r"^\| `(--[a-z-]+)` \|", PAGE, re.MULTILINE)
    of_builds = {
        "--from",
        "--profile",
        "--mappings",
        "--exclude",
        "--follow-links",
        "--aliases",
        "--rollup",
        "--jobs",
        "--cache",
        "--quiet",
    }
    assert {*told} == {
        option for parameter in commands()["load neo4j"].params for option in parameter.opts if option.startswith("--")
    } - of_builds
