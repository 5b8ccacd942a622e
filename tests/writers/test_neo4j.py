"""`import.sh` calls neo4j-admin beside its files, wherever it is started; a stand-in for neo4j-admin says what it was told."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kgbuild.mapping.load import load_mapping
from kgbuild.model.graph import Description
from kgbuild.transform.factory import GraphFactory
from kgbuild.writers import WRITERS, Loss, writer
from kgbuild.writers.neo4j import Neo4j

STAND_IN = """#!/bin/sh
pwd
printf '%s\\n' "$@" | sed 's/^--report-file=.*/--report-file=REPORT/'
for option; do
    case $option in --report-file=*) echo 'what is wrong' > "${option#--report-file=}" ;; esac
done
exit "${STATUS:-0}"
"""
TOLD = [
    "--report-file=REPORT", "--delimiter=,", "--array-delimiter=U+0000", "--quote=\"", "--multiline-fields=true", "--id-type=string",
    "--read-buffer-size=64m", "--strict=true", "--bad-tolerance=0", "--nodes=nodes.csv", "--nodes=nodes_fractions.csv",
    "--relationships=relationships.csv",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an export, under a name that asks for quotes."""
    for file, head in zip(WRITERS["neo4j"].files, writer("neo4j", load_mapping(None)).head(), strict=True):
        path = tmp_path / "a 'b, c\"" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(head)
    return path.parent


@pytest.fixture
def admin(tmp_path: Path) -> Path:
    path = tmp_path / "home" / "bin" / "neo4j-admin"
    path.parent.mkdir(parents=True)
    path.write_text(STAND_IN)
    path.chmod(0o755)
    return path


def run(folder: Path, *arguments: str, cwd: Path, shell: str = "sh", **env: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.environ["PATH"], "TMPDIR": str(cwd), **env}
    command = [shell, os.path.relpath(folder / "import.sh", cwd), *arguments]
    return subprocess.run(command, cwd=cwd, env=given, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("shell", ["sh", "bash", "dash"])
@pytest.mark.parametrize("found", ["path", "NEO4J_HOME", "NEO4J_ADMIN"])
def test_it_works_from_any_folder(folder: Path, admin: Path, tmp_path: Path, found: str, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not there")
    home = str(admin.parent.parent)
    env = {
        "path": {"PATH": f"{admin.parent}:{os.environ['PATH']}"},
        "NEO4J_HOME": {"NEO4J_HOME": home},
        "NEO4J_ADMIN": {"NEO4J_ADMIN": str(admin)},
    }
    cwd = tmp_path / "elsewhere"
    cwd.mkdir()
    done = run(folder, cwd=cwd, shell=shell, **env[found])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [str(folder), "database", "import", "full", "neo4j", *TOLD]
    assert list(cwd.iterdir()) == []


def test_the_database_and_options_are_handed_on(folder: Path, admin: Path, tmp_path: Path) -> None:
    done = run(folder, "my db", "--overwrite-destination=true", "--verbose", cwd=tmp_path, NEO4J_ADMIN=str(admin))
    assert done.stdout.splitlines()[1:] == ["database", "import", "full", "my db", "--overwrite-destination=true", "--verbose", *TOLD]


def test_what_is_wrong_is_said_and_the_status_is_that_of_neo4j(folder: Path, admin: Path, tmp_path: Path) -> None:
    done = run(folder, cwd=tmp_path, NEO4J_ADMIN=str(admin), STATUS="70")
    assert (done.returncode, done.stderr) == (70, "what is wrong\n")


def test_without_neo4j_admin(folder: Path, tmp_path: Path) -> None:
    done = run(folder, cwd=tmp_path, PATH="/usr/bin:/bin")
    assert done.returncode == 2
    assert done.stderr.endswith("expected neo4j-admin on the path, or NEO4J_HOME or NEO4J_ADMIN, got none\n")


def test_it_can_be_executed(tmp_path: Path) -> None:
    import kgbuild

    (tmp_path / "records.jsonl").write_text('{"id": "a", "category": "DataSource"}')
    kgbuild.build(tmp_path / "records.jsonl").write(tmp_path / "output", formats="neo4j")
    modes = {path.name: bool(path.stat().st_mode & 0o100) for path in (tmp_path / "output" / "neo4j").iterdir()}
    assert modes == {
        "constraints.cypher": False, "import.sh": True, "nodes.csv": False, "nodes_fractions.csv": False, "relationships.csv": False,
    }  # fmt: skip


def test_constraints_in_the_profile_of_biolink() -> None:
    *_, constraints = writer("neo4j", load_mapping(None, "biolink")).head()
    nodes = [f"biolink_{name}" for name in ("DatasetSummary", "DatasetDistribution", "Agent", "WebPage")]
    edges = [f"biolink_{name}" for name in ("has_part", "derives_from", "mentions", "related_to", "has_contributor")]
    assert constraints.decode().splitlines() == [
        *(f"CREATE CONSTRAINT kgbuild_{name}_id IF NOT EXISTS FOR (n:{name}) REQUIRE n.id IS UNIQUE;" for name in nodes),
        *(f"CREATE CONSTRAINT kgbuild_{name}_id IF NOT EXISTS FOR ()-[r:{name}]-() REQUIRE r.id IS UNIQUE;" for name in edges),
    ]


def rows(head: bytes, data: bytes) -> list[dict[str, str]]:
    """The cells of each row that are not empty, by the column's name in the header."""
    found = csv.DictReader((head + data).decode().splitlines(), strict=True)
    return [{name: cell for name, cell in row.items() if cell} for row in found]


def test_a_node_with_a_fraction_has_a_file_of_its_own() -> None:
    factory, neo4j = GraphFactory(load_mapping()), Neo4j(load_mapping())
    whole = factory.node("product", "a.x", None, Description(name='say "a"', node_count=2, synonym=("b", "c")), ["a"])
    mixed = factory.node("product", "a.y", None, Description(file_size=2.5, node_count=2), ["a"])
    edge = factory.edge("has_product", "kgr:a", "kgr:a.x", ("a",))
    rendered = neo4j.render([whole, mixed], [edge])
    nodes, fractions, relationships = (rows(head, part.data) for head, part in zip(neo4j.head()[:3], rendered[:3], strict=True))
    common = {
        "category:string[]": "kgrs:Product\0biolink:DatasetDistribution",
        "declared_in:string[]": "a",
        ":LABEL": "Product\0biolink_DatasetDistribution",
    }
    iri = "https://w3id.org/kg-registry/"
    texts = {"name:string": 'say "a"', "synonym:string[]": "b\0c", "node_count:long": "2"}
    assert nodes == [common | texts | {"id:ID": "kgr:a.x", "iri:string": f"{iri}a.x"}]
    assert fractions == [common | {"id:ID": "kgr:a.y", "iri:string": f"{iri}a.y", "file_size:double": "2.5", "node_count:double": "2"}]
    ends = {":START_ID": "kgr:a", ":END_ID": "kgr:a.x", ":TYPE": "has_product"}
    assert [{name: row[name] for name in ends} for row in relationships] == [ends]
    said = "a whole number became a float, as another of its node is"
    assert rendered[0].losses == {Loss("neo4j/nodes_fractions.csv", "node_count", said): 1}
