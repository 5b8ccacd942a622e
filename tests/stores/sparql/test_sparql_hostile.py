"""Hostile text goes into real triplestores and comes back the same, in whatever field it stands; nothing of it is executed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from servers.hostile_records import FOREIGN, TEXTS, export_hostile
from servers.sparql import about, by_value, load, loaded, triples

if TYPE_CHECKING:
    from servers.triplestore import Triplestore


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of their export."""
    folder = tmp_path_factory.mktemp("hostile")
    export_hostile(folder, ("ntriples",))
    return folder


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
    assert loaded(load(store, hostile, "--graph", graph))[-1] == f"unchanged <{graph}> already has the same {len(said):,} triples"
    for each in (graph, FOREIGN):
        store.client(each, "DELETE")
