"""Find the farthest source of each product, by the depth of the best grade of path (SPEC §8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kgbuild.lineage.grades import AUDITED, Grade, GradedWalks
from kgbuild.lineage.walks import Walks


class Farthest(NamedTuple):
    """The smallest id at the largest depth upstream of a product, and the grade of the path. The depth is None if it is not known."""

    product: str
    depth: int | None
    id: str = ""
    grade: Grade = "stated"


def farthest(walks: GradedWalks, most: int) -> Iterator[Farthest]:
    """Yield the farthest source of each product with foreign sources, in the order of the graph, on stated and possible paths.

    The depth is None for the remaining products after ``most`` citations were visited. Products with the same owners and the same next
    sources share one search.
    """
    known: dict[tuple[object, ...], tuple[dict[str, tuple[int, Grade]], tuple[int, str]]] = {}
    graded = [(grade, walks.by_grade[grade]) for grade in AUDITED]
    for product, steps in walks.graph.steps.items():
        nears = [of.near(product) for _, of in graded] if steps.siblings else [({product: 0}, steps.foreign)] * len(graded)
        sources = [next for _, next in nears]
        if not any(sources):
            continue
        if most < 0:
            yield Farthest(product, None)
            continue
        key = (walks.stated.home(product), *sources)
        if key not in known:
            found: dict[str, tuple[int, Grade]] = {}
            for (grade, of), next in zip(graded, sources, strict=True):
                beyond = of.beyond(key[0], next)
                most -= _visited(of, beyond)
                for id, depth in beyond.items():
                    found.setdefault(id, (depth, grade))
            known[key] = found, _deepest(found)
        found, deepest = known[key]
        near = nears[0][0].keys() | {id for id in nears[1][0] if id in found and found[id][1] != "stated"}  # what depth 0 is the best for
        depth, id = deepest if near.isdisjoint(found) else _deepest({id: at for id, at in found.items() if id not in near})
        yield Farthest(product, depth, id, found[id][1] if id else "stated")


def _visited(walks: Walks, found: dict[str, int]) -> int:
    """Return the number of citations of some nodes."""
    return sum(len(walks.steps(id).foreign) for id in found)


def _deepest(found: dict[str, tuple[int, Grade]]) -> tuple[int, str]:
    depth = max((depth for depth, _ in found.values()), default=0)
    return depth, min((id for id, (at, _) in found.items() if at == depth), default="")
