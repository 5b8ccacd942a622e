"""Hostile text goes into real triplestores and comes back the same, in whatever field it stands; nothing of it is executed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from paths import TESTS
from servers.sparql import about, by_value, load, loaded, triples

from kgbuild.options import ExportTarget, ReadOptions
from kgbuild.pipeline.export import export

if TYPE_CHECKING:
    from servers.triplestore import Triplestore

EXAMPLE = TESTS / "examples" / "hostile-text" / "input"
FOREIGN = "https://example.org/hostile-foreign"
TEXTS = (
    'quotes " \' ` and \\ backslashes \\" \\n \\u0041 \\U0001F600 {} {a: $b} ${x} %s',
    "tab\tand\nlines\r\nand\rmore\x0b\x0c \x85 \u2028 \u2029 end",
    "control \x01 \x1f \x7f \u200b\ufeff and emoji \U0001f600\U0001f468\u200d\U0001f469 and e\u0301",
    "\u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u202c right to left",
    "'; DROP TABLE DB.DBA.RDF_QUAD; --",
    '" . } ; DROP ALL ; INSERT DATA { GRAPH <urn:x-hostile:made> { <a:b> <a:c> "d" } } #',
    f"<{FOREIGN}> }} ; CLEAR GRAPH <{FOREIGN}> ; #",
    "'}) DETACH DELETE n //",
    "^^<http://www.w3.org/2001/XMLSchema#integer> . \n<a:s> <a:p> <a:o> .",
    "  spaces at both ends  ",
    "long " + ("x" * 990 + '"\\\n\u00e9\U0001f600') * 1000,
)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of records that hold each of the texts in every field that takes text (1 MB in two of them), and of the golden example's."""
    folder = tmp_path_factory.mktemp("hostile")
    records = [record(number, text) for number, text in enumerate(TEXTS)]
    (folder / "records.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    inputs = (str(folder / "records.jsonl"), str(EXAMPLE))
    export(ReadOptions(inputs=inputs), ExportTarget(formats=("ntriples",), output=folder, qualified=True))
    return folder


def record(number: int, text: str) -> dict[str, object]:
    short = text[:300]
    listing = {
        "id": f"h{number}.{short[:40]}", "name": short, "description": short, "category": "GraphProduct", "format": short, "product_url": short,
        "license": {"id": short, "label": short}, "warnings": [short], "version": short, "original_source": [short[:60], f"h{number}"],
        "secondary_source": [{"source": f"h{number + 1}", "relation_type": short[:50]}], "latest_version": short,
    }  # fmt: skip
    return {
        "id": f"h{number}", "category": "DataSource", "name": short, "description": text, "synonyms": [short, short[::-1]], "homepage_url": short,
        "taxon": [short], "domains": [short], "version": short, "activity_status": short, "creation_date": short, "infores_id": short,
        "license": {"id": short, "label": short}, "contacts": [{"category": "Individual", "label": short}], "products": [listing],
        short[:30]: text, "collection": [short], "repository": short, "publications": [{"id": short, "title": short}], "warnings": [short],
    }  # fmt: skip


def test_hostile_text(store: Triplestore, hostile: Path) -> None:
    graph = "https://example.org/hostile?a='b'&c=d;e*(f)!$@/é"
    store.put(FOREIGN, "<a:kept> <a:kept> <a:kept> .\n")
    before = store.graphs()
    loaded(load(store, hostile, "--graph", graph))
    said = triples(hostile / "graph.nt")
    assert by_value(store.client(graph, "GET").content) == said
    texts = {value for _, predicate, (_, value) in said if predicate.endswith("description")}
    assert {text for text in TEXTS if text not in texts} == set()
    subject = "https://w3id.org/kg-registry/h5"
    assert about(store, subject, graph) == {triple for triple in said if triple[0] == subject}
    assert store.graphs() == {**before, graph: len(said)}
    assert by_value(store.client(FOREIGN, "GET").content) == by_value(b"<a:kept> <a:kept> <a:kept> .\n")
    assert loaded(load(store, hostile, "--graph", graph))[-1] == f"unchanged <{graph}>: it has the same {len(said):,} triples already"
    for each in (graph, FOREIGN):
        store.client(each, "DELETE")
