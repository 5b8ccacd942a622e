"""What lies upstream of many products at once: the marked ids as bits, joined over the groups of ids that lead to each other.

Upstream is that of SPEC §8, of all grades, without what is reached within an owner: an own resource and a sibling product are no sources
of their own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from kgbuild.lineage.cycles import components
from kgbuild.lineage.graph import UpstreamSteps
from kgbuild.lineage.walks import Walks

#: In a group of more ids than this that lead to each other, a product's own resource is walked through like any other: to leave it out for
#: each product would take a walk over the whole group for each.
_MANY = 1000
#: Sums that are kept before they are taken apart into bits.
_KEPT = 10_000
_NOWHERE = UpstreamSteps()
#: More owners than any way has.
_NEVER = 1 << 60


class Reach:
    """The marks upstream of the products of a graph. ``marks`` are ids, each with the bits that stand for it."""

    def __init__(self, walks: Walks, marks: Mapping[str, int]) -> None:
        self._owners, self._marks = walks.graph.owners, marks
        self._steps = {product: walks.steps(product) for product in walks.graph.derivations}
        self._products = tuple(self._steps)
        self._joined: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        self._order: dict[str, int] = {}  # a component leads to none of a higher number
        self._houses: dict[str, int] = {}
        self._circling: dict[tuple[tuple[str, ...], UpstreamSteps], int] = {}
        for id, bits in marks.items():
            for owner in (id, *walks.graph.owners.get(id, ())):
                self._houses[owner] = self._houses.get(owner, 0) | bits
        self._join(walks)
        self._before: tuple[dict[str, list[str]], dict[str, list[str]]] | None = None
        self._nearest: dict[int, tuple[dict[str, str], dict[str, int]]] = {}

    def of(self, product: str) -> int:
        """The marks upstream of a product, without those of its own owners and their products."""
        found = self._of(product)
        return found & ~self._house(product) if found else 0

    def counts(self) -> Counter[int]:
        """How many products have each of the bits, by its number, upstream."""
        counts: Counter[int] = Counter()
        sums: Counter[int] = Counter()
        for product in self._products:
            found = self._of(product)
            own = found & self._house(product)
            sums[found] += 1
            if own:
                sums[own] -= 1
            if len(sums) > _KEPT:
                _take_apart(sums, counts)
        _take_apart(sums, counts)
        return counts

    def way(self, product: str, bits: int) -> list[str]:
        """The shortest way from a product up to an id that has one of the bits, both told; of several always the same one.

        Shortest is counted in owners. Empty where there is none.
        """
        following, depths = self._nearest_to(bits)
        first = self._steps.get(product, _NOWHERE)
        starts = [(1 if self._marks.get(id, 0) & bits else 1 + depths.get(id, _NEVER), id) for id in first.foreign]
        starts = [start for start in [*starts, *((depths.get(id, _NEVER), id) for id in first.siblings)] if start[0] < _NEVER]
        if not starts:
            return []
        way = [product, min(starts)[1]]
        while not (self._marks.get(way[-1], 0) & bits and way[-1] in self._steps.get(way[-2], _NOWHERE).foreign):
            way.append(following[way[-1]])
        own = {product, *self._owners.get(product, ())}
        comes_back = not own.isdisjoint(way[1:]) or self._marks[way[-1]] & self._house(product)
        return self._walked_way(product, bits) if comes_back else way

    def _of(self, product: str) -> int:
        owners, first = self._owners.get(product, ()), self._steps.get(product, _NOWHERE)
        if product not in self._steps or not any(1 < self._sizes.get(owner, 0) <= _MANY for owner in owners):
            return self._over(first)
        if (owners, first) not in self._circling:
            self._circling[owners, first] = self._walked(product)
        return self._circling[owners, first]

    def _house(self, product: str) -> int:
        found = 0
        for owner in self._owners.get(product, ()):
            found |= self._houses.get(owner, 0)
        return found

    def _over(self, step: UpstreamSteps) -> int:
        """The marks one step up and beyond; 0 for those of ids that are not joined yet."""
        found = 0
        for id in step.foreign:
            found |= self._marks.get(id, 0) | self._joined.get(id, 0)
        for id in step.siblings:
            found |= self._joined.get(id, 0)
        return found

    def _walked(self, product: str) -> int:
        """The marks upstream of a product on paths that do not lead through its own resource.

        Only nodes that can lead back to an owner are walked; what lies beyond any other is joined already.
        """
        owners = self._owners.get(product, ())
        barrier = min((self._order[owner] for owner in owners if owner in self._order), default=0)
        seen = {product, *owners}
        found, stack = 0, [product]
        while stack:
            step = self._steps[stack.pop()]
            for id in step.foreign:
                if id != product and id not in owners:
                    found |= self._marks.get(id, 0)
            for id in _following(step):
                if id in seen:
                    continue
                seen.add(id)
                if self._order[id] < barrier:
                    found |= self._joined[id]
                else:
                    stack.append(id)
        return found

    def _walked_way(self, product: str, bits: int) -> list[str]:
        before: dict[str, str] = {}
        bits &= ~self._house(product)
        for id, node, foreign in self._arrivals(product):
            before.setdefault(id, node)
            if foreign and self._marks.get(id, 0) & bits:
                way = [id, node]  # it may have been come to before, over a sibling
                while way[-1] != product:
                    way.append(before[way[-1]])
                return way[::-1]
        return []

    def _arrivals(self, product: str) -> Iterator[tuple[str, str, bool]]:
        """Every id that the walk from a product comes to, from where, and whether from another owner: near ones first, and then small ones."""
        walked = {product, *self._owners.get(product, ())}
        arrived = set(walked)
        level = [product]
        while level:
            following: dict[str, str] = {}
            for node in level:  # grows while it is walked
                step = self._steps[node]
                for id in step.siblings:
                    if id not in walked:
                        walked.add(id)
                        level.append(id)
                        yield id, node, False
                for id in step.foreign:
                    following.setdefault(id, node)
            level = []
            for id in sorted(following.keys() - arrived):
                arrived.add(id)
                yield id, following[id], True
                if id not in walked:
                    walked.add(id)
                    level.append(id)

    def _nearest_to(self, bits: int) -> tuple[dict[str, str], dict[str, int]]:
        """For each id that leads to one with some of the bits: where to go from it, and how many owners away that one is."""
        known = self._nearest.get(bits)
        if known is not None:
            return known
        foreign, siblings = self._backwards()
        following: dict[str, str] = {}
        depths: dict[str, int] = {}
        level = sorted(id for id, bit in self._marks.items() if bit & bits)
        depth = 0
        while level:
            depth += 1
            reached: list[str] = []
            for id in level:
                for other in foreign.get(id, ()):
                    if other not in depths:
                        following[other], depths[other] = id, depth
                        reached.append(other)
            for id in reached:  # grows while it is walked
                for other in siblings.get(id, ()):
                    if other not in depths:
                        following[other], depths[other] = id, depth
                        reached.append(other)
            level = sorted(reached)
        self._nearest[bits] = following, depths
        return following, depths

    def _backwards(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """What leads to each id: over a step to another owner, and over one to a sibling."""
        if self._before is None:
            foreign: defaultdict[str, list[str]] = defaultdict(list)
            siblings: defaultdict[str, list[str]] = defaultdict(list)
            for id in self._joined:
                step = self._steps[id]
                for other in step.foreign:
                    foreign[other].append(id)
                for other in step.siblings:
                    siblings[other].append(id)
            self._before = foreign, siblings
        return self._before

    def _join(self, walks: Walks) -> None:
        """Each id that a product leads to gets the marks beyond any of those that lead to each other with it."""
        walk = [id for product in self._products for id in _following(self._steps[product])]
        leads: dict[str, tuple[str, ...]] = {}
        for id in walk:  # grows while it is walked
            if id not in leads:
                step = self._steps[id] = walks.steps(id)
                leads[id] = _following(step)
                walk += leads[id]
        for number, group in enumerate(components(leads)):
            found = 0
            for id in group:
                found |= self._over(self._steps[id])
            for id in group:
                self._joined[id], self._sizes[id], self._order[id] = found, len(group), number


def _following(step: UpstreamSteps) -> tuple[str, ...]:
    return (*step.siblings, *step.foreign)


def _take_apart(sums: Counter[int], counts: Counter[int]) -> None:
    """Adds to the counts of single bits what sums of bits are counted, and empties the latter."""
    for bits, times in sums.items():
        digits = f"{bits:b}"[::-1]
        at = digits.find("1")
        while at >= 0:
            counts[at] += times
            at = digits.find("1", at + 1)
    sums.clear()
