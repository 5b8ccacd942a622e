"""Convert nodes and edges into graphs of other libraries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from kgbuild.model.graph import Edge, Node

if TYPE_CHECKING:
    import networkx
    import rdflib


def to_networkx(nodes: Iterable[Node], edges: Iterable[Edge]) -> networkx.MultiDiGraph[str]:
    """Return a MultiDiGraph whose edges are keyed by edge id, so that it keeps parallel edges. Its attributes are the properties with a value."""
    import networkx

    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    graph.add_nodes_from((node.id, _properties(node)) for node in nodes)
    for edge in edges:
        graph.add_edge(edge.subject, edge.object, edge.id, **_properties(edge))
    return graph


def _properties(item: Node | Edge) -> dict[str, Any]:
    properties: dict[str, Any] = msgspec.to_builtins(item)
    return properties


def to_rdflib(ntriples: bytes) -> rdflib.Graph:
    """Return an rdflib Graph of the N-Triples that an export writes."""
    import rdflib

    graph = rdflib.Graph()
    graph.parse(data=ntriples, format="nt")
    return graph
