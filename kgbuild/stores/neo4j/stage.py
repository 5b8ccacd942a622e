"""The first half of a load: the graph goes into the database under a label of its own, batch by batch, each exactly once, and is counted.

One node ``KgbuildLoad`` for each graph tells what is there. A load writes a token of its own and the number of its last batch there, in the
transaction of the batch, so a batch whose commit got lost is found out and never repeated, and a load that another one took over ends.
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
    """Another load of the same graph began: what is staged is no longer ours."""


class StagedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the node ``KgbuildLoad`` says of a graph: the build that is there, what its labels and types are, and how far a load has come."""

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
    """Where a graph is in a database. Labels and types stand in queries as they are: they hold letters, digits and ``_`` only.

    ``key`` is the name of the graph as a label may hold it, ``token`` tells this load from others.
    """

    name: str
    key: str
    token: str

    @property
    def graph(self) -> str:
        """The label that all nodes of the graph have."""
        return f"kgbuild_{self.key}"

    @property
    def staged(self) -> str:
        """The label of nodes that are staged, and the type of relationships that are."""
        return f"KgbuildStaged_{self.key}"

    def filled(self, query: str) -> str:
        """The query with the labels in the places of GRAPH and STAGED."""
        return query.replace("STAGED", self.staged).replace("GRAPH", self.graph)


def place(name: str, token: str) -> Place:
    """Where the graph of an export called ``name`` is.

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
    """What the database says of the graph. Raises StoreError where its name is taken by a graph of another one."""
    rows = server.run(_READ, key=place.key)
    if not rows:
        return None
    try:
        record = msgspec.convert(rows[0]["record"], StagedRecord)
    except msgspec.ValidationError as error:
        got = f"something else ({error})"
        raise StoreError(
            f"{server.target}: expected a node KgbuildLoad as kgbuild writes it, got {got}; remove that node, and load again"
        ) from None
    if record.name != place.name:
        got = f"{record.name!r} under its label"
        raise StoreError(f"{server.target}: expected the graph {place.name!r} or none, got {got} {place.graph}; choose another --name")
    return record


def leftover(server: Neo4jServer, place: Place) -> bool:
    """Whether something is staged, which is of a load that broke off, or of one that goes on."""
    return bool(server.run(_ANY.format(label=place.staged)))


def any_in_place(server: Neo4jServer, place: Place) -> bool:
    """Whether there is anything of the graph in the store, loaded whole or not."""
    return bool(server.run(_ANY.format(label=place.graph)))


def prepare(server: Neo4jServer, place: Place) -> bool:
    """Make the constraints, begin a load, and undo one that broke off: whether there was one."""
    for statement in (_LOADS, _UNIQUE.format(label=place.graph)):
        server.run(statement)
    server.run(_TAKE, key=place.key, name=place.name, token=place.token)
    left = leftover(server, place)
    if left:
        server.run(place.filled(_REMOVE))
    server.run(_UNIQUE.format(label=place.staged))
    return left


def clear(server: Neo4jServer, place: Place) -> None:
    """Remove all that is staged, and the constraint that was for it."""
    server.run(place.filled(_REMOVE))
    server.run(f"DROP CONSTRAINT {place.staged}_ids IF EXISTS")


def hold(transaction: Transaction, place: Place, batch: int) -> int:
    """The number of the last batch that is in; from now on it is ``batch``. Raises TakenOver where the load is no longer ours."""
    row = transaction.run(_HOLD, key=place.key, token=place.token, batch=batch).single()
    if row is None:
        raise TakenOver(f"graph {place.name!r}: expected one load at a time, got another that began meanwhile; leave it to that one")
    return int(row["was"])


def stage(server: Neo4jServer, place: Place, build: Build, tally: RowTally, *, first: bool, progress: Callable[[int], None]) -> None:
    """Put nodes and relationships of a build under the staging label, and count them there.

    Where there is no graph yet (``first``), relationships have their own types at once. Else they have the staging one, so that who asks
    for relationships by type sees nothing of them, and no constraint stands between the old and the new.
    Raises StoreError where the store holds something else than it was sent.
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
    """Raise StoreError where counts in the store are not those of what was sent."""
    wrong = [
        f"{expected.get(what, 0)} {what}, got {got.get(what, 0)}"
        for what in {**expected, **got}
        if got.get(what, 0) != expected.get(what, 0)
    ]
    if wrong:
        raise StoreError(f"{server.target}: expected {'; '.join(wrong)}; the graph that was there is left as it was, load again")
