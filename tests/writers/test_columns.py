"""One table of columns (SPEC §3, from the types) feeds the header, the schema or the terms of every format."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import msgspec
import polars
import pytest
from paths import ROOT
from pyarrow import parquet

import kgbuild
from kgbuild.mapping.load import load_mapping
from kgbuild.model.graph import EDGE_TYPES, NODE_TYPES, Edge, Node, Properties, node_types
from kgbuild.model.rdf import Form
from kgbuild.stores.neo4j import rows
from kgbuild.writers import WRITERS, whole, writer
from kgbuild.writers.columns import Column, columns

MAPPING = load_mapping(None)
TERMS = MAPPING.prefixes.prefixes
TYPES = {"nodes": Node, "edges": Edge}
EDGE_ID = "urn:uuid:fc6f1a63-4922-56b7-9004-e31cdb9fe8f7"
XML = "{http://graphml.graphdrawing.org/xmlns}"


def value(column: Column, n: int) -> object:
    """A value of its own for each column."""
    if column.rdf.form == "bytes":
        return 1_000 + n
    if column.rdf.form in ("address", "license"):
        return f"https://x.example/{n}"
    text = f"kgr:x{n}" if column.rdf.form in ("curie", "class") or column.name in ("id", "subject", "object", "predicate") else f"x{n}"
    return {"text": text, "texts": (text, f"{text}b"), "boolean": True, "integer": 1_000 + n, "number": 1_000.5 + n}[column.type]


def filled(type: type[Node | Edge]) -> dict[str, object]:
    """A row with a value in each column."""
    return {column.name: value(column, n) for n, column in enumerate(columns(type))}


def product() -> Node:
    return node_types()[1](**filled(Node))


def derived() -> Edge:
    return EDGE_TYPES["derived_from"](**filled(Edge) | {"id": EDGE_ID, "source_role": "original"})


def files(name: str) -> dict[str, bytes]:
    """The files of a graph with a full node and a full edge."""
    made = whole(writer(name, MAPPING, qualified=True), [product()], [derived()])
    return dict(zip(WRITERS[name].files, made, strict=True))


@pytest.mark.parametrize("table", TYPES)
def test_the_table_is_that_of_the_type(table: str) -> None:
    assert [column.name for column in columns(TYPES[table])] == [field.name for field in msgspec.structs.fields(TYPES[table])]


def test_a_node_has_the_columns_of_its_properties_with_their_rdf() -> None:
    names = {field.name for field in msgspec.structs.fields(Properties)}
    assert [column for column in columns(Node) if column.name in names] == list(columns(Properties))  # type: ignore[arg-type]


@pytest.mark.parametrize("type", [*node_types(), *EDGE_TYPES.values()])
def test_every_kind_has_the_same_columns(type: type[Node | Edge]) -> None:
    assert columns(type) == columns(Node if issubclass(type, Node) else Edge)


@pytest.mark.parametrize("table", TYPES)
def test_headers_and_schemas(table: str) -> None:
    names = [column.name for column in columns(TYPES[table])]
    assert files("kgx-tsv")[f"_{table}.tsv"].decode().split("\n")[0].split("\t") == names
    assert list(json.loads(files("kgx-jsonl")[f"_{table}.jsonl"])) == names
    assert parquet.ParquetFile(io.BytesIO(files("parquet")[f"_{table}.parquet"])).schema_arrow.names == names
    assert polars.read_parquet(io.BytesIO(files("parquet")[f"_{table}.parquet"])).columns == names


@pytest.mark.parametrize(
    ("file", "table", "own"),
    [
        ("neo4j/nodes.csv", "nodes", (":LABEL",)),
        ("neo4j/nodes_fractions.csv", "nodes", (":LABEL",)),
        ("neo4j/relationships.csv", "edges", (":START_ID", ":END_ID", ":TYPE")),
    ],
)
def test_headers_of_neo4j(file: str, table: str, own: tuple[str, ...]) -> None:
    head = next(csv.reader([files("neo4j")[file].decode().split("\n")[0]]))
    assert [name if name in own else name.partition(":")[0] for name in head] == [column.name for column in columns(TYPES[table])] + list(
        own
    )


def test_keys_of_the_loader() -> None:
    assert [tuple(column.name for column in columns(type)) for type in (Node, Edge)] == [rows.NODE_KEYS, rows.EDGE_KEYS]


@pytest.mark.parametrize(("kind", "type", "own"), [("node", Node, {"id"}), ("edge", Edge, {"id", "subject", "object"})])
def test_keys_of_graphml(kind: str, type: type[Node | Edge], own: set[str]) -> None:
    root = ElementTree.fromstring(files("graphml")[".graphml"])
    names = [column.name for column in columns(type) if column.name not in own]
    assert [key.get("attr.name") for key in root.iter(f"{XML}key") if key.get("for") == kind] == names
    (element,) = root.iter(f"{XML}{kind}")
    assert [data.get("key") for data in element.iter(f"{XML}data")] == [f"{kind}_{name}" for name in names]


def term(column: Column, kind: str) -> str:
    curie = column.rdf.by_kind.get(kind) or column.rdf.property or f"kgrs:{column.name}"
    prefix, _, name = curie.partition(":")
    return f"<{TERMS[prefix]}{name}>"


@pytest.mark.parametrize("table", TYPES)
def test_terms_of_rdf(table: str) -> None:
    """A column that is not the subject itself has statements under its property, with every value that is in the row."""
    item = product() if table == "nodes" else derived()
    subject = f"<{TERMS['kgr']}x0> " if table == "nodes" else f"<{EDGE_ID}> "
    lines = [line for line in files("ntriples")[".nt"].decode().split("\n") if line]
    about = [line.split(" ", 2)[1:] for line in lines if line.startswith(subject)]
    for column in columns(TYPES[table]):
        if column.rdf.form == "none":
            continue
        found = [object for predicate, object in about if predicate == term(column, "product")]
        stated = getattr(item, column.name)
        for each in stated if isinstance(stated, tuple) else (stated,):
            text = str(each).lower() if isinstance(each, bool) else str(each).removeprefix("kgr:")
            assert [object for object in found if text in object], column


def test_the_forms_of_columns_are_the_known_ones() -> None:
    used = {column.rdf.form for type in TYPES.values() for column in columns(type)}
    assert used == set(get_args(Form))


def test_a_column_more_is_one_line_in_the_type(tmp_path: Path) -> None:
    """A copy of the package in which one line was added to the columns of nodes and one to those of edges, and nothing else."""
    shutil.copytree(Path(kgbuild.__file__).parent, tmp_path / "kgbuild", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "mappings", tmp_path / "mappings")
    path = tmp_path / "kgbuild" / "model" / "graph.py"
    text = path.read_text()
    for before in ("    stub: bool | None = None\n", "    within_owner: bool | None = None\n"):
        assert text.count(before) == 1
        text = text.replace(before, f'    colour: Annotated[str | None, Rdf("skos:note")] = "blue"\n{before}')
    path.write_text(text)
    command = [
        sys.executable,
        "-m",
        "kgbuild",
        "export",
        str(ROOT / "input"),
        "--format",
        "all",
        "--qualified",
        "--output",
        "out",
        "--no-cache",
    ]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)}, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    out = tmp_path / "out"
    for table, next in (("nodes", "stub"), ("edges", "within_owner")):
        head, first, *_ = (out / f"graph_{table}.tsv").read_text().split("\n")
        place = head.split("\t").index("colour")
        assert (head.split("\t")[place + 1], first.split("\t")[place]) == (next, "blue")
        assert "colour" in parquet.ParquetFile(out / f"graph_{table}.parquet").schema_arrow.names
    assert (out / "neo4j" / "nodes.csv").read_text().count("colour:string,") == 1
    assert (out / "neo4j" / "relationships.csv").read_text().count("colour:string,") == 1
    assert (out / "graph.graphml").read_text().count('attr.name="colour"') == 2
    rows_of = {item["file"]: item["rows"] for item in json.loads((out / "graph_manifest.json").read_text())["written"]}
    note = f'<{TERMS["skos"]}note> "blue" .\n'
    assert (out / "graph.nt").read_text().count(note) == rows_of["graph_nodes.tsv"] + rows_of["graph_edges.tsv"]


def test_a_property_by_kind_is_there_for_each_kind() -> None:
    assert [set(column.rdf.by_kind) for type in TYPES.values() for column in columns(type) if column.rdf.by_kind] == [set(NODE_TYPES)]
    assert [column for type in TYPES.values() for column in columns(type) if column.rdf.form == "address" and not column.rdf.by_kind] == []
