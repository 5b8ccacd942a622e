"""Count the products of other owners that lie downstream of the subjects of findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from kgbuild.checks.view import View
from kgbuild.lineage.reach import Reach

#: The most subjects to search downstream of. Each has a bit in the sum of every node, so more of them would take too much memory.
MOST = 10_000


def downstream(view: View, subjects: Iterable[str], *, most: int = MOST) -> dict[str, int]:
    """Return how many products of other owners are made from each subject, or may contain its data (SPEC §8). Subjects without any are left out.

    A resource stands for itself and for all of its products. As in the rules, a product counts as a source where it is cited by another owner, not
    where it is only a part of another product of its own owner. If more than ``most`` subjects are sources, only the products that cite them directly
    are counted.
    """
    marked = {id: cited for id in sorted(set(subjects)) if (cited := _cited(view, id))}
    counts = _direct(view, marked) if len(marked) > most else _all(view, marked)
    return {id: count for id, count in counts.items() if count}


def _cited(view: View, subject: str) -> tuple[str, ...]:
    """Return which of a subject and its products are a source. Nothing else is upstream of a product."""
    return tuple(id for id in (subject, *view.graph.products.get(subject, ())) if id in view.graph.cited)


def _all(view: View, marked: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    marks: dict[str, int] = {}
    for number, cited in enumerate(marked.values()):
        for id in cited:
            marks[id] = marks.get(id, 0) | 1 << number
    counts = Reach(view.walks, "possible", marks).counts() if marks else {}
    return {id: counts.get(number, 0) for number, id in enumerate(marked)}


def _direct(view: View, marked: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    citing: Counter[str] = Counter(source for steps in view.graph.steps.values() for source in steps.foreign)
    return {id: sum(citing[source] for source in cited) for id, cited in marked.items()}
