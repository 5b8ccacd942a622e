"""The first half of a load: write the graph to the database under a separate label, each batch exactly once, and count it.

Each graph has one node ``KgbuildLoad`` with its state. In the transaction of each batch, a load writes its token and the number of the batch to
that node. So a batch is not repeated if the answer to its commit was lost, and a load ends if another load of the same graph has begun.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from kgbuild.errors import StoreError
from kgbuild.model.ids import plain_name
from kgbuild.pipeline.artifact import Build
from kgbuild.stores.neo4j.rows import RowTally, batches
from kgbuild.stores.neo4j.server import Neo4jServer

if TYPE_CHECKING:
    from neo4j import Transaction


class TakenOver(StoreError):
    """Another load of the same graph has begun, and the staged data belongs to it."""


class StagedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The node ``KgbuildLoad`` of a graph: its build, its labels and types, and the progress of a load."""

    graph: str
    name: str
    state: str
    build: str = ""
    nodes: int = 0
    relationships: int = 0
    labels: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    token: str = ""
    batch: int = 0
    swapped: str = ""


class Place(NamedTuple):
    """The labels of a graph in a database. They contain only letters, digits and ``_``, so queries need not quote them.

    ``key`` is the name of the graph with only the characters of a label. ``token`` identifies this load.
    """

    name: str
    key: str
    token: str

    @property
    def graph(self) -> str:
        """Return the label of all nodes of the graph."""
        return f"kgbuild_{self.key}"

    @property
    def staged(self) -> str:
        """Return the label of staged nodes, which is also the type of staged relationships."""
        return f"KgbuildStaged_{self.key}"

    def filled(self, query: str) -> str:
        """Return the query with GRAPH and STAGED replaced by the labels."""
        return query.replace("STAGED", self.staged).replace("GRAPH", self.graph)


def place(name: str, token: str) -> Place:
    """Return the place of the graph ``name``.

    >>> place("kg-registry", "").graph, place("2026", "").staged
    ('kgbuild_kg_registry', 'KgbuildStaged__2026')
    """
    return Place(name, plain_name(name, ""), token)


_LOADS = "CREATE CONSTRAINT kgbuild_loads IF NOT EXISTS FOR (n:KgbuildLoad) REQUIRE n.graph IS UNIQUE"
_UNIQUE = "CREATE CONSTRAINT {label}_ids IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE"
_READ = "MATCH (load:KgbuildLoad {graph: $key}) RETURN properties(load) AS record"
_TAKE = """
MERGE (load:KgbuildLoad {graph: $key}) ON CREATE SET load.name = $name
SET load.state = 'staging', load.token = $token, load.batch = 0
"""
_HOLD = "MATCH (load:KgbuildLoad {graph: $key, token: $token}) WITH load, load.batch AS was SET load.batch = $batch RETURN was"
_NODES = "UNWIND $rows AS row CREATE (n:STAGED) SET n = row"
_EDGES = """
UNWIND $rows AS row MATCH (a:STAGED {{id: row.subject}}) MATCH (b:STAGED {{id: row.object}})
CREATE (a)-[r:{type}]->(b) SET r = row
"""
_COUNT = "MATCH (n:STAGED) RETURN count(n) AS count UNION ALL MATCH (:STAGED)-[r]->(:STAGED) RETURN count(r) AS count"
_ANY = "MATCH (n:{label}) RETURN 1 LIMIT 1"
_REMOVE = "MATCH (n:STAGED) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 1000 ROWS"


def read(server: Neo4jServer, place: Place) -> StagedRecord | None:
    """Return the record of the graph, or None if there is none.

    Raises StoreError if the record is not one of kgbuild's, or if a graph of another name has the same label.
    """
    rows = server.run(_READ, key=place.key)
    if not rows:
        return None
    try:
        record = msgspec.convert(rows[0]["record"], StagedRecord)
    except msgspec.ValidationError as error:
        raise StoreError(
            f"{server.target}: expected a node KgbuildLoad as kgbuild writes it, got another one ({error}); remove that node, and load again"
        ) from None
    if record.name != place.name:
        got = f"the graph {record.name!r}"
        raise StoreError(f"{server.target}: expected the label {place.graph} for {place.name!r} only, got {got}; choose another --name")
    return record


def leftover(server: Neo4jServer, place: Place) -> bool:
    """Return whether the database has staged data, from an interrupted load or from one that is still running."""
    return bool(server.run(_ANY.format(label=place.staged)))


def any_in_place(server: Neo4jServer, place: Place) -> bool:
    """Return whether the database has any node of the graph, even of an incomplete one."""
    return bool(server.run(_ANY.format(label=place.graph)))


def prepare(server: Neo4jServer, place: Place) -> bool:
    """Create the constraints, begin a load, and remove the staged data of an interrupted load. Return whether there was any."""
    for statement in (_LOADS, _UNIQUE.format(label=place.graph)):
        server.run(statement)
    server.run(_TAKE, key=place.key, name=place.name, token=place.token)
    left = leftover(server, place)
    if left:
        server.run(place.filled(_REMOVE))
    server.run(_UNIQUE.format(label=place.staged))
    return left


def clear(server: Neo4jServer, place: Place) -> None:
    """Remove the staged data and its constraint."""
    server.run(place.filled(_REMOVE))
    server.run(f"DROP CONSTRAINT {place.staged}_ids IF EXISTS")


def hold(transaction: Transaction, place: Place, batch: int) -> int:
    """Return the number of the last batch written, and replace it by ``batch``. Raises TakenOver if another load has begun."""
    row = transaction.run(_HOLD, key=place.key, token=place.token, batch=batch).single()
    if row is None:
        raise TakenOver(f"graph {place.name!r}: expected one load at a time, got a second load; wait until the second load ends")
    return int(row["was"])


def stage(server: Neo4jServer, place: Place, build: Build, tally: RowTally, *, first: bool, progress: Callable[[int], None]) -> None:
    """Write the nodes and relationships of a build under the staging label, and count them.

    If there is no graph yet (``first``), relationships get their final types. Otherwise they get the staging type, so that queries by type
    do not find them, and constraints on a type do not apply to the old and the new graph together.

    Raises StoreError if the counts differ from those of the build.
    """
    edges = place.filled(_EDGES).format(type="$($names[row.predicate])" if first else place.staged)
    batch = 0
    for ending, query in (("_nodes.jsonl", place.filled(_NODES)), ("_edges.jsonl", edges)):
        for rows in batches(build.path(ending)):
            batch += 1
            _send(server, place, batch, query, rows, tally)
            progress(len(rows))
    nodes, relationships = (row["count"] for row in server.run(place.filled(_COUNT)))
    compare(server, {"nodes": nodes, "relationships": relationships}, {"nodes": tally.nodes, "relationships": tally.relationships})


def _send(server: Neo4jServer, place: Place, batch: int, query: str, rows: list[dict[str, Any]], tally: RowTally) -> None:
    def work(transaction: Transaction) -> None:
        if hold(transaction, place, batch) < batch:
            counters = transaction.run(query, rows=rows, names=tally.names).consume().counters
            compare(server, {"rows": counters.nodes_created + counters.relationships_created}, {"rows": len(rows)})

    server.write(work)


def compare(server: Neo4jServer, got: dict[str, int], expected: dict[str, int]) -> None:
    """Raise StoreError if the counts in the database differ from the expected ones."""
    wrong = [
        f"{expected.get(what, 0)} {what}, got {got.get(what, 0)}"
        for what in {**expected, **got}
        if got.get(what, 0) != expected.get(what, 0)
    ]
    if wrong:
        raise StoreError(f"{server.target}: expected {'; '.join(wrong)}; the previous graph is unchanged; load again")
