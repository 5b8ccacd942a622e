"""Read the rows of a build as nodes and edges with their kinds, as the export made them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from kgbuild.errors import UsageError
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import Edge, Node
from kgbuild.pipeline.artifact import Build
from kgbuild.transform.kinds import KindReader

#: The number of lines to decode at a time.
_LINES = 10_000


def row_batches(build: Build, vocabulary: RegistryMapping, instead: str) -> Iterator[tuple[list[Node], list[Edge]]]:
    """Yield the nodes and then the edges of a build with KGX JSON Lines, in their order, in batches.

    Raises UsageError if the build was made with other mappings; ``instead`` is what to do then.
    """
    if build.manifest.mappings != vocabulary.sha256:
        raise UsageError(f"{build.folder}: expected a build made with the current mappings, got one made with others; {instead}")
    kinds = KindReader(vocabulary)
    for lines in _batches(build.path("_nodes.jsonl")):
        yield [kinds.node(msgspec.json.decode(line, type=Node)) for line in lines], []
    for lines in _batches(build.path("_edges.jsonl")):
        yield [], [kinds.edge(msgspec.json.decode(line, type=Edge)) for line in lines]


def read_rows(build: Build, vocabulary: RegistryMapping, instead: str) -> tuple[list[Node], list[Edge]]:
    """Return all nodes and edges of a build with KGX JSON Lines. Raises the errors of ``row_batches``."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for some_nodes, some_edges in row_batches(build, vocabulary, instead):
        nodes += some_nodes
        edges += some_edges
    return nodes, edges


def _batches(path: Path) -> Iterator[list[bytes]]:
    with path.open("rb") as file:
        while lines := list(islice(file, _LINES)):
            yield lines
