"""Define the grades of paths upstream, and give the walks of each grade (SPEC §8). Rules and queries use the same walks."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from kgbuild.lineage.cycles import cycle_groups
from kgbuild.lineage.graph import ProvenanceGraph
from kgbuild.lineage.walks import Walks

#: How certain a path is. `stated`: records state every step. `possible`: the path leaves a resource through one of its data products, or
#: through any product if it has none. `remote`: it leaves a resource with data products through a product that is not data.
Grade = Literal["stated", "possible", "remote"]
#: The grades, best first.
GRADES: tuple[Grade, ...] = ("stated", "possible", "remote")
#: The grades that rules use, best first.
AUDITED: tuple[Grade, ...] = ("stated", "possible")


class GradedWalks:
    """The walks upstream in one graph by grade. ``not_data`` are the specific classes (CURIEs) of products that are not data.

    The walks of a grade take all steps of that grade and of better ones.
    """

    def __init__(self, graph: ProvenanceGraph, not_data: Container[str]) -> None:
        self.graph, self._not_data = graph, not_data

    @cached_property
    def stated(self) -> Walks:
        """The walks over steps that records state."""
        return Walks(self.graph, lambda _: ())

    @cached_property
    def possible(self) -> Walks:
        """The walks that also leave a resource through its data products, or through any product if none is data."""
        return Walks(self.graph, self.data_products)

    @cached_property
    def remote(self) -> Walks:
        """The walks that leave a resource through any of its products."""
        return Walks(self.graph) if self.others else self.possible

    @cached_property
    def by_grade(self) -> Mapping[Grade, Walks]:
        """The walks of each grade, the best grade first."""
        return MappingProxyType({"stated": self.stated, "possible": self.possible, "remote": self.remote})

    def data_products(self, resource: str) -> tuple[str, ...]:
        """Return the data products of a resource, or all of its products if none is data."""
        products = self.graph.products.get(resource, ())
        if self.others.isdisjoint(products):
            return products
        return tuple(id for id in products if id not in self.others) or products

    @cached_property
    def circles(self) -> Mapping[str, int]:
        """The number of nodes in the strongly connected component of each node that is on a cycle, by steps of all grades.

        A walk from a product can come back to its own resource only if the resource is one of these nodes, whatever the grade of the walk.
        """
        leads: dict[str, tuple[str, ...]] = {}
        for id in (*self.graph.products, *self.graph.steps):
            _, siblings, foreign = self.remote.steps(id)
            leads[id] = (*siblings, *foreign)
        return {id: len(group) for group in cycle_groups(leads) for id in group}

    @cached_property
    def others(self) -> frozenset[str]:
        """The ids of all products that are not data."""
        nodes = self.graph.nodes.values()
        found = (node.id for node in nodes if (node.kgrs_category or node.category[0]) in self._not_data)
        return frozenset(id for id in found if id in self.graph.owners)
