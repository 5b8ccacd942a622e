"""Answer the named questions about lineage (SPEC §8) with kgbuild.lineage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from kgbuild.lineage.graph import ProvenanceGraph
from kgbuild.lineage.upstream import Reached, Upstream
from kgbuild.mapping.load import RegistryMapping
from kgbuild.pipeline.artifact import Build, first_of
from kgbuild.query.answers import Answer
from kgbuild.query.rows import read_rows

#: The formats that can be read.
FORMATS = ("kgx-jsonl",)


def chosen(build: Build) -> str:
    """Return the format that the graph is read from. Raises UsageError if the build does not have it."""
    return first_of(build, FORMATS, todo="kgx-jsonl")


def load(build: Build, vocabulary: RegistryMapping) -> Upstream:
    """Return the upstreams of a build's graph. Raises UsageError for a build that was made with other mappings."""
    return Upstream(ProvenanceGraph(*read_rows(build, vocabulary, "use --sql")), vocabulary.not_data)


class LineageQuestion(NamedTuple):
    """The function that answers a named question. ``nodes`` are the columns that contain ids of nodes."""

    answer: Callable[[Upstream, str], Answer]
    nodes: tuple[str, ...]


def _upstream(upstream: Upstream, id: str) -> Answer:
    nodes = upstream.graph.nodes
    rows = [
        (depth, grade, source, nodes[source].license, nodes[source].name) for depth, grade, source in _in_order(upstream.of(id).items())
    ]
    return Answer(("depth", "grade", "source", "license", "name"), rows)


def _affected(upstream: Upstream, id: str) -> Answer:
    nodes = upstream.graph.nodes
    found = upstream.affected(id, among={product for product, node in nodes.items() if node.is_product})
    rows = [(depth, grade, product, nodes[product].name) for depth, grade, product in _in_order(found.items())]
    return Answer(("depth", "grade", "product", "name"), rows)


def _in_order(found: Iterable[tuple[str, Reached]]) -> list[tuple[int, str, str]]:
    return sorted(((reached.depth, reached.grade, id) for id, reached in found), key=lambda row: (row[0], row[2]))


#: The named questions that this module answers.
QUESTIONS: Mapping[str, LineageQuestion] = MappingProxyType(
    {"affected": LineageQuestion(_affected, ("product",)), "upstream": LineageQuestion(_upstream, ("source",))}
)
