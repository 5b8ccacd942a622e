"""The columns of nodes and edges that rules about the graph read, as bytes that workers send back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import msgspec

from kgbuild.model.graph import EDGE_TYPES, Edge, Node, node_types

_NODE = ("id", "category", "iri", "declared_in", "stub", "kgrs_category")
_EDGE = (
    "id", "subject", "predicate", "object", "category", "knowledge_level", "agent_type", "relation_type", "source_role", "declared_in",
    "within_owner", "original_predicate", "original_object", "original_objects", "products",
)  # fmt: skip
_node_values, _edge_values = attrgetter(*_NODE), attrgetter(*_EDGE)
_NODE_TYPES = {made.__name__: made for made in node_types()}
_EDGE_TYPES = {made.__name__: made for made in EDGE_TYPES.values()}
_Rows = list[tuple[str, list[Any]]]
_encode, _decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(tuple[_Rows, _Rows]).decode


def encode_rows(nodes: Sequence[Node], edges: Sequence[Edge]) -> bytes:
    """The rows of some nodes and edges: the name of the type of each, and its columns in the order of _NODE and _EDGE."""
    return _encode(([(type(n).__name__, _node_values(n)) for n in nodes], [(type(e).__name__, _edge_values(e)) for e in edges]))


def decode_rows(chunks: Iterable[bytes]) -> tuple[list[Node], list[Edge]]:
    """Nodes and edges with the columns of _NODE and _EDGE."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for chunk in chunks:
        node_rows, edge_rows = _decode(chunk)
        nodes += [_NODE_TYPES[made](**_lists(zip(_NODE, values, strict=True))) for made, values in node_rows]
        edges += [_EDGE_TYPES[made](**_lists(zip(_EDGE, values, strict=True))) for made, values in edge_rows]
    return nodes, edges


def _lists(columns: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: tuple(value) if type(value) is list else value for name, value in columns}
