"""Compare a staged graph with the graph in place, and list the nodes to add, to remove, to change and to link differently.

Only labels, properties and relationships written by kgbuild are compared. Those of others are not, but the plan lists those that would be lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kgbuild.errors import StoreError
from kgbuild.stores.neo4j.rows import EDGE_KEYS, NODE_KEYS, NUMBERS, RowTally
from kgbuild.stores.neo4j.server import Neo4jServer
from kgbuild.stores.neo4j.stage import Place, StagedRecord

#: The largest number of ids in one statement.
CHUNK = 1_000
#: The condition for a relationship written by kgbuild. A user's relationship has no such id, or other end nodes.
OURS = "type(r) IN $types AND r.id STARTS WITH 'urn:uuid:' AND r.subject = {a}.id AND r.object = {b}.id"
_ADDED = "MATCH (s:STAGED) WHERE NOT EXISTS { (:GRAPH {id: s.id}) } RETURN s.id AS id"
_REMOVED = "MATCH (o:GRAPH) WHERE NOT EXISTS { (:STAGED {id: o.id}) } RETURN o.id AS id"
#: Comparing whole maps is fast. Only if they differ are the keys compared, because a user may have added a property to the node.
_CHANGED = """
MATCH (s:STAGED) MATCH (o:GRAPH {id: s.id}) WITH s, o, [c IN s.category | $names[c]] AS labels
WHERE any(l IN labels WHERE NOT l IN labels(o)) OR any(l IN labels(o) WHERE l IN $labels AND NOT l IN labels)
OR properties(o) <> properties(s) AND any(k IN $keys WHERE coalesce(o[k] <> s[k], (o[k] IS NULL) <> (s[k] IS NULL)))
OR any(k IN $numbers WHERE valueType(o[k]) <> valueType(s[k]))
RETURN s.id AS id
"""
_RELINKED = f"""
MATCH (s:STAGED) MATCH (o:GRAPH {{id: s.id}})
CALL (o) {{ MATCH (o)-[r]->(t:GRAPH) WHERE {OURS.format(a="o", b="t")} WITH r ORDER BY r.id RETURN collect([type(r), properties(r)]) AS had }}
CALL (s) {{ MATCH (s)-[x:STAGED]->() WITH x ORDER BY x.id RETURN collect([$names[x.predicate], properties(x)]) AS has }}
WITH s, had, has WHERE had <> has RETURN s.id AS id
"""
_LINKED = f"""
UNWIND $ids AS id MATCH (o:GRAPH {{id: id}})-[r]-(other) WITH o, r, other, startNode(r) AS a, endNode(r) AS b
WHERE NOT coalesce({OURS.format(a="a", b="b")} AND a:GRAPH AND b:GRAPH, false)
RETURN o.id AS id, type(r) AS type, labels(other) AS labels, elementId(r) AS relationship
"""
_DECORATED = """
UNWIND $ids AS id MATCH (o:GRAPH {id: id})
WHERE any(k IN keys(o) WHERE NOT k IN $keys) OR any(l IN labels(o) WHERE NOT l IN $labels AND l <> $graph) RETURN o.id AS id
"""


class LoadPlan(NamedTuple):
    """Ids of the nodes that a load changes.

    ``changed`` nodes get other properties or labels, ``relinked`` nodes other relationships. ``decorated`` are the removed nodes that have
    labels or properties of others.
    """

    added: Sequence[str]
    removed: Sequence[str]
    changed: Sequence[str]
    relinked: Sequence[str]
    decorated: Sequence[str] = ()

    @property
    def nodes(self) -> int:
        """Return the number of nodes that change."""
        return len(self.added) + len(self.removed) + len({*self.changed, *self.relinked})


def values(record: StagedRecord, tally: RowTally) -> dict[str, Any]:
    """Return the parameters of the queries: the names of terms, the labels and types of both graphs, and the property keys."""
    return {
        "names": tally.names,
        "labels": sorted({*record.labels, *tally.labels}),
        "types": sorted({*record.types, *tally.types}),
        "keys": NODE_KEYS,
        "numbers": NUMBERS,
        "no_node": dict.fromkeys(NODE_KEYS),
        "no_edge": dict.fromkeys(EDGE_KEYS),
    }


def plan(server: Neo4jServer, place: Place, parameters: Mapping[str, Any]) -> LoadPlan:
    """Compare the staged graph with the graph in place.

    Raises StoreError if a node to remove has relationships of others.
    """

    def ids(query: str, **more: Any) -> list[str]:
        return [row["id"] for row in server.run(place.filled(query), **parameters, **more)]

    removed = ids(_REMOVED)
    refuse_linked(server, place, parameters, removed)
    decorated = [id for chunk in chunks(removed) for id in ids(_DECORATED, ids=chunk, graph=place.graph)]
    return LoadPlan(ids(_ADDED), removed, ids(_CHANGED), ids(_RELINKED), decorated)


def refuse_linked(server: Neo4jServer, place: Place, parameters: Mapping[str, Any], removed: Sequence[str]) -> None:
    """Raise StoreError, with one example, if nodes to remove have relationships of others."""
    held = {row["relationship"]: row for chunk in chunks(removed) for row in server.run(place.filled(_LINKED), ids=chunk, **parameters)}
    if held:
        row = min(held.values(), key=lambda row: (row["id"], row["type"], row["labels"]))
        other = "".join(f":{label}" for label in sorted(row["labels"]))
        raise StoreError(
            f"{server.target}: expected no relationships of others at nodes that the new graph no longer has, got {len(held)}, for example "
            f"{row['type']} between {row['id']} and a node ({other}); remove these relationships, and load again"
        )


def chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the ids in slices of up to ``CHUNK``."""
    return (ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK))
