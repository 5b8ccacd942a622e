"""Real servers on free loopback ports: started once a session, stopped by their process id; and the three corpora as builds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from corpora import needed
from servers.fuseki_server import fuseki, fuseki_jar, new_fuseki  # noqa: F401  (fixtures are found here)
from servers.neo4j_hostile import hostile
from servers.neo4j_server import neo4j_empty, neo4j_jars, neo4j_own, neo4j_running
from servers.oxigraph_server import new_oxigraph, oxigraph  # noqa: F401
from servers.triplestore import store  # noqa: F401
from servers.virtuoso_server import new_virtuoso, virtuoso, virtuoso_root  # noqa: F401

from kgbuild.options import ExportTarget, ReadOptions
from kgbuild.pipeline.export import export

__all__ = ["hostile", "neo4j_empty", "neo4j_jars", "neo4j_own", "neo4j_running"]
ARCHIVES = ("seeds", "kg-registry-2025-12-06.tar.gz", "kg-registry-2026-08-17.tar.gz")


@pytest.fixture(scope="session")
def builds(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An export of each corpus as KGX JSON Lines, N-Triples and Turtle, by the first part of the corpus's name."""
    folders = {}
    for archive in ARCHIVES:
        given = needed(corpus / archive)
        folder = tmp_path_factory.mktemp("build")
        export(ReadOptions(inputs=(str(given),), jobs=2), ExportTarget(formats=("kgx-jsonl", "ntriples", "turtle"), output=folder))
        folders[archive.removesuffix(".tar.gz")] = folder
    return folders


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what servers write."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def downloads() -> Path:
    """Where servers that were fetched are kept between sessions."""
    folder = Path(os.environ.get("KGBUILD_SERVERS_CACHE") or Path.home() / ".cache" / "kgbuild-servers")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
