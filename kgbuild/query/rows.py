"""The rows of a build -> nodes and edges with their kinds, as the export made them."""

from __future__ import annotations

import msgspec

from kgbuild.errors import UsageError
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import Edge, Node
from kgbuild.pipeline.artifact import Build
from kgbuild.transform.kinds import KindReader


def read_rows(build: Build, vocabulary: RegistryMapping, instead: str) -> tuple[list[Node], list[Edge]]:
    """The nodes and edges of a build with KGX JSON Lines, in their order.

    Raises UsageError where the build was made with other mappings; ``instead`` says what to do then.
    """
    if build.manifest.mappings != vocabulary.sha256:
        raise UsageError(f"{build.folder}: expected a build that was made with the mappings at hand, got one made with others; {instead}")
    kinds = KindReader(vocabulary)
    nodes = [kinds.node(msgspec.json.decode(line, type=Node)) for line in build.path("_nodes.jsonl").read_bytes().splitlines()]
    edges = [kinds.edge(msgspec.json.decode(line, type=Edge)) for line in build.path("_edges.jsonl").read_bytes().splitlines()]
    return nodes, edges
