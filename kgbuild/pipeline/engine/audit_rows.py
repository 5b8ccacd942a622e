"""Encode the columns of nodes and edges that rules read, so that workers can send them, and decode them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, cast, get_type_hints

import msgspec
from msgspec import Struct, defstruct

from kgbuild.model.audit import AuditEdge, AuditNode

_Share = Callable[[Any, Any], Any]


def _columns(of: type) -> list[tuple[str, Any]]:
    """Return the names and types of the properties of a protocol."""
    return [(name, get_type_hints(value.fget)["return"]) for name, value in vars(of).items() if isinstance(value, property)]


def _row(name: str, of: type) -> type[Struct]:
    return defstruct(name, _columns(of), frozen=True, array_like=True, gc=False, module=__name__)


#: Generated from the protocols, so that no column that rules read can be missing here.
NodeRow, EdgeRow = _row("NodeRow", AuditNode), _row("EdgeRow", AuditEdge)
_node_values, _edge_values = attrgetter(*NodeRow.__struct_fields__), attrgetter(*EdgeRow.__struct_fields__)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[list[NodeRow], list[EdgeRow]]).decode  # type: ignore[valid-type]  # defined above


def encode_rows(nodes: Sequence[AuditNode], edges: Sequence[AuditEdge]) -> bytes:
    """Encode the rows of some nodes and edges."""
    return _encode(([_node_values(node) for node in nodes], [_edge_values(edge) for edge in edges]))


def decode_rows(chunks: Iterable[bytes]) -> tuple[list[AuditNode], list[AuditEdge]]:
    """Decode the rows of all chunks. Equal values become one object, since an id occurs in its node and in every edge at that node."""
    shared: dict[Any, Any] = {}
    nodes: list[AuditNode] = []
    edges: list[AuditEdge] = []
    for chunk in chunks:
        node_rows, edge_rows = _decode(chunk)
        nodes += [cast("AuditNode", NodeRow(*_shared(_node_values(row), shared.setdefault))) for row in node_rows]
        edges += [cast("AuditEdge", EdgeRow(*_shared(_edge_values(row), shared.setdefault))) for row in edge_rows]
    return nodes, edges


def _shared(values: Iterable[Any], share: _Share) -> list[Any]:
    return [share(value, value) for value in values]
