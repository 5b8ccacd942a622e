"""Upstream with its grades, and its inverse: what a node was made from, how sure the records are of it, and what is affected by a node.

This is the one definition of SPEC §8. The texts of questions in other languages are tested against it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable
from functools import cached_property
from typing import Literal, NamedTuple

from kgbuild.lineage.graph import ProvenanceGraph
from kgbuild.lineage.walks import Walks

#: How much the records say about a path: every step is stated; a resource is left by one of its data products (or by any, where it has none);
#: a resource is left by a product that is not data, although it has data products.
Grade = Literal["stated", "possible", "remote"]
#: The grades, best first.
GRADES: tuple[Grade, ...] = ("stated", "possible", "remote")


class Reached(NamedTuple):
    """How a node is reached: by the best grade of all paths, and at the depth of the shortest path of that grade."""

    grade: Grade
    depth: int

    @property
    def rank(self) -> tuple[int, int]:
        """What sorts better before worse: by grade, then by depth."""
        return GRADES.index(self.grade), self.depth


class Upstream:
    """Upstream and its inverse in one graph. ``not_data`` are the specific classes (CURIEs) of products that are not data.

    A path is only as good as its worst step, and a longer path may be better. So the shortest path of each grade is looked for on its own:
    one walk over all steps of that grade or better.
    """

    def __init__(self, graph: ProvenanceGraph, not_data: Container[str]) -> None:
        self.graph, self._not_data = graph, not_data
        self._walks: dict[Grade, Walks] = {
            "stated": Walks(graph, lambda _: ()), "possible": Walks(graph, self._data_products), "remote": Walks(graph),
        }  # fmt: skip

    def _data_products(self, resource: str) -> tuple[str, ...]:
        """The data products of a resource; all of its products where none is data."""
        products = self.graph.products.get(resource, ())
        return tuple(id for id in products if self.graph.specific_class(id) not in self._not_data) or products

    def starts(self, id: str) -> tuple[str, ...]:
        """Where walks from a node start: from a product itself, from a resource also all of its products."""
        return (id,) if self.graph.is_product(id) else (id, *self.graph.products.get(id, ()))

    def of(self, id: str) -> dict[str, Reached]:
        """Everything upstream of a product or resource, without itself, in the order of the ids.

        Depth 0 is what belongs to its own owners, where it cites them.
        """
        best: dict[str, Reached] = {}
        for start in self.starts(id):
            for source, reached in self._of_one(start).items():
                known = best.get(source)
                if known is None or reached.rank < known.rank:
                    best[source] = reached
        best.pop(id, None)
        return dict(sorted(best.items()))

    def _of_one(self, start: str) -> dict[str, Reached]:
        found: dict[str, Reached] = {}
        for grade, walks in self._walks.items():
            for source, depth in walks.depths(start).items():
                if source not in found:
                    found[source] = Reached(grade, depth)
        return found

    def affected(self, id: str, among: Container[str] | None = None) -> dict[str, Reached]:
        """Every product and resource that has a node upstream, and how; in the order of the ids. ``among`` leaves out others.

        What a walk leaves out depends on where it starts, so a walk along reversed steps is not the inverse of ``of``. It only says which
        nodes may be affected.
        """
        found: dict[str, Reached] = {}
        for start in sorted(self._may_reach(id)):
            if (among is None or start in among) and (reached := self.of(start).get(id)) is not None:
                found[start] = reached
        return found

    def _may_reach(self, id: str) -> Collection[str]:
        """The nodes from which some chain of steps leads to a node, whatever their walks leave out."""
        found = dict.fromkeys(self._predecessors.get(id, ()))
        waiting = [*found]
        for node in waiting:  # which grows
            for before in self._predecessors.get(node, ()):
                if before not in found:
                    found[before] = None
                    waiting.append(before)
        return found

    @cached_property
    def _predecessors(self) -> dict[str, list[str]]:
        """What leads to each node by one step: what states it as a source, and the owners of that."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for product, steps in self.graph.steps.items():
            leading: Iterable[str] = (product, *self.graph.owners.get(product, ()))
            for source in (*steps.owners, *steps.siblings, *steps.foreign):
                found[source] += leading
        return dict(found)
