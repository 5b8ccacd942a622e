"""The second half of a load: replace the graph by the staged graph in one transaction, and count it before the commit.

Only differences are written. A node in both graphs remains the same node and keeps the labels, properties and relationships of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from kgbuild.errors import StoreError
from kgbuild.pipeline.artifact import Build
from kgbuild.stores.neo4j.plan import OURS, LoadPlan, chunks, refuse_linked
from kgbuild.stores.neo4j.rows import RowTally
from kgbuild.stores.neo4j.server import Neo4jServer, StillLinked
from kgbuild.stores.neo4j.stage import Place, StagedRecord, compare, hold

if TYPE_CHECKING:
    from neo4j import Transaction

_RELABEL = "MATCH (n:STAGED) SET n:GRAPH:$([c IN n.category | $names[c]]) REMOVE n:STAGED"
_RELABEL_BATCHES = (
    "MATCH (n:STAGED) CALL (n) { SET n:GRAPH:$([c IN n.category | $names[c]]) REMOVE n:STAGED } IN TRANSACTIONS OF 10000 ROWS"
)
_UNLINK = f"""
UNWIND $ids AS id MATCH (o:GRAPH {{id: id}})
CALL (id) {{ OPTIONAL MATCH (:STAGED {{id: id}})-[x:STAGED]->() RETURN collect($names[x.predicate] + ' ' + x.id) AS has }}
MATCH (o)-[r]->(t:GRAPH) WHERE {OURS.format(a="o", b="t")} AND NOT type(r) + ' ' + r.id IN has DELETE r
"""
_REMOVE = "UNWIND $ids AS id MATCH (o:GRAPH {id: id}) DELETE o"
_CHANGE = """
UNWIND $ids AS id MATCH (s:STAGED {id: id}) MATCH (o:GRAPH {id: id})
SET o += $no_node SET o += properties(s) REMOVE o:$($labels) SET o:$([c IN s.category | $names[c]])
"""
_ADD = "UNWIND $ids AS id MATCH (s:STAGED {id: id}) MERGE (o:GRAPH {id: id}) SET o += properties(s), o:$([c IN s.category | $names[c]])"
_LINK = """
UNWIND $ids AS id MATCH (s:STAGED {id: id})-[x:STAGED]->(t:STAGED) MATCH (a:GRAPH {id: id}) MATCH (b:GRAPH {id: t.id})
MERGE (a)-[r:$($names[x.predicate]) {id: x.id}]->(b) SET r += $no_edge SET r += properties(x)
"""
_LABELS = "MATCH (n:GRAPH) UNWIND [l IN labels(n) WHERE l IN $labels] AS what RETURN what, count(*) AS count"
_TYPES = f"MATCH (a:GRAPH)-[r]->(b:GRAPH) WHERE {OURS.format(a='a', b='b')} RETURN type(r) AS what, count(*) AS count"
_NODES = "MATCH (n:GRAPH) RETURN count(n) AS count"
_BEGIN = """
MATCH (load:KgbuildLoad {graph: $key, token: $token})
SET load.state = 'swapping', load.labels = $labels, load.types = $types
"""
_FINISH = """
MATCH (load:KgbuildLoad {graph: $key, token: $token})
SET load.state = 'loaded', load.swapped = $token, load.build = $build, load.nodes = $nodes, load.relationships = $relationships,
    load.labels = $labels, load.types = $types
"""
_FINISHED = "MATCH (load:KgbuildLoad {graph: $key, swapped: $token}) RETURN 1"
Run = Callable[..., list[dict[str, Any]]]


class Swap(NamedTuple):
    """A swap of one graph. ``values`` comes from ``plan.values``. ``limit`` is the largest number of nodes to change in one transaction."""

    server: Neo4jServer
    place: Place
    build: Build
    tally: RowTally
    values: Mapping[str, Any]
    limit: int

    def first(self) -> None:
        """Make the staged graph the first graph in place, by its labels."""
        if self.tally.nodes > self.limit:
            self._begin()
            self.server.run(self.place.filled(_RELABEL_BATCHES), names=self.tally.names)
            self._finish_alone()
        else:
            self._at_once([(_RELABEL, {})])

    def replace(self, plan: LoadPlan) -> None:
        """Change the graph in place to the staged graph."""
        if plan.nodes > self.limit:
            self._begin()
            for query, more in _steps(plan):
                self.server.run(self.place.filled(query), **self.values, **more)
            self._finish_alone()
        else:
            self._at_once(list(_steps(plan)), removed=plan.removed)

    def _at_once(self, steps: Sequence[tuple[str, dict[str, Any]]], removed: Sequence[str] = ()) -> None:
        """Run all steps, compare the counts and write the record in one transaction.

        If the answer to the commit is lost, the record shows whether the transaction was committed.
        """

        def work(transaction: Transaction) -> None:
            run = _runner(transaction)
            if run(_FINISHED, **self._keys):
                return
            hold(transaction, self.place, -1)
            for query, more in steps:
                run(self.place.filled(query), **self.values, **more)
            self._count(run)
            self._finish(run)

        try:
            self.server.write(work)
        except StillLinked:
            refuse_linked(self.server, self.place, self.values, removed)
            raise StoreError(
                f"{self.server.target}: expected no new relationships at removed nodes during the load, got one; load again"
            ) from None

    @property
    def _keys(self) -> dict[str, str]:
        return {"key": self.place.key, "token": self.place.token}

    def _begin(self) -> None:
        self.server.run(_BEGIN, **self._keys, labels=self.values["labels"], types=self.values["types"])

    def _count(self, run: Run) -> None:
        compare(self.server, counts(run, self.place, self.values), expected(self.tally))

    def _finish(self, run: Run) -> None:
        run(
            _FINISH, **self._keys, build=self.build.id(), nodes=self.tally.nodes, relationships=self.tally.relationships,
            labels=list(self.tally.labels), types=list(self.tally.types),
        )  # fmt: skip

    def _finish_alone(self) -> None:
        self._count(self.server.run)
        self._finish(self.server.run)


def counts(run: Run, place: Place, values: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts of the graph in the database: all nodes, nodes by label, and relationships by type."""
    found = {"nodes": run(place.filled(_NODES))[0]["count"]}
    found |= {f"nodes {row['what']}": row["count"] for row in run(place.filled(_LABELS), labels=values["labels"])}
    return found | {f"relationships {row['what']}": row["count"] for row in run(place.filled(_TYPES), types=values["types"])}


def expected(tally: RowTally) -> dict[str, int]:
    """Return the result of ``counts`` for a graph that is exactly this build."""
    labels = {f"nodes {label}": count for label, count in tally.labels.items()}
    return {"nodes": tally.nodes} | labels | {f"relationships {type}": count for type, count in tally.types.items()}


def in_place(server: Neo4jServer, place: Place, record: StagedRecord, values: Mapping[str, Any], build: Build, tally: RowTally) -> bool:
    """Return whether the graph in the database is already this build, by its record and its counts."""
    return record.state == "loaded" and record.build == build.id() and counts(server.run, place, values) == expected(tally)


def _steps(plan: LoadPlan) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the statements with their ids. Relationships are removed before their nodes and added after them."""
    relinked = [*plan.relinked, *plan.removed]
    for query, ids in ((_UNLINK, relinked), (_REMOVE, plan.removed), (_CHANGE, plan.changed), (_ADD, plan.added)):
        yield from ((query, {"ids": chunk}) for chunk in chunks(ids))
    yield from ((_LINK, {"ids": chunk}) for chunk in chunks([*plan.relinked, *plan.added]))


def _runner(transaction: Transaction) -> Run:
    def run(query: str, **values: Any) -> list[dict[str, Any]]:
        return transaction.run(query, values).data()

    return run
