"""Nodes and edges -> the provenance graph: who publishes which product, what each was made from, and what replaces what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from kgbuild.model.audit import AuditEdge, AuditNode
from kgbuild.model.graph import EdgeKind

#: The kinds of edge that say where something comes from, whose it is, and what takes its place.
_KINDS: tuple[EdgeKind, ...] = ("derived_from", "has_product", "superseded_by")


class ProvenanceGraph:
    """The provenance of a run. Keys are node ids (CURIEs) throughout; edges between resources made by ``--rollup`` are left out."""

    def __init__(self, nodes: Iterable[AuditNode], edges: Iterable[AuditEdge]) -> None:
        self.nodes: Mapping[str, AuditNode] = {node.id: node for node in nodes}
        self._edges: dict[EdgeKind, list[AuditEdge]] = {kind: [] for kind in _KINDS}
        for edge in edges:
            if edge.kind in self._edges:
                self._edges[edge.kind].append(edge)

    @cached_property
    def derivations(self) -> dict[str, list[AuditEdge]]:
        """The `derived_from` edges of each product, in the order of the graph."""
        return _by_subject(self._edges["derived_from"])

    @cached_property
    def successors(self) -> dict[str, list[AuditEdge]]:
        """The `superseded_by` edges of each resource."""
        return _by_subject(self._edges["superseded_by"])

    @property
    def ownerships(self) -> list[AuditEdge]:
        """The `has_product` edges, in the order of the graph."""
        return self._edges["has_product"]

    @cached_property
    def owners(self) -> dict[str, tuple[str, ...]]:
        """The owners of each product, sorted."""
        found: dict[str, tuple[str, ...]] = {}
        for edge in self._edges["has_product"]:
            owners = found.get(edge.object)
            found[edge.object] = (edge.subject,) if owners is None else tuple(sorted({*owners, edge.subject}))
        return found

    @cached_property
    def products(self) -> dict[str, tuple[str, ...]]:
        """The products of each resource that owns any, sorted."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for product, owners in self.owners.items():
            for owner in owners:
                found[owner].append(product)
        return {owner: tuple(sorted(owned)) for owner, owned in found.items()}

    def foreign(self, product: str) -> list[AuditEdge]:
        """The derivations of a product from what other owners publish."""
        return [edge for edge in self.derivations.get(product, ()) if not edge.within_owner]

    def is_product(self, id: str) -> bool:
        """Whether a node is a product; False for what is not there."""
        node = self.nodes.get(id)
        return node is not None and node.is_product

    def is_resource(self, id: str) -> bool:
        """Whether a record describes a resource of this id; one id may be a resource's and a product's."""
        node = self.nodes.get(id)
        return node is not None and node.is_resource and not node.stub

    def category(self, id: str) -> str:
        """The specific class of a node without its prefix: `Aggregator`, `GraphProduct`; "" for what is not there."""
        node = self.nodes.get(id)
        return (node.kgrs_category or node.category[0]).partition(":")[2] if node else ""


def _by_subject(edges: Iterable[AuditEdge]) -> dict[str, list[AuditEdge]]:
    found: defaultdict[str, list[AuditEdge]] = defaultdict(list)
    for edge in edges:
        found[edge.subject].append(edge)
    return dict(found)
