"""What others read in our files is what the graph holds: kgx and polars the tables, rdflib and Oxigraph the RDF.

The graph is that of `input/` and of all golden examples, whose values are as awkward as values get.
"""

from __future__ import annotations

import json
import re
import uuid
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import polars
import pyoxigraph
import pytest
import rdflib

import kgbuild
from kgbuild import Graph

ROOT = Path(__file__).parents[1]
INPUTS = [ROOT / "input", *sorted((ROOT / "tests" / "examples").glob("*/input"))]
KGRS = "https://w3id.org/knowledge-graph-hub/kg_registry_schema/"
PROV = "http://www.w3.org/ns/prov#"
SPACES = {"kgr": "", "kgrorg": "org/", "kgrdoc": "doc/"}
Row = dict[str, Any]


@pytest.fixture(scope="module", params=["registry", "biolink"])
def graph(request: pytest.FixtureRequest) -> Graph:
    """The graph in both profiles."""
    return kgbuild.build(INPUTS, profile=request.param, rollup=True)


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
    from kgbuild.validation.kgx_offline import kgx_session

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
    lines = (output / "graph.nt").read_text().splitlines()
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
