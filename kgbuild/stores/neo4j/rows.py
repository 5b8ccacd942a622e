"""The rows of a build as Neo4j takes them: nodes and edges in batches, with what their labels and types are called, and how many there are."""

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

#: The properties that kgbuild gives to nodes and to relationships; any others are somebody else's.
NODE_KEYS, EDGE_KEYS = (tuple(column.name for column in columns(type)) for type in (Node, Edge))
#: Those whose values are whole or not: Cypher's `=` does not tell 1 from 1.0.
NUMBERS = tuple(column.name for column in columns(Node) if column.type == "number")
#: Rows and bytes of a batch, whichever comes first: some 10 MB of heap in the server.
_ROWS, _BYTES = 2_000, 2 * 2**20
#: What the labels and types begin with that kgbuild needs for itself.
RESERVED = ("kgbuild_", "KgbuildStaged_", "KgbuildLoad")
_decode = msgspec.json.Decoder(dict[str, Any]).decode


T = TypeVar("T")


class _Category(msgspec.Struct, gc=False):
    category: tuple[str, ...]


class _Predicate(msgspec.Struct, gc=False):
    predicate: str


class RowTally(NamedTuple):
    """How many nodes and relationships a build has, in all and by label and type; ``names`` are those of its CURIEs."""

    nodes: int
    relationships: int
    labels: Mapping[str, int]
    types: Mapping[str, int]
    names: Mapping[str, str]


def tally(build: Build, own: str) -> RowTally:
    """Count the rows of a build; terms under the prefix ``own`` are labels and types without it.

    Raises UsageError where the rows are not as many as the manifest says, and for a term whose name kgbuild needs for itself.
    """
    names: dict[str, str] = {}

    def named(curie: str) -> str:
        if curie not in names:
            names[curie] = plain_name(curie, own)
            if names[curie].startswith(RESERVED):
                raise UsageError(
                    f"{curie}: expected a term whose name kgbuild does not need for itself, got {names[curie]}; name it otherwise"
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
                f"{build.path(ending)}: expected {build.written(ending).rows} rows, as the manifest says, got {rows}; export again"
            )
    return RowTally(nodes, relationships, dict(sorted(labels.items())), dict(sorted(types.items())), names)


def _rows(path: Path, type: type[T]) -> Iterator[T]:
    decode = msgspec.json.Decoder(type).decode
    with path.open("rb") as file:
        yield from map(decode, file)


def batches(path: Path) -> Iterator[list[dict[str, Any]]]:
    """The rows of a file of JSON Lines, some at a time, so that the memory does not grow with the file."""
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
