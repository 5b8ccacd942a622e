"""Restore the kinds of nodes and edges that were read from an export, by their classes and predicates (SPEC §3)."""

from __future__ import annotations

from typing import Any

import msgspec

from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import EDGE_TYPES, NODE_TYPES, DescribedProductNode, Edge, EdgeKind, Kind, Node

_asdict = msgspec.structs.asdict


class KindReader:
    """Restores the kinds of rows that were written with one mapping. Raises KeyError for rows written with another mapping."""

    def __init__(self, mapping: RegistryMapping) -> None:
        self._kinds: dict[str, Kind] = {
            curie: kind for kind in NODE_TYPES for rule in (getattr(mapping.categories, kind),) for curie in (rule.class_, rule.biolink)
        }
        self._edges: dict[str, EdgeKind] = {rule.registry: kind for kind, rule in mapping.provenance.edges.items() if kind != "rollup"}

    def node(self, row: Node) -> Node:
        """Return the node of a row: a resource, a product, both, an organization or a page, by its categories."""
        kinds = {self._kinds[curie] for curie in row.category if curie in self._kinds}
        node_type = DescribedProductNode if kinds == {"resource", "product"} else NODE_TYPES[min(kinds)]
        properties: dict[str, Any] = _asdict(row)
        return node_type(**properties)

    def edge(self, row: Edge) -> Edge:
        """Return the edge of a row by its registry predicate. A derived_from edge with a number of products is a rollup."""
        kind = self._edges[row.original_predicate or row.predicate]
        properties: dict[str, Any] = _asdict(row)
        return EDGE_TYPES["rollup" if kind == "derived_from" and row.products is not None else kind](**properties)
