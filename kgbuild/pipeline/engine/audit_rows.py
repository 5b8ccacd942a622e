"""What rules about the graph need of nodes and edges, as bytes that workers send back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter

import msgspec
from msgspec import Struct

from kgbuild.model.graph import Edge, Node


class AuditRows(Struct, frozen=True, array_like=True):
    """What rules about the graph need of some nodes and edges: of each the fields that _NODE and _EDGE name."""

    nodes: list[tuple[str, tuple[str, ...], tuple[str, ...], bool | None, str | None]]
    edges: list[
        tuple[str, str, str, str | None, str | None, tuple[str, ...], bool | None, str | None, str | None, tuple[str, ...], int | None]
    ]


_NODE = ("id", "category", "declared_in", "stub", "kgrs_category")
_EDGE = (
    "subject", "predicate", "object", "relation_type", "source_role", "declared_in", "within_owner", "original_predicate", "original_object",
    "original_objects", "products",
)  # fmt: skip
_of_node, _of_edge = attrgetter(*_NODE), attrgetter(*_EDGE)
_encode_facts, _decode_facts = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(AuditRows).decode


def known(chunks: Iterable[bytes]) -> tuple[list[Node], list[Edge]]:
    """Nodes and edges with no more than what rules about the graph need, from the facts of all chunks."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for chunk in chunks:
        facts = _decode_facts(chunk)
        nodes += [Node(i, c, "", declared_in=by, stub=stub, kgrs_category=own) for i, c, by, stub, own in facts.nodes]
        edges += [
            Edge("", s, p, o, (), "", "", relation, role, None, (), by, within, written, old, olds, None, products)  # type: ignore[arg-type]  # roles
            for s, p, o, relation, role, by, within, written, old, olds, products in facts.edges
        ]
    return nodes, edges


def facts_of(nodes: Sequence[Node], edges: Sequence[Edge]) -> bytes:
    """The facts of some nodes and edges, encoded."""
    return _encode_facts((list(map(_of_node, nodes)), list(map(_of_edge, edges))))
