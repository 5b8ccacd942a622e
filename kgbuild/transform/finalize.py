"""Build the nodes and edges that depend on the whole graph: pages, stubs and rolled-up edges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import Claim, Difference, Edge, Kind, Node, PageStatement
from kgbuild.transform.links import Addresses
from kgbuild.transform.merge import Merger, Need, RunIndex


class Block(NamedTuple):
    """A part of the graph, with the data that the final step needs from it.

    ``nodeless`` are ids with claims that have no node, ``stale`` the files of generated pages of unlisted products.
    """

    nodes: list[Node]
    edges: list[Edge]
    needs: list[Need]
    addresses: list[tuple[str, str]]
    nodeless: list[str]
    stale: list[str]
    differences: list[Difference]


class Finalizer:
    """Collects blocks, and then builds pages, stubs and rolled-up edges."""

    def __init__(self, mapping: RegistryMapping, index: RunIndex, *, rollup: bool) -> None:
        self._mapping = mapping
        self._merger = Merger(mapping, index)
        self._needs: defaultdict[tuple[Kind, str], set[str]] = defaultdict(set)
        self._addresses: list[tuple[str, str]] = []
        self._nodeless: set[str] = set()
        self._rollup = Rollup(mapping) if rollup else None

    def add(self, block: Block) -> None:
        """Collect the data of a block."""
        for need in block.needs:
            self._needs[need.kind, need.id].update(need.by)
        self._addresses.extend(block.addresses)
        self._nodeless.update(block.nodeless)
        if self._rollup:
            self._rollup.add(block)

    def block(self, pages: Iterable[Claim[PageStatement]], described: Iterable[Collection[str]]) -> Block:
        """Return the remaining nodes and edges, after all blocks were added.

        ``pages`` are the claims of documentation pages, ``described`` the ids (CURIEs) that have claims, in one collection or several.
        """
        block = Block([], [], [], [], [], [], [])
        for merged in self._pages(pages):
            block.nodes.extend(merged[0])
            block.edges.extend(merged[1])
        if self._rollup:
            block.edges.extend(self._rollup.edges(self._merger))
        block.nodes.extend(self._stubs(described))
        return block

    def _pages(self, pages: Iterable[Claim[PageStatement]]) -> Iterator[tuple[list[Node], list[Edge]]]:
        groups: defaultdict[str, list[Claim[PageStatement]]] = defaultdict(list)
        for claim in pages:
            groups[claim.about].append(claim)
        addresses = Addresses(self._addresses) if groups else None
        for about in sorted(groups):
            if addresses is not None:
                merged = self._merger.pages(groups[about], addresses)
                yield merged.nodes, merged.edges

    def _stubs(self, described: Iterable[Collection[str]]) -> Iterator[Node]:
        """Yield a node for each id that an edge requires and no claim describes, sorted by id."""
        required = {self._mapping.curie(kind, id): Need(kind, id, tuple(sorted(by))) for (kind, id), by in self._needs.items()}
        claimed: set[str] = set()
        for curies in described:
            claimed |= required.keys() & curies
        for curie in sorted(required.keys() - (claimed - self._nodeless)):
            yield self._merger.stub(required[curie])


class Rollup:
    """Builds the edges of ``--rollup``: derived_from between the owners of products and of sources, with the number of products.

    The edges require no additional nodes: an owner is the subject of a has_product edge, or a resource of the run.
    """

    def __init__(self, mapping: RegistryMapping) -> None:
        self._curie = mapping.curie
        self._owners: defaultdict[str, list[str]] = defaultdict(list)
        self._stub_owners: dict[str, str] = {}
        self._derived: list[Edge] = []

    def add(self, block: Block) -> None:
        """Collect the derivations and owners of a block. All are kept, since a later block can contain the owner of a source."""
        for edge in block.edges:
            if edge.kind == "derived_from":
                self._derived.append(edge)
            elif edge.kind == "has_product":
                self._owners[edge.object].append(edge.subject)
        for need in block.needs:
            if need.owner is not None:
                self._stub_owners[self._curie(need.kind, need.id)] = self._curie("resource", need.owner)

    def _owners_of(self, source: str) -> list[str]:
        """Return the owners of a source: for a stub product the resource in its id, and without an owner the source itself."""
        return self._owners.get(source) or [self._stub_owners.get(source, source)]

    def edges(self, merger: Merger) -> list[Edge]:
        """Return the rolled-up edges, sorted by subject and object."""
        products: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        declared: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for edge in self._derived:
            for subject in self._owners.get(edge.subject, ()):
                for object in self._owners_of(edge.object):
                    if subject != object:
                        products[subject, object].add(edge.subject)
                        declared[subject, object].update(edge.declared_in)
        return [merger.rolled_up(s, o, declared[s, o], len(products[s, o])) for s, o in sorted(products)]
