"""Rows for the rules go through bytes and keep every column that a rule reads."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, claims, laws

from kgbuild.model.graph import Claim, Edge, Node, Statement
from kgbuild.pipeline.engine.audit_rows import decode_rows, encode_rows
from kgbuild.transform.merge import Merger, RunIndex

#: The columns that no rule about the graph reads.
UNREAD = {"primary_knowledge_source": None, "aggregator_knowledge_source": (), "links": None}


@laws
@given(st.lists(claims, max_size=6))
def test_nodes_and_edges_come_back_with_their_kinds(claims: list[Claim[Statement]]) -> None:
    merger = Merger(MAPPING, RunIndex(resources=frozenset()))
    merged = [merger.merge([claim]) for claim in claims]
    nodes: list[Node] = [node for one in merged for node in one.nodes]
    edges: list[Edge] = [edge for one in merged for edge in one.edges]
    found, back = decode_rows([encode_rows(one.nodes, one.edges) for one in merged])
    assert [(type(node), node.id, node.category, node.declared_in, node.stub) for node in found] == [
        (type(node), node.id, node.category, node.declared_in, node.stub) for node in nodes
    ]
    assert [(type(edge), edge) for edge in back] == [(type(edge), msgspec.structs.replace(edge, **UNREAD)) for edge in edges]


def test_no_rows() -> None:
    assert decode_rows([encode_rows([], [])]) == decode_rows([]) == ([], [])
