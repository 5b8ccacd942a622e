"""Count the products of other owners that lie downstream of the subjects of findings."""

from __future__ import annotations

from collections.abc import Iterable

from kgbuild.checks.view import View
from kgbuild.lineage.reach import Reach


def downstream(view: View, subjects: Iterable[str]) -> dict[str, int]:
    """Return how many products of other owners are made from each subject, or may contain its data (SPEC §8). Subjects without any are left out.

    A resource stands for itself and for all of its products.
    """
    numbers = {id: number for number, id in enumerate(sorted(set(subjects) & view.graph.nodes.keys()))}
    marks: dict[str, int] = {}
    for id, number in numbers.items():
        for marked in (id, *view.graph.products.get(id, ())):
            marks[marked] = marks.get(marked, 0) | 1 << number
    counts = Reach(view.walks, "possible", marks).counts() if marks else {}
    return {id: count for id, number in numbers.items() if (count := counts.get(number, 0)) > 0}
