"""What a staged graph changes of the one that is in place: which nodes come, go and change, and which have other relationships.

What is compared is what kgbuild put there. Labels, properties and relationships of others are left out, and told where they would be lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kgbuild.errors import StoreError
from kgbuild.stores.neo4j.rows import EDGE_KEYS, NODE_KEYS, NUMBERS, RowTally
from kgbuild.stores.neo4j.server import Neo4jServer
from kgbuild.stores.neo4j.stage import Place, StagedRecord

#: Ids that go with one statement.
CHUNK = 1_000
#: What tells a relationship of ours between two nodes of the graph: users' have no such id, or stand elsewhere.
OURS = "type(r) IN $types AND r.id STARTS WITH 'urn:uuid:' AND r.subject = {a}.id AND r.object = {b}.id"
_ADDED = "MATCH (s:STAGED) WHERE NOT EXISTS { (:GRAPH {id: s.id}) } RETURN s.id AS id"
_GONE = "MATCH (o:GRAPH) WHERE NOT EXISTS { (:STAGED {id: o.id}) } RETURN o.id AS id"
#: Map equality is fast, and true unless something changed or somebody has a property of his own on the node.
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
_HELD = f"""
UNWIND $ids AS id MATCH (o:GRAPH {{id: id}})-[r]-(other) WITH o, r, other, startNode(r) AS a, endNode(r) AS b
WHERE NOT coalesce({OURS.format(a="a", b="b")} AND a:GRAPH AND b:GRAPH, false)
RETURN o.id AS id, type(r) AS type, labels(other) AS labels, elementId(r) AS relationship
"""
_DECORATED = """
UNWIND $ids AS id MATCH (o:GRAPH {id: id})
WHERE any(k IN keys(o) WHERE NOT k IN $keys) OR any(l IN labels(o) WHERE NOT l IN $labels AND l <> $graph) RETURN o.id AS id
"""


class LoadPlan(NamedTuple):
    """Ids of nodes: those to add, those to remove, those whose properties or labels change, those whose relationships do.

    ``decorated`` are ids of nodes to remove that have labels or properties of others.
    """

    added: Sequence[str]
    gone: Sequence[str]
    changed: Sequence[str]
    relinked: Sequence[str]
    decorated: Sequence[str] = ()

    @property
    def nodes(self) -> int:
        """How many nodes are touched."""
        return len(self.added) + len(self.gone) + len({*self.changed, *self.relinked})


def values(record: StagedRecord, tally: RowTally) -> dict[str, Any]:
    """What the queries want to know: names of terms, labels and types of old and new, keys."""
    return {
        "names": tally.names,
        "labels": sorted({*record.labels, *tally.labels}),
        "types": sorted({*record.types, *tally.types}),
        "keys": NODE_KEYS,
        "numbers": NUMBERS,
        "no_node": dict.fromkeys(NODE_KEYS),
        "no_edge": dict.fromkeys(EDGE_KEYS),
    }


def plan(server: Neo4jServer, place: Place, given: Mapping[str, Any]) -> LoadPlan:
    """Compare what is staged with what is in place.

    Raises StoreError where somebody's relationships hang on nodes that would go.
    """

    def ids(query: str, **more: Any) -> list[str]:
        return [row["id"] for row in server.run(place.filled(query), **given, **more)]

    gone = ids(_GONE)
    refuse_held(server, place, given, gone)
    decorated = [id for chunk in chunks(gone) for id in ids(_DECORATED, ids=chunk, graph=place.graph)]
    return LoadPlan(ids(_ADDED), gone, ids(_CHANGED), ids(_RELINKED), decorated)


def refuse_held(server: Neo4jServer, place: Place, given: Mapping[str, Any], gone: Sequence[str]) -> None:
    """Raise StoreError, which names one, where relationships of others hang on nodes that would go."""
    held = {row["relationship"]: row for chunk in chunks(gone) for row in server.run(place.filled(_HELD), ids=chunk, **given)}
    if held:
        row = min(held.values(), key=lambda row: (row["id"], row["type"], row["labels"]))
        other = "".join(f":{label}" for label in sorted(row["labels"]))
        raise StoreError(
            f"{server.target}: expected no relationship of others at nodes that the new graph has not, got {len(held)}, as {row['type']} between "
            f"{row['id']} and a node ({other}); remove them or put them at other nodes, and load again"
        )


def chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """The ids, some at a time."""
    return (ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK))
