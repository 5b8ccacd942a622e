"""Compute the upstream of a node with its grades, and its inverse: what a node was made from, how certain that is, and which nodes it affects.

This is the only definition of SPEC §8. Tests compare the texts of questions in other languages with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable
from functools import cached_property
from typing import NamedTuple

from kgbuild.lineage.grades import GRADES, Grade, GradedWalks
from kgbuild.lineage.graph import ProvenanceGraph


class Reached(NamedTuple):
    """How a node is reached: the best grade of all paths, and the depth of the shortest path of that grade."""

    grade: Grade
    depth: int

    @property
    def rank(self) -> tuple[int, int]:
        """The sort key: by grade, then by depth, best first."""
        return GRADES.index(self.grade), self.depth


class Upstream:
    """Upstream and its inverse in one graph. ``not_data`` are the specific classes (CURIEs) of products that are not data.

    A path has the grade of its worst step, and a longer path may have a better grade. So each grade has its own search for the shortest path:
    one walk over all steps of that grade or better.
    """

    def __init__(self, graph: ProvenanceGraph, not_data: Container[str]) -> None:
        self.graph, self._walks = graph, GradedWalks(graph, not_data).by_grade

    def starts(self, id: str) -> tuple[str, ...]:
        """Return where walks from a node start: a product itself; a resource and all of its products."""
        return (id,) if self.graph.is_product(id) else (id, *self.graph.products.get(id, ()))

    def of(self, id: str) -> dict[str, Reached]:
        """Return everything upstream of a product or resource, without itself, in the order of the ids.

        Depth 0 is what belongs to its own owners, if it cites them.
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
        """Return every product and resource that has a node upstream, and how, in the order of the ids. ``among`` limits the result.

        The nodes that a walk leaves out depend on its start, so a walk along reversed steps is not the inverse of ``of``. It only finds the nodes
        that may be affected.
        """
        found: dict[str, Reached] = {}
        for start in sorted(self._may_reach(id)):
            if (among is None or start in among) and (reached := self.of(start).get(id)) is not None:
                found[start] = reached
        return found

    def _may_reach(self, id: str) -> Collection[str]:
        """Return the nodes from which any chain of steps leads to a node."""
        found = dict.fromkeys(self._predecessors.get(id, ()))
        waiting = [*found]
        for node in waiting:  # the list grows in the loop
            for before in self._predecessors.get(node, ()):
                if before not in found:
                    found[before] = None
                    waiting.append(before)
        return found

    @cached_property
    def _predecessors(self) -> dict[str, list[str]]:
        """The predecessors of each node: the nodes that state it as a source, and their owners."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for product, steps in self.graph.steps.items():
            leading: Iterable[str] = (product, *self.graph.owners.get(product, ()))
            for source in (*steps.owners, *steps.siblings, *steps.foreign):
                found[source] += leading
        return dict(found)
