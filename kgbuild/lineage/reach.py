"""Find what is upstream of many products at once: marked ids are bits, joined over strongly connected components.

Upstream is that of SPEC §8 up to a grade, without what is reached within an owner: an own resource and a sibling product are not sources.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from kgbuild.lineage.cycles import components
from kgbuild.lineage.grades import Grade, GradedWalks
from kgbuild.lineage.graph import UpstreamSteps

#: In a component with more ids than this, walks also go through a product's own resource: leaving it out would require a walk over the whole
#: component for each product.
_MANY = 1000
#: The number of sums to keep before they are split into bits.
_KEPT = 10_000
_NOWHERE = UpstreamSteps()
#: More owners than any path has.
_NEVER = 1 << 60


class Reach:
    """The marks upstream of the products of a graph, on paths of a grade or a better one. ``marks`` are ids, each with its bits."""

    def __init__(self, walks: GradedWalks, grade: Grade, marks: Mapping[str, int]) -> None:
        self._walks, self._marks = walks.by_grade[grade], marks
        self._starts = walks.graph.steps
        self._circles = walks.circles
        self._steps: dict[str, UpstreamSteps] = {}
        self._joined: dict[str, int] = {}
        self._order: dict[str, int] = {}  # a component reaches none with a higher number
        self._owner_marks: dict[str, int] = {}
        self._cyclic: dict[tuple[tuple[str, ...], UpstreamSteps], int] = {}
        for id, bits in marks.items():
            for owner in (id, *walks.graph.owners.get(id, ())):
                self._owner_marks[owner] = self._owner_marks.get(owner, 0) | bits
        self._join()
        self._before: tuple[dict[str, list[str]], dict[str, list[str]]] | None = None
        self._nearest: dict[int, tuple[dict[str, str], dict[str, int]]] = {}

    def of(self, product: str) -> int:
        """Return the marks upstream of a product, without those of itself, of its own owners and of their products."""
        found = self._of(product)
        return found & ~self._own_marks(product) if found else 0

    def counts(self) -> Counter[int]:
        """Return the number of products that have each bit upstream, by the number of the bit."""
        counts: Counter[int] = Counter()
        sums: Counter[int] = Counter()
        for product in self._starts:
            found = self._of(product)
            own = found & self._own_marks(product)
            sums[found] += 1
            if own:
                sums[own] -= 1
            if len(sums) > _KEPT:
                _split(sums, counts)
        _split(sums, counts)
        return counts

    def way(self, product: str, bits: int) -> list[str]:
        """Return the shortest path from a product up to an id that has one of the bits, including both; of several, always the same one.

        The length is counted in owners. The path is empty if there is none.
        """
        following, depths = self._nearest_to(bits)
        first = self._starts.get(product, _NOWHERE)
        starts = [(1 if self._marks.get(id, 0) & bits else 1 + depths.get(id, _NEVER), id) for id in first.foreign]
        starts = [start for start in [*starts, *((depths.get(id, _NEVER), id) for id in first.siblings)] if start[0] < _NEVER]
        if not starts:
            return []
        way = [product, min(starts)[1]]
        while not (self._marks.get(way[-1], 0) & bits and way[-1] in (first if len(way) == 2 else self._steps[way[-2]]).foreign):
            way.append(following[way[-1]])
        own = {product, *self._walks.home(product)}
        comes_back = not own.isdisjoint(way[1:]) or self._marks[way[-1]] & self._own_marks(product)
        return self._walked_path(product, bits) if comes_back else way

    def _of(self, product: str) -> int:
        home, first = self._walks.home(product), self._starts.get(product, _NOWHERE)
        if not any(self._circles.get(id, _MANY + 1) <= _MANY for id in home):
            return self._over(first)
        if (home, first) not in self._cyclic:
            self._cyclic[home, first] = self._walked(product, home, first)
        return self._cyclic[home, first]

    def _own_marks(self, product: str) -> int:
        found = 0
        for id in (product, *self._walks.home(product)):
            found |= self._owner_marks.get(id, 0)
        return found

    def _over(self, step: UpstreamSteps) -> int:
        """Return the marks one step up and beyond; 0 for ids that are not joined yet."""
        found = 0
        for id in step.foreign:
            found |= self._marks.get(id, 0) | self._joined.get(id, 0)
        for id in step.siblings:
            found |= self._joined.get(id, 0)
        return found

    def _walked(self, product: str, home: tuple[str, ...], first: UpstreamSteps) -> int:
        """Return the marks upstream of a product on paths that do not go through its own resource.

        Only nodes that can reach an owner are walked; what is upstream of other nodes is already joined.
        """
        barrier = min((self._order[owner] for owner in home if owner in self._order), default=0)
        own = {product, *home}
        seen = set(own)
        found, stack = 0, [first]
        while stack:
            step = stack.pop()
            for id in step.foreign:
                if id not in own:
                    found |= self._marks.get(id, 0)
            for id in _following(step):
                if id in seen:
                    continue
                seen.add(id)
                if self._order[id] < barrier:
                    found |= self._joined[id]
                else:
                    stack.append(self._steps[id])
        return found

    def _walked_path(self, product: str, bits: int) -> list[str]:
        before: dict[str, str] = {}
        bits &= ~self._own_marks(product)
        for id, node, foreign in self._arrivals(product):
            before.setdefault(id, node)
            if foreign and self._marks.get(id, 0) & bits:
                way = [id, node]  # it may have been reached before, through a sibling
                while way[-1] != product:
                    way.append(before[way[-1]])
                return way[::-1]
        return []

    def _arrivals(self, product: str) -> Iterator[tuple[str, str, bool]]:
        """Yield every id that a walk reaches, its predecessor, and whether that has another owner; in order of distance, then of ids."""
        walked = {product, *self._walks.home(product)}
        arrived = set(walked)
        level = [product]
        while level:
            following: dict[str, str] = {}
            for node in level:  # the list grows in the loop
                step = self._steps[node] if node != product else self._starts.get(product, _NOWHERE)
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
        """Return, for each id that can reach one with some of the bits, the next id on the path and the distance in owners."""
        cached = self._nearest.get(bits)
        if cached is not None:
            return cached
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
            for id in reached:  # the list grows in the loop
                for other in siblings.get(id, ()):
                    if other not in depths:
                        following[other], depths[other] = id, depth
                        reached.append(other)
            level = sorted(reached)
        self._nearest[bits] = following, depths
        return following, depths

    def _backwards(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Return the predecessors of each id: those with another owner, and siblings."""
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

    def _join(self) -> None:
        """Give each id that a product can reach the marks upstream of its strongly connected component."""
        walk = [id for first in self._starts.values() for id in _following(first)]
        leads: dict[str, tuple[str, ...]] = {}
        for id in walk:  # the list grows in the loop
            if id not in leads:
                step = self._steps[id] = self._walks.steps(id)
                leads[id] = _following(step)
                walk += leads[id]
        for number, group in enumerate(components(leads)):
            found = 0
            for id in group:
                found |= self._over(self._steps[id])
            for id in group:
                self._joined[id], self._order[id] = found, number


def _following(step: UpstreamSteps) -> tuple[str, ...]:
    return (*step.siblings, *step.foreign)


def _split(sums: Counter[int], counts: Counter[int]) -> None:
    """Add the counts of sums of bits to the counts of single bits, and clear the sums."""
    for bits, times in sums.items():
        digits = f"{bits:b}"[::-1]
        at = digits.find("1")
        while at >= 0:
            counts[at] += times
            at = digits.find("1", at + 1)
    sums.clear()
