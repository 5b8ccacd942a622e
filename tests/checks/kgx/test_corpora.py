"""The `biolink` profile of a made-up registry and of real records passes kgx's own validator, and ours, without one error (SPEC §4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

needs_kgx = pytest.mark.skipif(find_spec("kgx") is None, reason="needs kgx; get it with: pip install 'kgbuild[kgx]'")


@needs_kgx
@pytest.mark.parametrize(
    ("name", "nodes", "edges"),
    [
        ("made", 1_743, 7_279),
        ("seeds", 149, 410),
        ("kg-registry-2025-12-06.tar.gz", 3_125, 4_850),
        ("kg-registry-2026-08-17.tar.gz", 5_390, 13_015),
    ],
)
def test_records_have_no_error(
    registries: Callable[[str], Path], tmp_path: Path, kgbuild: Callable[..., Any], name: str, nodes: int, edges: int
) -> None:
    exported = kgbuild("export", registries(name), "--profile", "biolink", "--format", "kgx", "--output", tmp_path / "out")
    assert exported.returncode == 0
    validated = kgbuild("validate", tmp_path / "out", "--format", "json")
    found = [
        (Path(report["files"][0]).name, report["profile"], report["nodes"], report["edges"], report["problems"])
        for report in json.loads(validated.stdout)["reports"]
    ]
    assert found == [
        ("graph_nodes.jsonl", "biolink", nodes, edges, []),
        ("graph_nodes.tsv", "biolink", nodes, edges, []),
    ]
    assert (validated.returncode, validated.stderr) == (0, b"")


@needs_kgx
def test_the_registry_profile_gets_one_sentence(corpus: Path, tmp_path: Path, kgbuild: Callable[..., Any]) -> None:
    kgbuild("export", corpus / "seeds", "--format", "kgx-tsv", "--output", tmp_path / "out")
    validated = kgbuild("validate", tmp_path / "out")
    assert validated.stdout.decode() == (
        f"{tmp_path}/out/graph_nodes.tsv, {tmp_path}/out/graph_edges.tsv\n"
        "this graph has the registry profile; export it with --profile biolink to validate it\n"
    )
    assert validated.returncode == 1
