"""An export and `check` find the same: their PG and RF findings are equal in every field but the base of the paths.

PG004 is off by default. An export runs the rules that are on by default.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from paths import TESTS
from running import Write, run_command

from kgbuild.model.audit import AuditEdge, AuditNode
from kgbuild.model.graph import Edge, EdgeKind, Kind, node_types
from kgbuild.pipeline.engine.audit_rows import EdgeRow, NodeRow, decode_rows, encode_rows

MUTUAL = {
    "a.md": "---\nlayout: resource_detail\nid: a\nname: A\ncategory: DataSource\nproducts:\n"
    "- id: a.t\n  name: A t\n  category: Product\n  original_source: [b]\n---\n",
    "b.md": "---\nlayout: resource_detail\nid: b\nname: B\ncategory: DataSource\nproducts:\n"
    "- id: b.t\n  name: B t\n  category: Product\n  original_source: [a]\n---\n",
}
SUGGESTED = {
    "b.md": "---\nlayout: resource_detail\nid: b\nname: B\ncategory: KnowledgeGraph\nproducts:\n"
    "- id: b.graph\n  name: B graph\n  category: GraphProduct\n  original_source: [gene-ontology]\n---\n",
    "go.md": "---\nlayout: resource_detail\nid: go\nname: Gene Ontology\ncategory: Ontology\nproducts:\n"
    "- id: go.owl\n  name: GO\n  category: OntologyProduct\n  original_source: [go]\n---\n",
}
WORDS = ("ant", "bee", "cod", "doe", "eel", "fox", "gnu", "hen", "ibis", "jay", "kite", "lynx")


def made_up() -> dict[str, str]:
    """Pages of records that cite each other, old ids, ids with a letter too many, copies of listings, generated pages, and a container."""
    files: dict[str, str] = {}
    listings: dict[str, dict[str, Any]] = {}
    for n, word in enumerate(WORDS * 5):
        id = f"{word}-{n}" if n >= len(WORDS) else word
        cited = [WORDS[(n * 5 + 1) % 12], WORDS[(n * 7 + 3) % 12] + ("x" if n % 9 == 0 else ""), "do" if n % 8 == 0 else f"{word}.tsv"]
        listing = {
            "id": f"{id}.tsv",
            "name": f"Table of {id}",
            "category": "GraphProduct",
            "original_source": [{"source": source, "relation_type": "prov:wasDerivedFrom"} for source in cited[: 1 + n % 3]],
            "secondary_source": [{"source": f"{WORDS[n % 7]}.tsv", "relation_type": "prov:wasInfluencedBy"}],
        }
        listings[listing["id"]] = listing
        copies = [listings[key] for key in sorted(listings)[n % 5 :: 11]]
        category = ("DataSource", "Aggregator", "KnowledgeGraph")[n % 3]
        record = {"layout": "resource_detail", "id": id, "name": f"The {id}", "category": category, "products": [listing, *copies]}
        if n % 10 == 4:
            record["products"] = copies
        files[f"resource/{id}.md"] = f"---\n{json.dumps(record)}\n---\n" if n % 2 else _page(record)
        if n % 4 == 1:
            files[f"resource/{id}/{id}.tsv.md"] = _page({"layout": "product_detail", **listing})
    contained = [{"id": f"{word}-c", "category": "DataSource", "products": [listings[f"{word}.tsv"]]} for word in WORDS]
    files["kgs.yml"] = "resources:\n" + "".join(f"- {json.dumps(record)}\n" for record in contained)
    files["more.jsonl"] = "".join(json.dumps({**record, "id": record["id"] + "l"}) + "\n" for record in contained)
    files["more.json"] = json.dumps([{**record, "id": record["id"] + "j"} for record in contained], indent=1)
    return files


def _page(record: dict[str, Any]) -> str:
    """A page whose front matter is a field a line."""
    return "---\n" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in record.items()) + "---\n"


def assert_the_same(folder: Path, output: Path, base: str, options: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Run both, with one process and two, with a cache that is empty and one that is filled; give the findings."""
    wanted: list[dict[str, Any]] | None = None
    for run, jobs, cache in (("one", "1", ["--no-cache"]), ("two", "2", []), ("cached", "2", [])):
        command = [str(folder), "--jobs", jobs, "--fail-on", "never", *cache, *options]
        checked = run_command(["check", *command, "--isolated", "--select", "PG,RF", "--ignore", "PG004", "--format", "jsonl"])
        assert checked.exit_code == 0, checked.stderr
        exported = run_command(["export", *command, "--output", str(output / run), "--format", "kgx-jsonl"])
        assert exported.exit_code == 0, exported.stderr
        found = [json.loads(line) for line in checked.stdout.splitlines()]
        for place in (place for finding in found for place in (finding, *finding["related"])):
            place["path"] = place["path"].removeprefix(base)
        assert [json.loads(line) for line in (output / run / "graph_findings.jsonl").read_bytes().splitlines()] == found
        assert wanted in (None, found)
        wanted = found
    return wanted or []


def test_resources_that_source_each_other(records: Write, tmp_path: Path) -> None:
    folder = records(MUTUAL)
    (found,) = assert_the_same(folder, tmp_path, f"{folder}/")
    assert (found["code"], found["path"], found["line"], found["records"]) == ("PG003", "a.md", 10, ["a", "b"])
    assert found["related"] == [{"path": "b.md", "line": 10, "column": 21, "record": "b"}]


def test_an_id_is_suggested(records: Write, tmp_path: Path) -> None:
    folder = records(SUGGESTED)
    found = assert_the_same(folder, tmp_path, f"{folder}/")
    assert {finding["code"]: finding["suggestion"] for finding in found} == {"PG005": None, "RF001": "go"}


def test_a_made_up_registry(records: Write, tmp_path: Path) -> None:
    folder = records(made_up())
    found = assert_the_same(folder, tmp_path, f"{folder}/")
    assert {"PG003", "RF001", "RF002", "RF004", "RF005"} <= Counter(finding["code"] for finding in found).keys()
    assert any(place["path"].endswith(".tsv.md") for finding in found for place in finding["related"]), (
        "generated pages are among the copies"
    )


def test_a_registry_with_a_mapping_of_its_own(tmp_path: Path) -> None:
    folder = TESTS / "registry"
    assert assert_the_same(folder / "records", tmp_path, f"{folder / 'records'}/", ["--mappings", str(folder / "mappings")])


@pytest.mark.parametrize(
    "name", ["kg-registry-2025-12-06.tar.gz", "kg-registry-2026-08-17.tar.gz", "obo-foundry-2026-08-18.tar.gz", "seeds"]
)
def test_real_registries(corpus: Path, tmp_path: Path, name: str) -> None:
    base = f"{corpus / name}/" if name == "seeds" else f"{corpus / name}!/"
    assert_the_same(corpus / name, tmp_path, base)


def test_rows_have_what_rules_read_and_nothing_else() -> None:
    """A row says of a node or an edge what it says itself, column by column."""
    columns = [[name for name, value in vars(of).items() if isinstance(value, property)] for of in (AuditNode, AuditEdge)]
    assert [list(NodeRow.__struct_fields__), list(EdgeRow.__struct_fields__)] == columns
    values: dict[str, Any] = {
        "id": "kgr:a", "category": ("kgrs:Product",), "iri": "i", "name": "n", "synonym": ("s",), "xref": ("x:1",), "license": "l",
        "license_label": "b", "warnings": ("w",), "activity_status": "active", "declared_in": ("a",), "stub": True, "extra": "{}",
    }  # fmt: skip
    nodes = [made(**values) for made in node_types()]
    edges = [msgspec.convert({name: _value(name) for name in made.__struct_fields__}, made) for made in Edge.__subclasses__()]
    node_rows, edge_rows = decode_rows([encode_rows(nodes, edges)])
    assert [[getattr(row, name) for name in columns[0]] for row in node_rows] == [
        [getattr(node, name) for name in columns[0]] for node in nodes
    ]
    assert [[getattr(row, name) for name in columns[1]] for row in edge_rows] == [
        [getattr(edge, name) for name in columns[1]] for edge in edges
    ]
    kinds: tuple[list[Kind], list[EdgeKind]] = [row.kind for row in node_rows], [row.kind for row in edge_rows]
    assert kinds == ([node.kind for node in nodes], [edge.kind for edge in edges])


def _value(name: str) -> Any:
    special = {"source_role": "original", "within_owner": True, "links": 1, "products": 1}
    lists = ("category", "aggregator_knowledge_source", "declared_in", "original_objects")
    return special.get(name, [name] if name in lists else name)
