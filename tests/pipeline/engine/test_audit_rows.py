"""Rows for the rules go through bytes and keep every column that a rule reads."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, claims, laws

from kgbuild.model.audit import AuditEdge, AuditNode
from kgbuild.model.graph import Claim, Edge, Node, Statement
from kgbuild.pipeline.engine.audit_rows import decode_rows, encode_rows
from kgbuild.transform.merge import Merger, RunIndex


@laws
@given(st.lists(claims, max_size=6))
def test_nodes_and_edges_come_back_with_their_kinds(claims: list[Claim[Statement]]) -> None:
    merger = Merger(MAPPING, RunIndex(resources=frozenset()))
    merged = [merger.merge([claim]) for claim in claims]
    nodes: list[Node] = [node for one in merged for node in one.nodes]
    edges: list[Edge] = [edge for one in merged for edge in one.edges]
    found, back = decode_rows([encode_rows(one.nodes, one.edges) for one in merged])
    assert columns(found, AuditNode) == columns(nodes, AuditNode)
    assert columns(back, AuditEdge) == columns(edges, AuditEdge)


def columns(rows: Iterable[object], of: type) -> list[dict[str, object]]:
    """Every column that the protocol of the rules names, of some nodes, edges or rows."""
    names = [name for name, value in vars(of).items() if isinstance(value, property)]
    return [{name: getattr(row, name) for name in names} for row in rows]


def test_no_rows() -> None:
    assert decode_rows([encode_rows([], [])]) == decode_rows([]) == ([], [])
