"""Find the products in a provenance graph whose upstream contains no origin of data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from kgbuild.lineage.walks import Walks


def cut_off(walks: Walks, origin: Callable[[str], bool]) -> Iterator[str]:
    """Return the products that cite a foreign source but have no origin upstream, in the order of the graph.

    ``origin`` tests an owner. The product's own owners do not count. The time is that of two walks over the graph, independent of the size of the
    upstreams.
    """
    graph = walks.graph
    good = {id for id in graph.cited if any(map(origin, graph.owners_of(id)))}
    left: dict[str, list[str]] = {}
    for product, steps in graph.steps.items():
        if steps.foreign and good.isdisjoint(steps.foreign):
            left[product] = walks.first_sources(product)
    away = _distances(walks, {id: None for sources in left.values() for id in sources}, good)
    for product, sources in left.items():
        home = graph.owners.get(product, ())
        near = min((away[id] for id in sources if id in away), default=None)
        # The shortest path leads neither through home nor back to it, if home is no origin and no nearer to one than the first step.
        if near is None or (any(origin(id) or away.get(id, near) < near for id in home) and not _finds(walks, home, sources, good)):
            yield product


def _distances(walks: Walks, start: dict[str, None], good: AbstractSet[str]) -> dict[str, int]:
    """Return the number of steps to the nearest good source from each node that can reach one, limited to what the walk from the start visits.

    The walk ends at nodes that are good or have a good source.
    """
    before: dict[str, list[str]] = {}
    goals: list[str] = []
    beside: list[str] = []
    walk = [*start]
    for node in walk:  # the list grows in the loop
        if node in good:
            goals.append(node)
            continue
        _, siblings, foreign = walks.steps(node)
        if not (good.isdisjoint(foreign) and good.isdisjoint(siblings)):
            beside.append(node)
            continue
        for id in (*siblings, *foreign):
            before.setdefault(id, []).append(node)
            if id not in start:
                start[id] = None
                walk.append(id)
    away = dict.fromkeys(goals, 0) | dict.fromkeys(beside, 1)
    reached = [*away]
    for node in reached:  # the list grows in the loop
        for id in before.get(node, ()):
            if id not in away:
                away[id] = away[node] + 1
                reached.append(id)
    return away


def _finds(walks: Walks, home: Collection[str], start: Sequence[str], good: AbstractSet[str]) -> bool:
    """Return whether a walk that avoids home reaches something good that does not belong to home."""
    if _foreign_good(walks, home, start, good):
        return True
    walk = list(start)
    seen = {*walk, *home}
    for node in walk:  # the list grows in the loop
        _, siblings, foreign = walks.steps(node)
        for ids in (siblings, foreign):
            new = [id for id in ids if id not in seen]
            if not good.isdisjoint(new) and _foreign_good(walks, home, new, good):
                return True
            seen.update(new)
            walk += new
    return False


def _foreign_good(walks: Walks, home: Collection[str], ids: Iterable[str], good: AbstractSet[str]) -> bool:
    return any(id in good and not any(owner in home for owner in walks.graph.owners_of(id)) for id in ids)
