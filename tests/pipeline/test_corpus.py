"""The figures of SPEC §7 on real records and of a made-up registry, counted in the files by other readers than ours."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import networkx
import pyoxigraph
import pytest
import rdflib
from registry_made import made_registry

import kgbuild

KGRS = "https://w3id.org/knowledge-graph-hub/kg_registry_schema/"


class Figures(NamedTuple):
    """A row of SPEC §7: resources and products are those with a record or a listing, stubs are both kinds of the others."""

    resources: int
    products: int
    has_product: int
    derived_from: int
    stubs: int


FIGURES = {
    "seeds": Figures(3, 47, 47, 359, 101),
    "kg-registry-2025-12-06.tar.gz": Figures(671, 2_442, 2_442, 2_187, 12),
    "kg-registry-2026-08-17.tar.gz": Figures(1_026, 4_148, 4_148, 8_735, 2),
}
REGISTRIES = pytest.mark.parametrize("name", ["made", *FIGURES])
Where = Callable[[str], Path]


def export(registries: Where, name: str, format: str, output: Path) -> Path:
    kgbuild.build(registries(name), aliases=False).write(output, formats=format)
    return output


def expected(name: str) -> Figures:
    """The figures of a registry: of the made-up one as its records say, by plain loops; what each owner lists decides."""
    if name != "made":
        return FIGURES[name]
    records = made_registry().resources
    listed = {listing["id"] for record in records.values() for listing in record["products"]}
    own = {
        p["id"]: p["original_source"] + p.get("secondary_source", []) for id, r in records.items() for p in r["products"] if owned(id, p)
    }
    pairs = {(id, cited(item)) for id, sources in own.items() for item in sources}
    needed = {source for _, source in pairs} | {record["use_instead"] for record in records.values() if "use_instead" in record}
    return Figures(len(records), len(listed), len(own), len(pairs), len(needed - listed - records.keys()))


def owned(id: str, listing: dict[str, Any]) -> bool:
    """Whether a listing stands on the page of its owner: whom its id names, or who lists it and is not cited by it."""
    head, dot, _ = listing["id"].partition(".")
    return bool(head == id if dot else id not in map(cited, listing["original_source"]))


def cited(item: Any) -> str:
    """The id of a source in either of its shapes."""
    return str(item["source"] if isinstance(item, dict) else item)


def figures(nodes: Iterable[tuple[str, bool]], has_product: Iterable[tuple[str, str]], derived_from: Iterable[tuple[str, str]]) -> Figures:
    """Count nodes, given as (class, whether it is a stub), and pairs of subject and object."""
    kinds = list(nodes)
    resources, products = kinds.count(("Resource", False)), kinds.count(("Product", False))
    return Figures(resources, products, len(set(has_product)), len(set(derived_from)), sum(stub for _, stub in kinds))


def classes(category: list[str], stub: bool) -> Iterable[tuple[str, bool]]:
    return ((name, stub) for name in ("Resource", "Product") if f"kgrs:{name}" in category)


def of_rows(nodes: list[dict[str, object]], edges: list[dict[str, object]]) -> Figures:
    pairs = {
        name: [(e["subject"], e["object"]) for e in edges if e["predicate"] == f"kgrs:{name}"] for name in ("has_product", "derived_from")
    }
    kinds = (pair for node in nodes for pair in classes(node["category"], bool(node.get("stub"))))  # type: ignore[arg-type]
    return figures(kinds, **pairs)  # type: ignore[arg-type]


@REGISTRIES
def test_tsv(registries: Where, tmp_path: Path, name: str) -> None:
    output = export(registries, name, "kgx-tsv", tmp_path)
    csv.field_size_limit(sys.maxsize)

    def rows(file: str) -> list[dict[str, object]]:
        with (output / file).open(newline="", encoding="utf-8") as lines:
            return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))  # type: ignore[arg-type]

    nodes = [row | {"category": str(row["category"]).split("|")} for row in rows("graph_nodes.tsv")]
    assert {row["stub"] for row in nodes} == {"", "true"}
    assert of_rows(nodes, rows("graph_edges.tsv")) == expected(name)


@REGISTRIES
def test_jsonl(registries: Where, tmp_path: Path, name: str) -> None:
    output = export(registries, name, "kgx-jsonl", tmp_path)
    nodes, edges = ([json.loads(line) for line in (output / f"graph_{kind}.jsonl").read_text().splitlines()] for kind in ("nodes", "edges"))
    assert of_rows(nodes, edges) == expected(name)


@REGISTRIES
def test_turtle_as_oxigraph_reads_it(registries: Where, tmp_path: Path, name: str) -> None:
    output = export(registries, name, "turtle", tmp_path)
    a = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    found: dict[str, list[tuple[str, str]]] = {}
    for triple in pyoxigraph.parse(path=str(output / "graph.ttl")):
        found.setdefault(triple.predicate.value, []).append((triple.subject.value, triple.object.value))
    stubs = {subject for subject, _ in found[KGRS + "stub"]}
    kinds = ((kind, s in stubs) for s, o in found[a] for kind in ("Resource", "Product") if o == KGRS + kind)
    assert figures(kinds, found[KGRS + "has_product"], found[KGRS + "derived_from"]) == expected(name)


def test_turtle_as_rdflib_reads_it(registries: Where, tmp_path: Path) -> None:
    """The seeds only: rdflib takes 10 s for a registry."""
    graph = rdflib.Graph().parse(export(registries, "seeds", "turtle", tmp_path) / "graph.ttl")
    kgrs = rdflib.Namespace(KGRS)
    stubs = set(graph.subjects(kgrs.stub, rdflib.Literal(True)))
    kinds = [(kind, s in stubs) for kind in ("Resource", "Product") for s in graph.subjects(rdflib.RDF.type, kgrs[kind])]
    assert figures(kinds, graph.subject_objects(kgrs.has_product), graph.subject_objects(kgrs.derived_from)) == FIGURES["seeds"]


@pytest.fixture(scope="module")
def registry(corpus: Path) -> networkx.MultiDiGraph[str]:
    """The registry of 2026-08-17 with what is rolled up."""
    return kgbuild.build(corpus / "kg-registry-2026-08-17.tar.gz", aliases=False, rollup=True).to_networkx()


def pairs(graph: networkx.MultiDiGraph[str], predicate: str, *, rolled_up: bool) -> networkx.DiGraph[str]:
    level = "logical_entailment" if rolled_up else "knowledge_assertion"
    return networkx.DiGraph((s, o) for s, o, e in graph.edges(data=True) if (e["predicate"], e["knowledge_level"]) == (predicate, level))


def groups(graph: networkx.DiGraph[str]) -> list[list[str]]:
    return sorted(sorted(group) for group in networkx.strongly_connected_components(graph) if len(group) > 1)


def test_no_cycle_among_products(registry: networkx.MultiDiGraph[str]) -> None:
    products = [id for id, node in registry.nodes(data=True) if "kgrs:Product" in node["category"]]
    assert list(networkx.simple_cycles(pairs(registry, "kgrs:derived_from", rolled_up=False).subgraph(products))) == []


def test_resources_that_source_each_other(registry: networkx.MultiDiGraph[str]) -> None:
    assert groups(pairs(registry, "kgrs:derived_from", rolled_up=True)) == [
        ["kgr:aact", "kgr:clinicaltrialsgov"],
        ["kgr:afcs", "kgr:hpidb", "kgr:imex", "kgr:intact", "kgr:mint"],
        ["kgr:biogrid", "kgr:phosphogrid"],
        ["kgr:biomarker", "kgr:ubkg"],
        ["kgr:ctkp", "kgr:drug-approvals-kp", "kgr:geneticskp", "kgr:icees-kg", "kgr:text-mining-kp", "kgr:translator"],
        ["kgr:depmap", "kgr:prism"],
        ["kgr:disgenet", "kgr:psygenet"],
        ["kgr:ehrlink", "kgr:pharmacotherapydb"],
        ["kgr:genecards", "kgr:ribocentre", "kgr:rnacentral"],
        ["kgr:hra", "kgr:hubmap"],
        ["kgr:medgen", "kgr:ncbigene", "kgr:omim", "kgr:orphanet"],
        ["kgr:mrbase", "kgr:opengwas"],
    ]


def test_both_edges_mixed_would_show_false_cycles(registry: networkx.MultiDiGraph[str]) -> None:
    derived, owned = (pairs(registry, f"kgrs:{predicate}", rolled_up=False) for predicate in ("derived_from", "has_product"))
    assert len(groups(networkx.compose(derived, owned))) == 971


def test_dangling_ids(registry: networkx.MultiDiGraph[str]) -> None:
    stubs = {id: node["category"][0] for id, node in registry.nodes(data=True) if node.get("stub") and id.startswith("kgr:")}
    assert stubs == {"kgr:geonames.feature": "kgrs:Product", "kgr:nlm.publisher": "kgrs:Product"}
