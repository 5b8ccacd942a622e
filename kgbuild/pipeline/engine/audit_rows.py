"""Encode the columns of nodes and edges that rules read, so that workers can send them, and decode them.

Rows are encoded column by column, so that a chunk becomes rows in C code: 0.5 instead of 1.0 s for 240,000 rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, cast, get_type_hints

import msgspec
from msgspec import Struct, defstruct

from kgbuild.model.audit import AuditEdge, AuditNode


def _columns(of: type) -> list[tuple[str, Any]]:
    """Return the names and types of the properties of a protocol."""
    return [(name, get_type_hints(value.fget)["return"]) for name, value in vars(of).items() if isinstance(value, property)]


def _row(name: str, of: type) -> type[Struct]:
    return defstruct(name, _columns(of), frozen=True, gc=False, module=__name__)


def _table(of: type) -> Any:
    """Return the type of the encoded rows: a list of values for each column."""
    return tuple[tuple(list[type] for _, type in _columns(of))]  # type: ignore[misc,valid-type]  # generated from the protocol


#: Generated from the protocols, so that no column that rules read can be missing here.
NodeRow, EdgeRow = _row("NodeRow", AuditNode), _row("EdgeRow", AuditEdge)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[_table(AuditNode), _table(AuditEdge)]).decode  # type: ignore[misc]  # generated


def encode_rows(nodes: Sequence[AuditNode], edges: Sequence[AuditEdge]) -> bytes:
    """Encode the rows of some nodes and edges."""
    return _encode((_encoded(NodeRow, nodes), _encoded(EdgeRow, edges)))


def _encoded(row: type[Struct], items: Sequence[Any]) -> list[list[Any]]:
    return [list(map(attrgetter(column), items)) for column in row.__struct_fields__]


def decode_rows(chunks: Iterable[bytes]) -> tuple[list[AuditNode], list[AuditEdge]]:
    """Decode the rows of all chunks. Equal values become one object, since an id occurs in its node and in every edge at that node."""
    share = dict[Any, Any]().setdefault
    nodes: list[AuditNode] = []
    edges: list[AuditEdge] = []
    for chunk in chunks:
        node_columns, edge_columns = _decode(chunk)
        nodes += cast("Iterator[AuditNode]", map(NodeRow, *(map(share, column, column) for column in node_columns)))
        edges += cast("Iterator[AuditEdge]", map(EdgeRow, *(map(share, column, column) for column in edge_columns)))
    return nodes, edges
