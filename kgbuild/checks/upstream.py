"""Upstream, as SPEC §3 defines it: what a product goes back to, how many owners away, and by which way.

From a product the walk goes to its sources. A source product goes on by itself; a source resource goes on to the sources of its products.
The own resource of a product is told, but that step does not expand it; the own resource of the product that a walk begins at is never
expanded. A step within an owner adds no depth, any other adds one. Nothing is walked twice, so cycles are cut.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from typing import NamedTuple

from kgbuild.checks.view import View
from kgbuild.model.audit import AuditEdge

#: Nodes in all walks of one view together that are kept for the next asker.
_KEPT_NODES = 2_000_000


class UpstreamSteps(NamedTuple):
    """Where one step leads: to ``own`` resources, ``sisters`` (products of the same owner), and what is ``foreign``. Sorted, each once."""

    own: tuple[str, ...] = ()
    sisters: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


_NOWHERE = UpstreamSteps()


class _UpstreamTables:
    """The steps and walks of one view. It holds what the view holds and never the view, so that they go together without a search for cycles.

    ``cited`` are all sources but own resources.
    """

    def __init__(self, view: View) -> None:
        self.owners, self.products = view.graph.owners, view.graph.products
        self.by_product: dict[str, UpstreamSteps] = {}
        self.by_node: dict[str, UpstreamSteps] = {}
        self.walks: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[str, int]] = {}
        self.room = _KEPT_NODES
        self.cited: set[str] = set()
        for product, edges in view.graph.derivations.items():
            self.by_product[product] = found = _steps(edges, self.owners.get(product, ()))
            self.cited.update(found.sisters, found.foreign)

    def of(self, id: str, depth: int = 1) -> UpstreamSteps:
        """The steps from a product, or from a resource by its products; from what is both, by both, but not where a walk begins."""
        if depth == 0:
            return self.by_product.get(id, _NOWHERE)
        found = self.by_node.get(id)
        if found is None:
            products = (*self.products.get(id, ()), id)
            every = [steps for product in products if (steps := self.by_product.get(product)) is not None]
            found = self.by_node[id] = _NOWHERE if not every else every[0] if products == (id,) else _joined(every, id)
        return found


def _steps(edges: Iterable[AuditEdge], owners: tuple[str, ...]) -> UpstreamSteps:
    within = [edge.object for edge in edges if edge.within_owner]
    foreign = _once([edge.object for edge in edges if not edge.within_owner])
    own = [id for id in within if id in owners]
    sisters = _once([id for id in within if id not in owners]) if len(own) < len(within) else ()
    return UpstreamSteps(_once(own), sisters, foreign)


def _joined(every: Iterable[UpstreamSteps], id: str) -> UpstreamSteps:
    own = [owner for steps in every for owner in steps.own if owner != id]
    sisters = [sister for steps in every for sister in steps.sisters]
    foreign = [source for steps in every for source in steps.foreign]
    return UpstreamSteps(_once(own), _once(sisters), _once(foreign))


def _once(ids: list[str]) -> tuple[str, ...]:
    return tuple(sorted(set(ids))) if len(ids) > 1 else tuple(ids)


def steps(view: View, id: str) -> UpstreamSteps:
    """One step upstream from a product, or from a resource by its products."""
    return view.once(_UpstreamTables).of(id)


def recited(view: View) -> list[str]:
    """The products that others, or they themselves, are made from and that name sources, sorted: a cycle of products is among these."""
    tables = view.once(_UpstreamTables)
    return sorted(tables.cited & tables.by_product.keys())


def owners_of(view: View, id: str) -> tuple[str, ...]:
    """Whose a source is: the owners of a product, by its id where no record lists it (SPEC §1); a resource is its own."""
    owners = view.graph.owners.get(id)
    if owners is not None:
        return owners
    prefix, colon, name = id.partition(":")
    return (f"{prefix}{colon}{name.partition('.')[0]}",) if view.graph.is_product(id) else (id,)


def upstream(view: View, product: str) -> dict[str, int]:
    """Everything upstream of a product by its depth: the number of steps from owner to owner on the shortest way.

    Depth 0 is what lies with the product's own owners: its resource and sister products. The product itself is not told. The dict is the
    caller's; its order says nothing, but is the same in every run.
    """
    tables = view.once(_UpstreamTables)
    near, start = _near(tables, product)
    found = {**_beyond(tables, tables.owners.get(product, ()), start), **near} if start else near
    found.pop(product, None)
    return found


def depths(view: View, most: int) -> Iterator[tuple[str, int | None, str]]:
    """How deep each product goes that has foreign sources, with the smallest id of what lies so deep; in the order of the graph.

    The depth is None for products whose turn comes after ``most`` citations were looked at.
    """
    tables = view.once(_UpstreamTables)
    known: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[int, str]] = {}
    for product, (_, sisters, foreign) in tables.by_product.items():
        own = tables.owners.get(product, ())
        near, start = _near(tables, product) if sisters else ((product,), foreign)
        if start and most < 0:
            yield product, None, ""
        elif start:
            found = _beyond(tables, own, start)
            if (own, start) not in known:
                most -= sum(len(tables.of(id).foreign) for id in found)
                known[own, start] = _farthest(found)
            again = any(id in found for id in near)
            yield product, *(_farthest({id: found[id] for id in found if id not in near}) if again else known[own, start])


def _farthest(found: dict[str, int]) -> tuple[int, str]:
    depth = max(found.values(), default=0)
    return depth, min((id for id in found if found[id] == depth), default="")


def _near(tables: _UpstreamTables, product: str) -> tuple[dict[str, int], tuple[str, ...]]:
    """What lies with the owners of a product, itself included, at depth 0, and the foreign sources that come next."""
    walked, own = {product: 0}, dict[str, int]()
    start = _walk(tables, [product], 0, walked, own)
    own.update((id, depth) for id, depth in walked.items() if depth == 0)
    return own, tuple(sorted(start))


def _walk(tables: _UpstreamTables, level: list[str], depth: int, walked: dict[str, int], touched: dict[str, int]) -> list[str]:
    """Walk the nodes of one depth, and the sisters that they lead to; give those of the next depth.

    ``walked`` is told the depth of what is walked, ``touched`` that of own resources.
    """
    following: list[str] = []
    for node in level:  # which grows by the sisters
        own, sisters, foreign = tables.of(node, depth)
        for id in own:
            touched.setdefault(id, depth)
        for id in sisters:
            if walked.get(id, depth + 1) > depth:
                walked[id] = depth
                level.append(id)
        new = [id for id in foreign if id not in walked]
        walked.update(dict.fromkeys(new, depth + 1))
        following += new
    return following


def _beyond(tables: _UpstreamTables, own: tuple[str, ...], start: tuple[str, ...]) -> dict[str, int]:
    """The walk from the foreign sources of a product; the same for all products of the same owners that have the same sources."""
    known = tables.walks.get((own, start))
    if known is not None:
        return known
    walked = dict.fromkeys(own, 0)
    touched: dict[str, int] = {}
    walked.update(dict.fromkeys(start, 1))
    level, depth = list(start), 1
    while level:
        level = _walk(tables, level, depth, walked, touched)
        depth += 1
    walked.update((id, depth) for id, depth in touched.items() if walked.get(id, depth + 1) > depth)
    for id in own:
        del walked[id]
    if len(walked) <= tables.room:
        tables.room -= len(walked)
        tables.walks[own, start] = walked
    return walked


def path(view: View, product: str, target: str) -> list[str]:
    """The shortest way upstream from a product to something, with both ends: as deep as `upstream` tells. Empty where there is none.

    A resource on the way stands for those of its products that cite the next. Of several ways it is the same one in every run.
    """
    tables = view.once(_UpstreamTables)
    before: dict[str, str] = {}
    home = tables.owners.get(product, ())
    walked = {product, *home}
    level, depth = [product], 0
    while level and target not in before:
        following: dict[str, str] = {}
        for node in level:  # which grows by the sisters
            own, sisters, foreign = tables.of(node, depth)
            if target in own and (depth == 0 or target not in home):
                return [*_way(before, product, node), target]
            for id in sisters:
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
    return _way(before, product, target) if target in before else []


def _way(before: dict[str, str], product: str, target: str) -> list[str]:
    way = [target]
    while way[-1] != product:
        way.append(before[way[-1]])
    return way[::-1]


def cut_off(view: View, origin: Callable[[str], bool]) -> Iterator[str]:
    """The products that cite something foreign, but upstream of which nothing belongs to an origin; in the order of the graph.

    ``origin`` is asked about owners. What belongs to the product's own owners does not count. It takes as long as two walks over the graph,
    however large the upstreams are together.
    """
    tables = view.once(_UpstreamTables)
    good = {id for id in tables.cited if any(map(origin, owners_of(view, id)))}
    left: dict[str, list[str]] = {}
    for product, (_, sisters, foreign) in tables.by_product.items():
        if foreign and good.isdisjoint(foreign):
            left[product] = _walk(tables, [product], 0, {product: 0}, {}) if sisters else list(foreign)
    away = _away(tables, {id: None for sources in left.values() for id in sources}, good)
    for product, sources in left.items():
        home = tables.owners.get(product, ())
        near = min((away[id] for id in sources if id in away), default=None)
        # The shortest way leads neither through home nor back to it, if home is no origin and no nearer to one than the first step.
        if near is None or (any(origin(id) or away.get(id, near) < near for id in home) and not _finds(view, home, sources, good)):
            yield product


def _away(tables: _UpstreamTables, start: dict[str, None], good: Container[str]) -> dict[str, int]:
    """How many steps the next good source is away from each node that leads to one, as far as the walk from the start comes."""
    before: dict[str, list[str]] = {}
    goals: list[str] = []
    walk = [*start]
    for node in walk:  # which grows
        if node in good:
            goals.append(node)
            continue
        _, sisters, foreign = tables.of(node)
        for id in (*sisters, *foreign):
            before.setdefault(id, []).append(node)
            if id not in start:
                start[id] = None
                walk.append(id)
    away = dict.fromkeys(goals, 0)
    for node in goals:  # which grows
        for id in before.get(node, ()):
            if id not in away:
                away[id] = away[node] + 1
                goals.append(id)
    return away


def _finds(view: View, home: tuple[str, ...], start: list[str], good: Container[str]) -> bool:
    """Whether a walk that does not go through home comes to something good that does not belong there."""
    tables = view.once(_UpstreamTables)
    walk = list(start)
    seen = {*walk, *home}
    for node in walk:  # which grows
        if node in good and not any(owner in home for owner in owners_of(view, node)):
            return True
        _, sisters, foreign = tables.of(node)
        for id in (*sisters, *foreign):
            if id not in seen:
                seen.add(id)
                walk.append(id)
    return False
