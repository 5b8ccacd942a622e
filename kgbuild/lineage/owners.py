"""Find which resources are made from which others, by the products that paths upstream go through (SPEC §8: stated and possible paths)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from kgbuild.lineage.grades import GradedWalks
from kgbuild.lineage.graph import UpstreamSteps


class OwnerCitations:
    """The citations between resources that a path upstream can use.

    A path leaves a resource by what the resource itself states, by a data product (by any product if none is data), or by the product that a
    record names as a source. It does not leave it by another product that is not data.
    """

    def __init__(self, walks: GradedWalks) -> None:
        self._walks, self._graph = walks, walks.graph

    @cached_property
    def adjacency(self) -> dict[str, Sequence[str]]:
        """The owners of the sources of each resource that has any. A list can have duplicates, and contain the resource."""
        steps, mixed, entered = self._graph.steps, self._mixed, self._entered
        plain = self._resources.keys() - mixed
        cited: dict[str, Sequence[str]] = {}
        for resource in self._resources:
            if resource in mixed or resource in entered:
                foreign = tuple(id for by in self.left_by(resource) if by in steps for id in steps[by].foreign)
            else:
                foreign = self._walks.possible.steps(resource).foreign
            owners = foreign if all(map(plain.__contains__, foreign)) else self._owners_of_all(foreign, plain)
            if owners:
                cited[resource] = owners
        return cited

    def _owners_of_all(self, sources: Sequence[str], plain: set[str]) -> list[str]:
        return [owner for id in sources for owner in ((id,) if id in plain else self._graph.owners.get(id, ()))]

    def left_by(self, resource: str) -> tuple[str, ...]:
        """Return the nodes by which a path can leave a resource: its own statement, and some of its products."""
        own = () if resource in self._mixed else (resource,)
        data = self._walks.data_products(resource)
        return (*own, *data, *(id for id in self._entered.get(resource, ()) if id not in data))

    @cached_property
    def _resources(self) -> dict[str, None]:
        """The resources that have products or state sources."""
        resources = dict.fromkeys(self._graph.products)
        resources.update((id, None) for id in self._graph.steps if id not in self._graph.owners and self._graph.is_resource(id))
        return resources

    @cached_property
    def _mixed(self) -> set[str]:
        """The resources that another one lists among its products."""
        return self._graph.owners.keys() & self._graph.products.keys()

    @cached_property
    def _entered(self) -> dict[str, list[str]]:
        """The products that are not data, but are named as sources by what a path can go through; sorted, by owner."""
        steps = self._graph.steps
        others = {id for id in self._walks.others if id in steps}
        waiting = [id for resource in self._resources for id in _named(self._walks.possible.steps(resource), others)] if others else []
        found = dict.fromkeys(waiting)
        for product in waiting:  # the list grows in the loop
            for id in _named(steps[product], others):
                if id not in found:
                    found[id] = None
                    waiting.append(id)
        by_owner: defaultdict[str, list[str]] = defaultdict(list)
        for id in sorted(found):
            for owner in self._graph.owners_of(id):
                by_owner[owner].append(id)
        return dict(by_owner)


def _named(steps: UpstreamSteps, others: set[str]) -> list[str]:
    return [id for id in (*steps.siblings, *steps.foreign) if id in others]
