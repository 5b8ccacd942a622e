"""The format `neo4j` through a real `neo4j-admin database import full`: everything arrives as the JSON Lines have it, without a warning."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from running import run_command
from servers.neo4j_server import Neo4jServer, contents, told

from kgbuild.options import ExportTarget, ReadOptions
from kgbuild.pipeline.export import export

pytestmark = pytest.mark.xdist_group("neo4j")


@pytest.fixture
def server(neo4j_jars: Path, tmp_path: Path) -> Neo4jServer:
    """A server that was never started."""
    return Neo4jServer(neo4j_jars, tmp_path / "home")


def imported(server: Neo4jServer, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What `import.sh` of an export says, with the `neo4j-admin` of a server's jars."""
    admin = server.home / "neo4j-admin"
    admin.write_text(f'#!/bin/sh\nexec java -Xmx2g -cp "{server.jars}/*" org.neo4j.cli.AdminTool "$@"\n')
    admin.chmod(0o755)
    env = os.environ | {"NEO4J_HOME": str(server.home), "NEO4J_CONF": str(server.home / "conf"), "NEO4J_ADMIN": str(admin)}
    return subprocess.run(
        ["sh", str(folder / "neo4j" / "import.sh"), *arguments], cwd="/", env=env, capture_output=True, text=True, check=False
    )


def test_the_corpora_arrive_whole(server: Neo4jServer, corpus: Path, tmp_path: Path) -> None:
    """One home: each import replaces the one before."""
    for archive, options in (("seeds", []), ("kg-registry-2025-12-06.tar.gz", ["neo4j"]), ("kg-registry-2026-08-17.tar.gz", ["neo4j"])):
        folder = tmp_path / archive
        export(ReadOptions(inputs=(str(corpus / archive),), jobs=2), ExportTarget(formats=("kgx-jsonl", "neo4j"), output=folder))
        done = imported(server, folder, *options, *(["--overwrite-destination=true"] if options else []))
        assert done.returncode == 0, done.stdout + done.stderr
        said = (done.stdout + done.stderr).lower()
        assert "warn" not in said
        assert "bad entries" not in said
        try:
            server.start()
            assert contents(server) == told(folder)
            for line in (folder / "neo4j" / "constraints.cypher").read_text().splitlines():
                server.ask(line.rstrip(";"))
            kept = {row["name"] for row in server.ask("SHOW CONSTRAINTS YIELD name")}
            assert {"kgbuild_Product_id", "kgbuild_Resource_id", "kgbuild_derived_from_id"} <= kept
        finally:
            server.stop()


def test_hostile_text_arrives_as_it_is(server: Neo4jServer, hostile: Path) -> None:
    done = imported(server, hostile)
    assert done.returncode == 0, done.stdout + done.stderr
    try:
        server.start()
        assert contents(server) == told(hostile)
    finally:
        server.stop()


def test_a_database_that_is_there_is_not_overwritten(server: Neo4jServer, tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").write_text('{"id": "a", "category": "DataSource"}\n')
    run_command(["export", str(tmp_path / "records.jsonl"), "-f", "neo4j", "-o", str(tmp_path / "out"), "-q", "--check", "none"])
    assert imported(server, tmp_path / "out").returncode == 0
    done = imported(server, tmp_path / "out")
    assert done.returncode == 70
    assert "--overwrite-destination" in done.stderr
