"""Rows of an export that are read back -> nodes and edges with their kinds, which their classes and predicates state (SPEC §3)."""

from __future__ import annotations

from typing import Any

import msgspec

from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import EDGE_TYPES, NODE_TYPES, DescribedProductNode, Edge, EdgeKind, Kind, Node

_asdict = msgspec.structs.asdict


class KindReader:
    """The kinds of rows that were written under one mapping. Its methods raise KeyError for a row that was written under another."""

    def __init__(self, mapping: RegistryMapping) -> None:
        self._kinds: dict[str, Kind] = {
            curie: kind for kind in NODE_TYPES for rule in (getattr(mapping.categories, kind),) for curie in (rule.class_, rule.biolink)
        }
        self._edges: dict[str, EdgeKind] = {rule.registry: kind for kind, rule in mapping.provenance.edges.items() if kind != "rollup"}

    def node(self, row: Node) -> Node:
        """The node of a row: a resource, a product, both, an organization or a page, by the classes among its categories."""
        kinds = {self._kinds[curie] for curie in row.category if curie in self._kinds}
        made = DescribedProductNode if kinds == {"resource", "product"} else NODE_TYPES[min(kinds)]
        properties: dict[str, Any] = _asdict(row)
        return made(**properties)

    def edge(self, row: Edge) -> Edge:
        """The edge of a row, by our own predicate; derived_from with a number of products behind it was rolled up."""
        kind = self._edges[row.original_predicate or row.predicate]
        properties: dict[str, Any] = _asdict(row)
        return EDGE_TYPES["rollup" if kind == "derived_from" and row.products is not None else kind](**properties)
