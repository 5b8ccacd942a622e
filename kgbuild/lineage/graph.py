"""Build the provenance graph from nodes and edges: who publishes which product, which sources it was made from, and what supersedes what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from kgbuild.model.audit import AuditEdge, AuditNode
from kgbuild.model.graph import EdgeKind

#: The kinds of edge for sources, ownership and replacement.
_KINDS: tuple[EdgeKind, ...] = ("derived_from", "has_product", "superseded_by")


class UpstreamSteps(NamedTuple):
    """The targets of one step upstream, sorted and unique: ``owners`` (own resources), ``siblings`` (same owner) and ``foreign`` sources."""

    owners: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


class ProvenanceGraph:
    """The provenance of a run. Keys are node ids (CURIEs). Edges between resources that ``--rollup`` adds are left out."""

    def __init__(self, nodes: Iterable[AuditNode], edges: Iterable[AuditEdge]) -> None:
        self.nodes: Mapping[str, AuditNode] = {node.id: node for node in nodes}
        self._edges: dict[EdgeKind, list[AuditEdge]] = {kind: [] for kind in _KINDS}
        for edge in edges:
            if edge.kind in self._edges:
                self._edges[edge.kind].append(edge)

    @cached_property
    def derivations(self) -> dict[str, list[AuditEdge]]:
        """The `derived_from` edges of each product or resource that states sources, in the order of the graph."""
        return _by_subject(self._edges["derived_from"])

    @cached_property
    def steps(self) -> dict[str, UpstreamSteps]:
        """One step upstream from each node that states sources, in the order of the graph."""
        return {id: _steps(edges, self.owners.get(id, ())) for id, edges in self.derivations.items()}

    @cached_property
    def cited(self) -> set[str]:
        """All sources, without the own resources of products."""
        return {id for steps in self.steps.values() for id in (*steps.siblings, *steps.foreign)}

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
        """Return the derivations of a product from products and resources of other owners."""
        return [edge for edge in self.derivations.get(product, ()) if not edge.within_owner]

    def recited(self) -> list[str]:
        """The products that state sources and are themselves a source of a product, sorted. Every cycle of products consists of these."""
        return sorted(self.cited & self.steps.keys())

    def owners_of(self, id: str) -> tuple[str, ...]:
        """Return the owners of a source. A product without a record has the owner in its id (SPEC §1); a resource is its own owner."""
        owners = self.owners.get(id)
        if owners is not None:
            return owners
        prefix, colon, name = id.partition(":")
        return (f"{prefix}{colon}{name.partition('.')[0]}",) if self.is_product(id) else (id,)

    def is_product(self, id: str) -> bool:
        """Return whether a node is a product; False for an unknown id."""
        node = self.nodes.get(id)
        return node is not None and node.is_product

    def is_resource(self, id: str) -> bool:
        """Return whether a record describes a resource with this id. The same id can be that of a product."""
        node = self.nodes.get(id)
        return node is not None and node.is_resource and not node.stub

    def category(self, id: str) -> str:
        """Return the specific class of a node without its prefix (`Aggregator`, `GraphProduct`); an empty text for an unknown id."""
        return self.specific_class(id).partition(":")[2]

    def specific_class(self, id: str) -> str:
        """Return the specific class of a node as a CURIE (`kgrs:Aggregator`, `kgrs:GraphProduct`); an empty text for an unknown id."""
        node = self.nodes.get(id)
        return (node.kgrs_category or node.category[0]) if node else ""


def _by_subject(edges: Iterable[AuditEdge]) -> dict[str, list[AuditEdge]]:
    found: defaultdict[str, list[AuditEdge]] = defaultdict(list)
    for edge in edges:
        found[edge.subject].append(edge)
    return dict(found)


def _steps(edges: Sequence[AuditEdge], owners: tuple[str, ...]) -> UpstreamSteps:
    foreign = [edge.object for edge in edges if not edge.within_owner]
    if len(foreign) == len(edges):
        return UpstreamSteps((), (), unique(foreign))
    within = [edge.object for edge in edges if edge.within_owner]
    if len(within) == 1:  # as of most products: their own resource
        own, siblings = (tuple(within), ()) if within[0] in owners else ((), tuple(within))
        return UpstreamSteps(own, siblings, unique(foreign))
    return UpstreamSteps(unique([id for id in within if id in owners]), unique([id for id in within if id not in owners]), unique(foreign))


def unique(ids: list[str]) -> tuple[str, ...]:
    """Return the ids without duplicates, sorted."""
    return tuple(sorted(set(ids))) if len(ids) > 1 else tuple(ids)
