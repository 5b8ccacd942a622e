"""Jena's riot, at its strictest, reads every triple of our Turtle and N-Triples, without an error or a warning."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pyoxigraph
import pytest
from servers.hostile_records import export_hostile

from kgbuild.options import ExportTarget, ReadOptions
from kgbuild.pipeline.export import export


def riot(jar: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run riot with Jena's strict checks of syntax, IRIs and typed literals; the server's jar brings it."""
    command = [
        "java",
        "-Xmx1g",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        str(jar),
        "riotcmd.riot",
        "--quiet",
        "--strict",
        "--check",
        *map(str, arguments),
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")


def accepted(jar: Path, folder: Path) -> None:
    """Assert that riot reads both files of an export, and as many triples as its manifest says."""
    rows = {item["file"]: item["rows"] for item in json.loads((folder / "graph_manifest.json").read_text())["written"]}
    for name in ("graph.ttl", "graph.nt"):
        done = riot(jar, "--count", folder / name)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", f"{folder / name} : Triples = {rows[name]:,}\n")


@pytest.mark.parametrize("name", ["seeds", "kg-registry-2025-12-06", "kg-registry-2026-08-17"])
def test_registries(fuseki_jar: Path, builds: dict[str, Path], name: str) -> None:
    accepted(fuseki_jar, builds[name])


@pytest.mark.parametrize("profile", ["registry", "biolink"])
def test_edges_as_resources(fuseki_jar: Path, corpus: Path, tmp_path: Path, profile: str) -> None:
    options = ReadOptions(inputs=(str(corpus / "seeds"),), profile=profile, rollup=True, jobs=1)  # type: ignore[arg-type]
    export(options, ExportTarget(formats=("turtle", "ntriples"), output=tmp_path, qualified=True))
    accepted(fuseki_jar, tmp_path)


def test_hostile_text(fuseki_jar: Path, tmp_path: Path) -> None:
    """What riot reads in the Turtle is what Oxigraph reads in the N-Triples."""
    export_hostile(tmp_path, ("turtle", "ntriples"))
    accepted(fuseki_jar, tmp_path)
    done = riot(fuseki_jar, "--output=ntriples", tmp_path / "graph.ttl")
    assert (done.returncode, done.stderr) == (0, "")
    format = pyoxigraph.RdfFormat.N_TRIPLES
    assert set(pyoxigraph.parse(done.stdout.encode(), format=format)) == set(pyoxigraph.parse(path=tmp_path / "graph.nt"))


@pytest.mark.parametrize(
    "text", ['<a b> <x:p> "c" .', '<x:s> <x:p> "c"^^<http://www.w3.org/2001/XMLSchema#integer> .', "<x:s> <x:p> [ .", "<x:s> a kgr:b ."]
)
def test_riot_refuses_what_is_wrong(fuseki_jar: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "wrong.ttl").write_text(text)
    assert riot(fuseki_jar, tmp_path / "wrong.ttl").returncode == 1
