"""An export as a build at hand: found by its manifest, held against it."""

from __future__ import annotations

from pathlib import Path

import paths
import pytest

from kgbuild.errors import UsageError
from kgbuild.options import ExportTarget, ReadOptions
from kgbuild.pipeline import artifact
from kgbuild.pipeline.export import export

INPUT = str(paths.INPUT)


def exported(folder: Path, *formats: str, name: str = "graph", rollup: bool = False) -> Path:
    export(ReadOptions(inputs=(INPUT,), rollup=rollup), ExportTarget(formats=formats or ("kgx-jsonl",), output=folder, name=name))
    return folder


def said(folder: Path, *formats: str, name: str | None = None, whole: bool = True) -> str:
    with pytest.raises(UsageError) as raised:
        artifact.find(folder, formats or ("kgx-jsonl",), name=name, whole=whole)
    return str(raised.value).replace(str(folder), "DIR")


def test_a_build_has_the_files_of_the_manifest(tmp_path: Path) -> None:
    build = artifact.find(exported(tmp_path), ["kgx-jsonl"])
    assert (build.name, build.path("_nodes.jsonl")) == ("graph", tmp_path / "graph_nodes.jsonl")
    assert build.written("_nodes.jsonl").rows == len(build.path("_nodes.jsonl").read_bytes().splitlines())


def test_the_id_is_that_of_the_graph(tmp_path: Path) -> None:
    one = artifact.find(exported(tmp_path / "one"), ["kgx-jsonl"])
    two = artifact.find(exported(tmp_path / "two", "turtle", "kgx-jsonl", name="other"), ["kgx-jsonl"])
    three = artifact.find(exported(tmp_path / "three", rollup=True), ["kgx-jsonl"])
    assert one.id() == two.id() != three.id()
    assert len(one.id()) == 16


@pytest.mark.parametrize(
    ("formats", "name", "sentence"),
    [
        ((), "other", "DIR: expected other_manifest.json, got none; give a folder that `kgbuild export` wrote"),
        (("ntriples",), None, "DIR/graph_manifest.json: expected ntriples, got kgx-jsonl; export again with --format ntriples too"),
    ],
)
def test_what_is_not_there(tmp_path: Path, formats: tuple[str, ...], name: str | None, sentence: str) -> None:
    assert said(exported(tmp_path), *formats, name=name) == sentence


def test_no_build(tmp_path: Path) -> None:
    assert said(tmp_path) == "DIR: expected a file *_manifest.json, got none; give a folder that `kgbuild export` wrote"


def test_several_builds(tmp_path: Path) -> None:
    assert said(exported(exported(tmp_path), name="b")) == "DIR: expected one build, got b, graph; choose one with --name"


def test_a_manifest_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "a_manifest.json").write_text("{}")
    text = said(tmp_path)
    assert text.startswith("DIR/a_manifest.json: expected a manifest of kgbuild, got another file (")
    assert text.endswith("; export again")


def test_a_file_that_was_altered(tmp_path: Path) -> None:
    path = exported(tmp_path) / "graph_edges.jsonl"
    data = path.read_bytes()
    path.write_bytes(data.replace(b"kgrs", b"kgrt", 1))
    assert said(tmp_path) == "DIR/graph_edges.jsonl: expected the content in the manifest, got other bytes of the same length; export again"
    assert artifact.find(tmp_path, ["kgx-jsonl"], whole=False).name == "graph"
    path.write_bytes(data[:-1])
    size = f"expected a file of {len(data)} bytes, as the manifest says, got {len(data) - 1}"
    assert said(tmp_path, whole=False) == f"DIR/graph_edges.jsonl: {size}; export again"
    path.unlink()
    assert said(tmp_path) == f"DIR/graph_edges.jsonl: expected a file of {len(data)} bytes, as the manifest says, got none; export again"


def test_a_build_of_records_is_there_as_long_as_it_is_used(tmp_path: Path) -> None:
    with artifact.open_build(ReadOptions(inputs=(INPUT,)), ["kgx-jsonl"], folder=None, name=None) as build:
        assert build.id() == artifact.find(exported(tmp_path), ["kgx-jsonl"]).id()
    assert not build.folder.exists()
