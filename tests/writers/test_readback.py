"""What others read in our files is what the graph holds: kgx, polars and DuckDB the tables, rdflib and Oxigraph the RDF, networkx and igraph GraphML.

The graph is that of `input/` and of all golden examples, whose values are as awkward as values get.
"""

from __future__ import annotations

import csv
import json
import math
import re
import uuid
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import igraph
import msgspec
import networkx
import polars
import pyoxigraph
import pytest
import rdflib
from paths import ROOT, TESTS
from registry_made import made_registry

import kgbuild
from kgbuild import Graph
from kgbuild.model.graph import Edge, Node

INPUTS = [ROOT / "input", *sorted((TESTS / "examples").glob("*/input"))]
KGRS = "https://w3id.org/knowledge-graph-hub/kg_registry_schema/"
PROV = "http://www.w3.org/ns/prov#"
SPACES = {"kgr": "", "kgrorg": "org/", "kgrdoc": "doc/"}
Row = dict[str, Any]


@pytest.fixture(scope="module", params=["registry", "biolink"])
def graph(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The graph of the examples and of a small made-up registry, in both profiles."""
    made = made_registry(60).write(tmp_path_factory.mktemp("made"))
    return kgbuild.build([*INPUTS, made], profile=request.param, rollup=True)


@pytest.fixture(scope="module")
def output(graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its export."""
    folder = tmp_path_factory.mktemp("output")
    graph.write(folder, formats="all")
    return folder


def rows(graph: Graph) -> dict[str, list[Row]]:
    """Nodes and edges as JSON has them."""
    return {"nodes": msgspec.json.decode(msgspec.json.encode(graph.nodes)), "edges": msgspec.json.decode(msgspec.json.encode(graph.edges))}


def iri(curie: str) -> str:
    space, _, id = curie.partition(":")
    return f"https://w3id.org/kg-registry/{SPACES[space]}{id}"


@pytest.mark.parametrize("kind", ["nodes", "edges"])
def test_json_reads_the_json_lines(graph: Graph, output: Path, kind: str) -> None:
    lines = (output / f"graph_{kind}.jsonl").read_bytes().decode().split("\n")
    assert [json.loads(line) for line in lines[:-1]] == rows(graph)[kind]
    assert lines[-1] == ""


@pytest.mark.parametrize("kind", ["nodes", "edges"])
def test_polars_reads_the_json_lines(graph: Graph, output: Path, kind: str) -> None:
    table = polars.read_ndjson(output / f"graph_{kind}.jsonl", infer_schema_length=None)
    assert [{name: value for name, value in row.items() if value is not None} for row in table.to_dicts()] == rows(graph)[kind]


def cell(value: object) -> str:
    """What TSV holds of a value (SPEC §5): tab, CR and LF as one space, a bar as a broken one."""
    if isinstance(value, list):
        return "|".join(map(cell, value))
    if isinstance(value, bool):
        return str(value).lower()
    return re.sub(r"[\t\r\n]+", " ", str(value)).replace("|", "¦")


@pytest.mark.parametrize("kind", ["nodes", "edges"])
def test_polars_reads_the_tables(graph: Graph, output: Path, kind: str) -> None:
    table = polars.read_csv(output / f"graph_{kind}.tsv", separator="\t", quote_char=None, infer_schema=False)
    found = [{name: value for name, value in row.items() if value is not None} for row in table.to_dicts()]
    assert found == [{name: cell(value) for name, value in row.items()} for row in rows(graph)[kind]]


FLOATS = ("file_size", "node_count", "edge_count")
LISTS = {"nodes": Node, "edges": Edge}
#: The types of the columns that are no text, as polars and DuckDB call them.
TYPED = {
    "nodes": dict.fromkeys(FLOATS, (polars.Float64(), "DOUBLE")) | dict.fromkeys(("stub", "deprecated"), (polars.Boolean(), "BOOLEAN")),
    "edges": {"within_owner": (polars.Boolean(), "BOOLEAN")} | dict.fromkeys(("links", "products"), (polars.Int64(), "BIGINT")),
}


def is_list(kind: str, name: str) -> bool:
    return "tuple" in str(LISTS[kind].__annotations__[name])


def as_doubles(row: Row) -> Row:
    """A row with the numbers that Parquet has: those that may not be whole are doubles."""
    return {name: float(value) if name in FLOATS else value for name, value in row.items()}


@pytest.mark.parametrize("kind", ["nodes", "edges"])
def test_polars_and_duckdb_read_parquet_with_types(graph: Graph, output: Path, kind: str) -> None:
    names, typed = list(LISTS[kind].__struct_fields__), TYPED[kind]
    expected = list(map(as_doubles, rows(graph)[kind]))
    table = polars.read_parquet(output / f"graph_{kind}.parquet")
    text = {name: polars.List(polars.String()) if is_list(kind, name) else polars.String() for name in names}
    assert dict(table.schema) == text | {name: type for name, (type, _) in typed.items()}
    assert [{name: value for name, value in row.items() if value is not None} for row in table.to_dicts()] == expected
    with duckdb.connect() as database:
        found = database.read_parquet(str(output / f"graph_{kind}.parquet"))
        sql = {name: "VARCHAR[]" if is_list(kind, name) else "VARCHAR" for name in names} | {
            name: type for name, (_, type) in typed.items()
        }
        assert dict(zip(found.columns, map(str, found.types), strict=True)) == sql
        tuples = found.fetchall()
    assert [{name: value for name, value in zip(names, row, strict=True) if value is not None} for row in tuples] == expected


def in_graphml(row: Row, *own: str) -> Row:
    """The data of an element: lists joined with a bar, what XML cannot hold replaced."""

    def text(value: str) -> str:
        return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", value)

    return {
        name: "|".join(text(item).replace("|", "¦") for item in value)
        if isinstance(value, list)
        else text(value)
        if isinstance(value, str)
        else value
        for name, value in as_doubles(row).items()
        if name not in own
    }


def test_networkx_reads_graphml(graph: Graph, output: Path) -> None:
    found = networkx.read_graphml(output / "graph.graphml", force_multigraph=True)
    expected = rows(graph)
    assert list(found.nodes(data=True)) == [(node["id"], in_graphml(node, "id")) for node in expected["nodes"]]
    assert all(type(data[name]) is float for _, data in found.nodes(data=True) for name in FLOATS if name in data)
    edges = {key: (subject, object, data) for subject, object, key, data in found.edges(keys=True, data=True)}
    ends = ("id", "subject", "object")
    assert edges == {edge["id"]: (edge["subject"], edge["object"], in_graphml(edge, *ends)) for edge in expected["edges"]}
    assert found.number_of_edges() == len(expected["edges"])


def test_igraph_reads_graphml(graph: Graph, output: Path) -> None:
    """For what is absent it has an empty text, NaN or false. (Its ids of edges are those of nodes, a fault of its own.)"""

    def there(attributes: Row) -> Row:
        absent = {
            name for name, value in attributes.items() if value == "" or value is False or (type(value) is float and math.isnan(value))
        }
        return {name: value for name, value in attributes.items() if name not in absent}

    def true(row: Row) -> Row:
        return {name: value for name, value in row.items() if value is not False}

    found = igraph.Graph.Read_GraphML(str(output / "graph.graphml"))
    expected = rows(graph)
    assert (found.is_directed(), found.vcount(), found.ecount()) == (True, len(graph.nodes), len(graph.edges))
    assert [there(vertex.attributes()) for vertex in found.vs] == [true(in_graphml(node)) for node in expected["nodes"]]
    ids = found.vs["id"]
    edges = [{"subject": ids[edge.source], "object": ids[edge.target], **there(edge.attributes()), "id": None} for edge in found.es]
    assert edges == [true(in_graphml(edge)) | {"id": None} for edge in expected["edges"]]


READ = {
    "string": str,
    "string[]": lambda text: text.split("\0"),
    "boolean": {"true": True, "false": False}.__getitem__,
    "long": int,
    "double": float,
}


def csv_rows(path: Path) -> list[Row]:
    """The rows of a file for Neo4j's import, with the types that its header gives; an empty cell is no property."""
    with path.open(newline="", encoding="utf-8") as file:
        head, *lines = csv.reader(file, strict=True)
    columns = [column.rpartition(":") for column in head]
    named = [(name or type, "string" if type in ("ID", "LABEL", "START_ID", "END_ID", "TYPE") else type) for name, _, type in columns]
    return [{name: READ[type](cell) for (name, type), cell in zip(named, line, strict=True) if cell} for line in lines]


def test_the_files_for_neo4j_hold_every_property_with_its_type(graph: Graph, output: Path) -> None:
    def label(curie: str) -> str:
        return re.sub(r"^(?=\d)|\W", "_", curie.removeprefix("kgrs:"), flags=re.ASCII)

    nodes, edges = rows(graph).values()
    for node in nodes:
        node["LABEL"] = "\0".join(map(label, node["category"]))
    for edge in edges:
        edge |= {"START_ID": edge["subject"], "END_ID": edge["object"], "TYPE": label(edge["predicate"])}
    fractions = [node for node in nodes if any(isinstance(node.get(name), float) for name in FLOATS)]
    assert fractions
    assert repr(csv_rows(output / "neo4j" / "nodes.csv")) == repr([node for node in nodes if node not in fractions])
    assert repr(csv_rows(output / "neo4j" / "nodes_fractions.csv")) == repr([as_doubles(node) for node in fractions])
    assert repr(csv_rows(output / "neo4j" / "relationships.csv")) == repr(edges)


def plain(row: Row) -> dict[str, tuple[str, ...]]:
    """A row in what `kgx transform` leaves as it is: its own additions and the order, type and white space of values are not."""
    values = {
        name: value if isinstance(value, list) else [value]
        for name, value in row.items()
        if name not in ("provided_by", "knowledge_source")
    }
    return {name: tuple(sorted({re.sub(r"\s+", " ", cell(item)) for item in value})) for name, value in values.items()}


@pytest.mark.skipif(find_spec("kgx") is None, reason="needs kgx; get it with: pip install 'kgbuild[kgx]'")
@pytest.mark.parametrize("format", ["tsv", "jsonl"])
@pytest.mark.filterwarnings("ignore")  # of kgx's own dependencies
def test_kgx_reads_both_forms(graph: Graph, output: Path, format: str) -> None:
    from kgbuild.checks.kgx.kgx_offline import kgx_session

    found: dict[str, list[Row]] = {"node": [], "edge": []}
    files = [str(output / f"graph_{kind}.{format}") for kind in ("nodes", "edges")]
    with kgx_session():
        from kgx.transformer import Transformer

        def keep(kind: Any, record: tuple[Any, ...]) -> None:
            found[kind.value].append(record[-1])

        Transformer(stream=True).transform({"filename": files, "format": format}, {"format": "null"}, inspector=keep)
    expected = rows(graph)
    assert list(map(plain, found["node"])) == list(map(plain, expected["nodes"]))
    assert list(map(plain, found["edge"])) == list(map(plain, expected["edges"]))


def oxigraph(path: Path) -> set[str]:
    return {str(triple) for triple in pyoxigraph.parse(path=str(path))}


def rdf(path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The triples that rdflib reads, without its own idea of how literals are spelt, as Oxigraph would write them."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    text = rdflib.Graph().parse(path).serialize(format="nt")
    data = re.sub(r'"([^"]*)"(?=\^\^<http://www.w3.org/2001/XMLSchema#decimal>)', lambda found: f'"{Decimal(found[1]):f}"', text).encode()
    return {str(triple) for triple in pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.N_TRIPLES)}


def test_rdflib_and_oxigraph_read_the_same_in_both_forms(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = oxigraph(output / "graph.nt")
    lines = (output / "graph.nt").read_bytes().decode().split("\n")[:-1]
    assert len(lines) == len(set(lines)) == len(expected), "no triple comes twice"
    assert oxigraph(output / "graph.ttl") == expected
    assert rdf(output / "graph.nt", monkeypatch) == expected
    assert rdf(output / "graph.ttl", monkeypatch) == expected


def test_to_rdflib_gives_the_triples_of_the_file(graph: Graph, output: Path) -> None:
    assert set(graph.to_rdflib()) == set(rdflib.Graph().parse(output / "graph.nt"))


def test_there_are_no_blank_nodes_and_every_end_of_an_edge_is_a_node(graph: Graph, output: Path) -> None:
    triples = list(pyoxigraph.parse(path=str(output / "graph.ttl")))
    assert {type(term) for triple in triples for term in (triple.subject, triple.predicate)} == {pyoxigraph.NamedNode}
    assert {type(triple.object) for triple in triples} == {pyoxigraph.NamedNode, pyoxigraph.Literal}
    ids = [node.id for node in graph.nodes]
    assert len(ids) == len(set(ids))
    assert sorted({end for edge in graph.edges for end in (edge.subject, edge.object)} - set(ids)) == []


def test_nodes_have_the_same_classes_in_rdf(graph: Graph, output: Path) -> None:
    ours = [f"{KGRS}{kind}" for kind in ("Resource", "Product", "Organization", "DocumentationPage")]
    found: dict[str, set[str]] = {}
    for triple in pyoxigraph.parse(path=str(output / "graph.ttl")):
        if triple.predicate.value.endswith("#type") and triple.object.value.startswith(KGRS):
            found.setdefault(triple.subject.value, set()).add(triple.object.value)
    expected: dict[str, set[str]] = {}
    for node in graph.nodes:
        general = {"kgrorg": "Organization", "kgrdoc": "DocumentationPage"}.get(node.id.partition(":")[0])
        product = not {"kgrs:Product", "biolink:DatasetDistribution"}.isdisjoint(node.category)
        names = [*node.category, node.kgrs_category or "", f"kgrs:{general or ('Product' if product else 'Resource')}"]
        expected[iri(node.id)] = {name.replace("kgrs:", KGRS) for name in names if name.startswith("kgrs:")}
    assert found == expected
    assert all(not types.isdisjoint(ours) for types in found.values())


def test_provenance_is_said_in_three_ways_in_rdf(graph: Graph, output: Path) -> None:
    """As derived_from, as the role, and as the very `prov:` property that was stated (SPEC §5)."""
    roles = {"original": "original_source", "secondary": "secondary_source"}
    expected = set()
    for edge in graph.edges:
        if (edge.original_predicate or edge.predicate) == "kgrs:derived_from":
            properties = [f"{KGRS}derived_from"]
            properties += [KGRS + roles[edge.source_role]] if edge.source_role else []
            properties += [edge.relation_type.replace("prov:", PROV)] if (edge.relation_type or "").startswith("prov:") else []
            expected |= {(iri(edge.subject), name, iri(edge.object)) for name in properties}
    names = {f"{KGRS}{name}" for name in ("derived_from", *roles.values())}
    found = {
        (triple.subject.value, triple.predicate.value, triple.object.value)
        for triple in pyoxigraph.parse(path=str(output / "graph.ttl"))
        if triple.predicate.value in names or triple.predicate.value.startswith(PROV)
    }
    assert found == expected


def test_networkx_keeps_parallel_edges(graph: Graph) -> None:
    found = graph.to_networkx()
    assert dict(found.nodes(data=True)) == {node.id: msgspec.to_builtins(node) for node in graph.nodes}
    edges = {key: (s, o, data) for s, o, key, data in found.edges(keys=True, data=True)}
    assert edges == {edge.id: (edge.subject, edge.object, msgspec.to_builtins(edge)) for edge in graph.edges}
    assert found.number_of_edges() == len(graph.edges)


def test_edge_ids_are_hashes_of_what_the_edge_says(graph: Graph) -> None:
    space = uuid.uuid5(uuid.NAMESPACE_URL, "https://w3id.org/kg-registry/")

    def expected(edge: Row) -> str:
        parts = [edge["subject"], edge["predicate"], edge["object"], edge.get("source_role"), edge.get("relation_type")]
        return f"urn:uuid:{uuid.uuid5(space, json.dumps(parts, separators=(',', ':'), ensure_ascii=False))}"

    edges = rows(graph)["edges"]
    assert [edge["id"] for edge in edges] == [expected(edge) for edge in edges]
