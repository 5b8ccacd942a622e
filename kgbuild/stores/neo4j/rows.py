"""Read the rows of a build for Neo4j: nodes and edges in batches, the names of their labels and types, and their counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from kgbuild.errors import UsageError
from kgbuild.model.graph import Edge, Node
from kgbuild.model.ids import plain_name
from kgbuild.pipeline.artifact import Build
from kgbuild.writers.columns import columns

#: The properties that kgbuild writes to nodes and relationships. All others belong to users.
NODE_KEYS, EDGE_KEYS = (tuple(column.name for column in columns(type)) for type in (Node, Edge))
#: Properties that are compared by type too, because 1 = 1.0 in Cypher.
NUMBERS = tuple(column.name for column in columns(Node) if column.type == "number")
#: A batch ends at this number of rows or bytes, whichever comes first. It needs about 10 MB of heap in the server.
_ROWS, _BYTES = 2_000, 2 * 2**20
#: Prefixes of labels and types that kgbuild uses internally.
RESERVED = ("kgbuild_", "KgbuildStaged_", "KgbuildLoad")
_decode = msgspec.json.Decoder(dict[str, Any]).decode


T = TypeVar("T")


class _Category(msgspec.Struct, gc=False):
    category: tuple[str, ...]


class _Predicate(msgspec.Struct, gc=False):
    predicate: str


class RowTally(NamedTuple):
    """The numbers of nodes and relationships of a build, in total and by label and type. ``names`` maps CURIEs of terms to labels and types."""

    nodes: int
    relationships: int
    labels: Mapping[str, int]
    types: Mapping[str, int]
    names: Mapping[str, str]


def tally(build: Build, own: str) -> RowTally:
    """Count the rows of a build. The prefix ``own`` is removed from the names of labels and types.

    Raises UsageError if the number of rows differs from the manifest, or if a term has a name that kgbuild uses internally.
    """
    names: dict[str, str] = {}

    def named(curie: str) -> str:
        if curie not in names:
            names[curie] = plain_name(curie, own)
            if names[curie].startswith(RESERVED):
                raise UsageError(
                    f"{curie}: expected a term with a name that kgbuild does not use internally, got {names[curie]}; rename the term"
                )
        return names[curie]

    nodes, labels, types = 0, Counter[str](), Counter[str]()
    for node in _rows(build.path("_nodes.jsonl"), _Category):
        nodes += 1
        labels.update({named(curie) for curie in node.category})
    for edge in _rows(build.path("_edges.jsonl"), _Predicate):
        types[named(edge.predicate)] += 1
    relationships = types.total()
    for ending, rows in (("_nodes.jsonl", nodes), ("_edges.jsonl", relationships)):
        if rows != build.written(ending).rows:
            raise UsageError(
                f"{build.path(ending)}: expected {build.written(ending).rows} rows as in the manifest, got {rows}; export again"
            )
    return RowTally(nodes, relationships, dict(sorted(labels.items())), dict(sorted(types.items())), names)


def _rows(path: Path, type: type[T]) -> Iterator[T]:
    decode = msgspec.json.Decoder(type).decode
    with path.open("rb") as file:
        yield from map(decode, file)


def batches(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of a JSON Lines file in batches. The memory does not grow with the file."""
    rows: list[dict[str, Any]] = []
    size = 0
    with path.open("rb") as file:
        for line in file:
            rows.append(_decode(line))
            size += len(line)
            if len(rows) >= _ROWS or size >= _BYTES:
                yield rows
                rows, size = [], 0
    if rows:
        yield rows
