"""`kgbuild load neo4j` into a real Neo4j: what arrives, what a second load does, what replaces what, and what is left alone."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from running import run_command
from servers.neo4j_server import Neo4jServer, contents, rows, told

pytestmark = pytest.mark.xdist_group("neo4j")
OLD, NEW = "kg-registry-2025-12-06", "kg-registry-2026-08-17"
RECORD = "MATCH (load:KgbuildLoad) RETURN properties(load) AS record"


def load(server: Neo4jServer, *arguments: str, status: int = 0) -> list[str]:
    """The lines that a load prints on standard error; the address is ADDRESS."""
    done = run_command(["load", "neo4j", "--uri", server.uri, *arguments])
    assert (done.exit_code, done.stdout) == (status, ""), done.output
    return done.stderr.replace(server.uri, "ADDRESS").splitlines()


def exported(folder: Path, records: list[dict[str, Any]], name: str = "graph") -> Path:
    """A build of some records."""
    source = folder / "records.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    source.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    done = run_command(["export", str(source), "-f", "kgx-jsonl,neo4j", "-o", str(folder / "out"), "--name", name, "-q", "--check", "none"])
    assert done.exit_code == 0, done.output
    return folder / "out"


def resource(id: str, *products: str, **more: Any) -> dict[str, Any]:
    """A record of a resource that gives out products, each made from the one before."""
    listed = [{"id": f"{id}.{name}", "category": "GraphProduct", "original_source": [id, *more.pop("sources", [])]} for name in products]
    return {"id": id, "category": "DataSource", "name": f"The {id}", "products": listed, **more}


def everything(server: Neo4jServer) -> tuple[Any, ...]:
    """All nodes and relationships, with the ids that the server gave them."""
    nodes = server.ask("MATCH (n) RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS properties ORDER BY id")
    edges = server.ask("MATCH ()-[r]->() RETURN elementId(r) AS id, type(r) AS type, properties(r) AS properties ORDER BY id")
    return nodes, edges, server.ask("SHOW CONSTRAINTS YIELD name, labelsOrTypes, properties")


@pytest.mark.parametrize("which", ["seeds", OLD, NEW])
def test_all_of_a_corpus_arrives_and_a_second_load_writes_nothing(neo4j_empty: Neo4jServer, builds: dict[str, Path], which: str) -> None:
    folder = builds[which]
    said = load(neo4j_empty, "--from", str(folder))
    assert contents(neo4j_empty) == told(folder, "kgbuild_graph")
    labels = Counter(row["label"] for row in neo4j_empty.ask("MATCH (n:kgbuild_graph) UNWIND labels(n) AS label RETURN label"))
    categories = Counter(category for row in rows(folder, "_nodes") for category in row["category"])
    assert {label: labels[label.removeprefix("kgrs:").replace(":", "_")] for label in categories} == categories
    types = Counter(row["type"] for row in neo4j_empty.ask("MATCH (:kgbuild_graph)-[r]->(:kgbuild_graph) RETURN type(r) AS type"))
    manifest = json.loads((folder / "graph_manifest.json").read_bytes())
    assert types == manifest["graph"]["edges"]
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(types.items()))
    assert said[:2] == [f"nodes         {sum(1 for _ in rows(folder, '_nodes')):,}", f"relationships {types.total():,} ({kinds})"]
    assert said[2].startswith("loaded        build ")
    before = neo4j_empty.written()
    assert load(neo4j_empty, "--from", str(folder)) == [*said[:2], said[2].replace("loaded   ", "unchanged")]
    assert neo4j_empty.written() == before


def test_a_newer_graph_leaves_exactly_itself_and_what_others_put_there(neo4j_empty: Neo4jServer, builds: dict[str, Path]) -> None:
    neo4j_empty.ask("CREATE CONSTRAINT mine FOR (n:Mine) REQUIRE n.id IS UNIQUE")
    neo4j_empty.ask("CREATE (:Product:Mine {id: 'kgr:spoke.graph'})-[:derived_from {id: 'urn:uuid:x'}]->(:Resource {id: 'kgr:mine'})")
    mine = (
        "MATCH (n) WHERE NOT n:kgbuild_graph AND NOT n:KgbuildLoad OPTIONAL MATCH (n)-[r]->() RETURN elementId(n), n, r, r.id ORDER BY n.id"
    )
    foreign = neo4j_empty.ask(mine)
    load(neo4j_empty, "--from", str(builds[OLD]))
    assert neo4j_empty.ask(mine) == foreign
    said = load(neo4j_empty, "--from", str(builds[NEW]))
    assert contents(neo4j_empty, "kgbuild_graph") == told(builds[NEW], "kgbuild_graph")
    assert neo4j_empty.ask(mine) == foreign
    assert neo4j_empty.ask("MATCH (n) RETURN count(n) AS all")[0]["all"] == sum(1 for _ in rows(builds[NEW], "_nodes")) + len(foreign) + 1
    ids = [{row["id"]: row for row in rows(builds[corpus], "_nodes")} for corpus in (OLD, NEW)]
    both = ids[0].keys() & ids[1].keys()
    counted = f"{len(ids[1]) - len(both):,} nodes added, {len(ids[0]) - len(both):,} removed, {sum(ids[0][i] != ids[1][i] for i in both):,} changed"
    assert said[2].startswith(f"changes       {counted}; ")
    assert [row["name"] for row in neo4j_empty.ask("SHOW CONSTRAINTS YIELD name RETURN name ORDER BY name")] == [
        "kgbuild_graph_ids", "kgbuild_loads", "mine",
    ]  # fmt: skip


def test_in_batches_it_is_the_same_and_said_before(neo4j_empty: Neo4jServer, builds: dict[str, Path]) -> None:
    seen = "they change in batches, and readers may see some of the changes before the others"
    said = load(neo4j_empty, "--from", str(builds["seeds"]), "--swap-limit", "20")
    nodes = sum(1 for _ in rows(builds["seeds"], "_nodes"))
    assert said[0] == f"note          {nodes:,} nodes change, more than --swap-limit (20): {seen}"
    assert contents(neo4j_empty) == told(builds["seeds"], "kgbuild_graph")
    said = load(neo4j_empty, "--from", str(builds[OLD]), "--swap-limit", "20")
    assert said[0].endswith(f"nodes change, more than --swap-limit (20): {seen}")
    assert contents(neo4j_empty) == told(builds[OLD], "kgbuild_graph")


def test_two_graphs_live_beside_each_other(neo4j_empty: Neo4jServer, tmp_path: Path) -> None:
    one, two = exported(tmp_path / "1", [resource("a", "x")], "one"), exported(tmp_path / "2", [resource("a", "y")], "a two")
    load(neo4j_empty, "--from", str(one))
    load(neo4j_empty, "--from", str(two))
    assert contents(neo4j_empty, "kgbuild_one") == told(one, "kgbuild_one")
    assert contents(neo4j_empty, "kgbuild_a_two") == told(two, "kgbuild_a_two")
    other = exported(tmp_path / "3", [resource("a", "z")], "a-two")
    assert load(neo4j_empty, "--from", str(other), status=2) == [
        "error: ADDRESS: expected the label kgbuild_a_two for 'a-two' only, got the graph 'a two'; choose another --name"
    ]
    assert contents(neo4j_empty, "kgbuild_a_two") == told(two, "kgbuild_a_two")


def test_what_others_gave_to_nodes_that_stay_stays(neo4j_empty: Neo4jServer, tmp_path: Path) -> None:
    old = exported(tmp_path / "old", [resource("a", "x", sources=["b"]), resource("b", "y", version="1")])
    new = exported(
        tmp_path / "new", [resource("a", "x", sources=["b"], category="Ontology"), resource("b", "y", version="2"), resource("c")]
    )
    load(neo4j_empty, "--from", str(old))
    neo4j_empty.ask("""MATCH (a:Resource {id: 'kgr:a'}), (b:Resource {id: 'kgr:b'}), (x:Product {id: 'kgr:a.x'})
        SET a:Seen, a.rank = 0.5, b.rank = 1.5 CREATE (n:Note {text: 'look'})-[:ABOUT {since: 2020}]->(b), (a)-[:derived_from {id: 'mine'}]->(b)
        WITH a, x MATCH (a)-[r:has_product]->(x) SET r.weight = 3""")
    mine = "MATCH (n)-[r]->(m) WHERE r.id = 'mine' OR type(r) = 'ABOUT' RETURN elementId(r), r, elementId(m), m.id ORDER BY r.id"
    before = neo4j_empty.ask(mine)
    assert load(neo4j_empty, "--from", str(new))[2] == "changes       1 nodes added, 0 removed, 2 changed; 1 with other relationships"
    assert neo4j_empty.ask(mine) == before
    nodes, edges = told(new, "kgbuild_graph")
    found, relationships = contents(neo4j_empty)
    assert found.pop(None) == (["Note"], '{"text": "look"}')
    assert relationships.pop(None)[0] == "ABOUT"
    assert relationships.pop("mine")[:3] == ("derived_from", "kgr:a", "kgr:b")
    labels, properties = found["kgr:a"]
    assert sorted({*nodes["kgr:a"][0], "Seen"}) == labels
    assert json.loads(properties) == {**json.loads(nodes["kgr:a"][1]), "rank": 0.5}
    assert json.loads(found["kgr:b"][1]) == {**json.loads(nodes["kgr:b"][1]), "rank": 1.5}
    assert {id: node for id, node in found.items() if id not in ("kgr:a", "kgr:b")} == {
        id: node for id, node in nodes.items() if id not in ("kgr:a", "kgr:b")
    }
    (weighed,) = [id for id, edge in edges.items() if edge[:3] == ("has_product", "kgr:a", "kgr:a.x")]
    assert json.loads(relationships[weighed][3]) == {**json.loads(edges[weighed][3]), "weight": 3}
    assert {id: edge for id, edge in relationships.items() if id != weighed} == {id: edge for id, edge in edges.items() if id != weighed}


def test_relationships_of_others_to_nodes_that_go_stop_the_load(neo4j_empty: Neo4jServer, tmp_path: Path) -> None:
    old = exported(tmp_path / "old", [resource("a", "x"), resource("b", "y", "z")])
    new = exported(tmp_path / "new", [resource("a", "x", "w")])
    load(neo4j_empty, "--from", str(old))
    neo4j_empty.ask("MATCH (z {id: 'kgr:b.z'}) CREATE (:Note:Old)-[:ABOUT]->(z) WITH z MATCH (a {id: 'kgr:a'}) CREATE (a)-[:LIKE]->(z)")
    before = everything(neo4j_empty)
    (said,) = load(neo4j_empty, "--from", str(new), status=2)
    assert said == (
        "error: ADDRESS: expected no relationships of others at nodes that the new graph no longer has, got 2, for example "
        "ABOUT between kgr:b.z and a node (:Note:Old); remove these relationships, and load again"
    )
    nodes, edges, constraints = everything(neo4j_empty)
    assert ([node for node in nodes if "KgbuildLoad" not in node["labels"]], edges, constraints) == (
        [node for node in before[0] if "KgbuildLoad" not in node["labels"]], before[1], before[2],
    )  # fmt: skip
    neo4j_empty.ask("MATCH (z {id: 'kgr:b.z'})-[r:ABOUT|LIKE]-() DELETE r SET z.rank = 1")
    assert load(neo4j_empty, "--from", str(new))[:1] == [
        "note          1 removed nodes have labels or properties of others, for example kgr:b.z; these are lost"
    ]
    assert contents(neo4j_empty, "kgbuild_graph") == told(new, "kgbuild_graph")


def test_what_others_changed_is_put_right(neo4j_empty: Neo4jServer, builds: dict[str, Path]) -> None:
    load(neo4j_empty, "--from", str(builds["seeds"]))
    neo4j_empty.ask("MATCH (n:Product) WITH n ORDER BY n.id LIMIT 3 DETACH DELETE n")
    neo4j_empty.ask("MATCH (n:Resource) WITH n ORDER BY n.id LIMIT 1 SET n:Product, n.name = 7 REMOVE n.iri")
    neo4j_empty.ask("MATCH ()-[r:has_product]->() WITH r ORDER BY r.id LIMIT 1 SET r.agent_type = 'x'")
    said = load(neo4j_empty, "--from", str(builds["seeds"]))
    assert said[2].startswith("changes       3 nodes added, 0 removed, 1 changed; ")
    assert contents(neo4j_empty) == told(builds["seeds"], "kgbuild_graph")


def test_constraints_of_the_format_are_no_hindrance(neo4j_empty: Neo4jServer, builds: dict[str, Path], tmp_path: Path) -> None:
    load(neo4j_empty, "--from", str(builds["seeds"]))
    other = exported(tmp_path, [resource("a", "x")])
    for line in (other / "neo4j" / "constraints.cypher").read_text().splitlines():
        neo4j_empty.ask(line.rstrip(";"))
    load(neo4j_empty, "--from", str(builds[OLD]))
    assert contents(neo4j_empty) == told(builds[OLD], "kgbuild_graph")
    neo4j_empty.ask("CREATE (:Product {id: 'kgr:a.x'})")
    (said,) = load(neo4j_empty, "--from", str(exported(tmp_path / "other", [resource("a", "x")], "other")), status=2)
    assert said.startswith("error: ADDRESS: expected no constraint that the graph violates, got ")
    assert said.endswith("; drop the constraint, or choose another --database")
    assert "kgbuild_other" not in {label for row in neo4j_empty.ask("MATCH (n) RETURN labels(n) AS labels") for label in row["labels"]}


def test_hostile_text_comes_back_as_it_went_in(neo4j_empty: Neo4jServer, hostile: Path) -> None:
    neo4j_empty.ask("CREATE (:Mine {id: 'mine'})")
    load(neo4j_empty, "--from", str(hostile))
    nodes, edges = contents(neo4j_empty)
    assert nodes.pop("mine") == (["Mine"], '{"id": "mine"}')
    assert (nodes, edges) == told(hostile, "kgbuild_graph")
    assert load(neo4j_empty, "--from", str(hostile))[-1].startswith("unchanged")


def test_a_term_whose_name_kgbuild_needs_is_refused(neo4j_empty: Neo4jServer, tmp_path: Path) -> None:
    folder = exported(tmp_path, [{**resource("a", "x"), "category": "KgbuildStaged_graph"}])
    assert load(neo4j_empty, "--from", str(folder), status=2) == [
        "error: kgrs:KgbuildStaged_graph: expected a term with a name that kgbuild does not use internally, got KgbuildStaged_graph; rename the term"
    ]
    assert contents(neo4j_empty) == ({}, {})
