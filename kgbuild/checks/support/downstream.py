"""Count the products of other owners that lie downstream of the subjects of findings."""

from __future__ import annotations

from collections.abc import Iterable

from kgbuild.checks.view import View
from kgbuild.lineage.reach import Reach


def downstream(view: View, subjects: Iterable[str]) -> dict[str, int]:
    """Return how many products of other owners have a product or resource upstream (SPEC §8), for the subjects that have any.

    A resource stands for itself and for all of its products.
    """
    numbers = {id: number for number, id in enumerate(sorted(set(subjects) & view.graph.nodes.keys()))}
    marks: dict[str, int] = {}
    for id, number in numbers.items():
        for marked in (id, *view.graph.products.get(id, ())):
            marks[marked] = marks.get(marked, 0) | 1 << number
    counts = Reach(view.walks, marks).counts() if marks else {}
    return {id: count for id, number in numbers.items() if (count := counts.get(number, 0)) > 0}
