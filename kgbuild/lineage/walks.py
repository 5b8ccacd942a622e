"""Find what is upstream of a product in a provenance graph: how many owners away, and by which path (SPEC §8).

A walk goes from a product to its sources. It continues from a source product to its sources, and from a source resource to the sources that it
states itself and to some of its products. The own resource of a product on the path is reported but not expanded by that step; that of the
starting product is never expanded. A step within an owner adds no depth, any other step adds one. No node is visited twice, so cycles end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kgbuild.lineage.graph import ProvenanceGraph, UpstreamSteps

#: The most nodes that all walks of one graph keep in total.
_KEPT_NODES = 2_000_000
_NO_STEPS = UpstreamSteps()
#: A function that returns the products through which a walk leaves a resource.
Exits = Callable[[str], Sequence[str]]


class Walks:
    """The walks in one graph that leave a resource through its own sources and its ``exits``, by default all of its products."""

    def __init__(self, graph: ProvenanceGraph, exits: Exits | None = None) -> None:
        self.graph = graph
        products = graph.products
        self.exits: Exits = exits or (lambda resource: products.get(resource, ()))
        self._by_node: dict[str, UpstreamSteps] = {}
        self._kept: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[str, int]] = {}
        self._room = _KEPT_NODES

    def steps(self, id: str, *, start: bool = False) -> UpstreamSteps:
        """Return the steps from a product, or from a resource through its exits. An id that is both has the steps of both, except as a start."""
        if start:
            return self.graph.steps.get(id, _NO_STEPS)
        found = self._by_node.get(id)
        if found is None:
            products = (*self.exits(id), id)
            stated = [steps for product in products if (steps := self.graph.steps.get(product)) is not None]
            found = self._by_node[id] = _NO_STEPS if not stated else stated[0] if products == (id,) else _united(stated, id)
        return found

    def home(self, id: str) -> tuple[str, ...]:
        """Return what a walk from a node never expands: its owners, and the node itself if it owns products."""
        owners = self.graph.owners.get(id, ())
        return (*owners, id) if id in self.graph.products else owners

    def depths(self, start: str) -> dict[str, int]:
        """Return everything upstream of a product with its depth: the number of steps between owners on the shortest path.

        Depth 0 is what belongs to the product's own owners: its resource and sibling products. The product itself is left out. From a
        resource the walk starts with the sources that the resource itself states. The caller may change the dict; its order is not significant,
        but is the same in every run.
        """
        near, sources = self.near(start)
        found = {**self.beyond(self.home(start), sources), **near} if sources else near
        found.pop(start, None)
        return found

    def first_sources(self, product: str) -> list[str]:
        """The foreign sources of a product and of the siblings that it is made from."""
        siblings, foreign = self.graph.steps.get(product, _NO_STEPS)[1:]
        return self._walk([product], 0, {product: 0}, {}) if siblings else list(foreign)

    def near(self, start: str) -> tuple[dict[str, int], tuple[str, ...]]:
        """Return what belongs to the owners of a product, itself included, at depth 0, and the foreign sources that come next, sorted."""
        walked, touched = {start: 0}, dict[str, int]()
        sources = self._walk([start], 0, walked, touched)
        touched.update((id, depth) for id, depth in walked.items() if depth == 0)
        return touched, tuple(sorted(sources))

    def _walk(self, level: list[str], depth: int, walked: dict[str, int], touched: dict[str, int]) -> list[str]:
        """Walk the nodes of one depth and the siblings that they lead to; return those of the next depth.

        The depths of walked nodes are added to ``walked``, those of own resources to ``touched``.
        """
        following: list[str] = []
        start = level[0] if depth == 0 else None  # siblings have depth 0 too
        for node in level:  # the list grows by the siblings
            owners, siblings, foreign = self.steps(node, start=node == start)
            for id in owners:
                touched.setdefault(id, depth)
            for id in siblings:
                if walked.get(id, depth + 1) > depth:
                    walked[id] = depth
                    level.append(id)
            new = [id for id in foreign if id not in walked]
            walked.update(dict.fromkeys(new, depth + 1))
            following += new
        return following

    def beyond(self, home: tuple[str, ...], sources: tuple[str, ...]) -> dict[str, int]:
        """Return the depth of everything beyond the foreign sources of a product, given its ``home``. The caller must not change the dict.

        It is the same for all products of the same home that have the same sources.
        """
        known = self._kept.get((home, sources))
        if known is not None:
            return known
        walked = dict.fromkeys(home, 0)
        touched: dict[str, int] = {}
        level, depth = [id for id in sources if id not in walked], 1
        walked.update(dict.fromkeys(level, 1))
        while level:
            level = self._walk(level, depth, walked, touched)
            depth += 1
        walked.update((id, depth) for id, depth in touched.items() if walked.get(id, depth + 1) > depth)
        for id in home:
            del walked[id]
        if len(walked) <= self._room:
            self._room -= len(walked)
            self._kept[home, sources] = walked
        return walked

    def path(self, product: str, target: str) -> list[str]:
        """Return the shortest path upstream from a product to a node, including both: as deep as ``depths`` reports. Empty if there is none.

        A resource on the path stands for those of its products that cite the next node. Of several paths, the result is the same in every run.
        """
        before: dict[str, str] = {}
        home = self.home(product)
        walked = {product, *home}
        level, depth = [product], 0
        while level and target not in before:
            following: dict[str, str] = {}
            for node in level:  # the list grows by the siblings
                owners, siblings, foreign = self.steps(node, start=node == product)
                if target in owners and (depth == 0 or target not in home):
                    return [*_back(before, product, node), target]
                for id in siblings:
                    if id not in walked:
                        walked.add(id)
                        before[id] = node
                        level.append(id)
                for id in foreign:
                    if id not in walked:
                        following.setdefault(id, node)
            level, depth = [id for id in following if id not in walked], depth + 1
            walked.update(level)
            before.update((id, following[id]) for id in level)
        return _back(before, product, target) if target in before else []


def _united(stated: Sequence[UpstreamSteps], id: str) -> UpstreamSteps:
    owners, siblings, foreign = (set[str]().union(*parts) for parts in zip(*stated, strict=True))
    owners.discard(id)
    return UpstreamSteps(tuple(sorted(owners)), tuple(sorted(siblings)), tuple(sorted(foreign)))


def _back(before: dict[str, str], product: str, target: str) -> list[str]:
    path = [target]
    while path[-1] != product:
        path.append(before[path[-1]])
    return path[::-1]
