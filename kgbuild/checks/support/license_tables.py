"""The licenses of one view: what each node states, and which of them lie upstream of each product."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from kgbuild.checks.support.citing import listed
from kgbuild.checks.support.license_conflicts import conflict, demands
from kgbuild.checks.view import StatedClaim, View
from kgbuild.licenses.judgement import LicenseJudge, LicenseJudgement
from kgbuild.licenses.terms import UNKNOWN, Terms
from kgbuild.licenses.written import WrittenLicense
from kgbuild.lineage.grades import AUDITED, Grade
from kgbuild.lineage.reach import Reach
from kgbuild.model.graph import Listing, ResourceStatement


class UpstreamLicenses(NamedTuple):
    """The nodes upstream of something whose license forbids a use, those whose license is unknown, and those that state none, as bits.

    Bits are counted and compared as whole numbers: sets of ids would take time in the square of the number of records.
    """

    forbidding: int
    unknown: int
    unstated: int

    @property
    def any(self) -> bool:
        """Whether there is any."""
        return any(self)

    def without(self, others: UpstreamLicenses) -> UpstreamLicenses:
        """Return those that are not among others."""
        return UpstreamLicenses(*(mine & ~theirs for mine, theirs in zip(self, others, strict=True)))

    def __str__(self) -> str:
        counts = (
            (self.forbidding.bit_count(), "forbids a use", "forbid a use"),
            ((self.unknown & ~self.forbidding).bit_count(), "has an unknown license", "have an unknown license"),
            (self.unstated.bit_count(), "states no license", "state no license"),
        )
        return listed([f"{count} {one if count == 1 else many}" for count, one, many in counts if count])


class LicenseTables:
    """The licenses of one view, and the licenses upstream of its products. It has no reference to the view.

    ``stated`` holds the judgement of each node that states a license. ``reach`` has a mark for each source whose license forbids or requires
    something; ``sources`` are these by the number of their bit, ``demands`` is the mask of them, and ``demanding`` holds their bits by what
    their license forbids and requires. ``reach`` also has a mark for each node with a license that forbids a use or of which some permission is
    unknown, and for each that states none; ``unknown`` holds the second ones by the number of their bit. There is one ``reach`` for each grade of
    paths that rules use.
    """

    def __init__(self, view: View) -> None:
        self.judge = LicenseJudge(view.mapping)
        self.resources: list[str] = []
        self.stated: dict[str, LicenseJudgement] = {}
        self._read(view)
        cited = dict.fromkeys(edge.object for edges in view.graph.derivations.values() for edge in edges if not edge.within_owner)
        holders = {id: self.holder(view, id) for id in cited}
        self.demanding: dict[Terms, int] = {}
        self.sources: list[str] = []
        marks = self._mark_demands(holders)
        # The others get the last bits, so that the masks of the demands, which are compared for each product, stay short.
        self.demands = (1 << len(self.sources)) - 1
        numbers: dict[str, int] = {}
        for id, holder in holders.items():
            stated = self.stated.get(holder)
            # RF001 reports the ids that no record describes.
            review = bool(stated.terms.unknown or demands(stated.terms).forbidden) if stated else not view.graph.nodes[holder].stub
            if review:
                number = numbers.setdefault(holder, len(self.sources) + len(numbers))
                marks[id] = marks.get(id, 0) | 1 << number
        self.unknown = {number: id for id, number in numbers.items() if id in self.stated and self.stated[id].terms.unknown}
        forbidding = (number for id, number in numbers.items() if id in self.stated and demands(self.stated[id].terms).forbidden)
        unstated = (number for id, number in numbers.items() if id not in self.stated)
        self._review = UpstreamLicenses(_mask(forbidding), _mask(self.unknown), _mask(unstated))
        self.reach = {grade: Reach(view.walks, grade, marks) for grade in AUDITED}
        self.worst = lru_cache(maxsize=4096)(self._worst)

    def _read(self, view: View) -> None:
        for id, node in view.graph.nodes.items():
            if node.stub or not (node.is_product or node.is_resource):
                continue
            if node.kind == "resource":
                self.resources.append(id)
            written = self.judge.written(node, node.kind)
            found = self.judge.read(written) if written else None
            if found:
                self.stated[id] = found

    def _mark_demands(self, holders: dict[str, str]) -> dict[str, int]:
        marks: dict[str, int] = {}
        for id, holder in holders.items():
            stated = self.stated.get(holder)
            asked = demands(stated.terms) if stated else UNKNOWN
            if asked != UNKNOWN:
                marks[id] = 1 << len(self.sources)
                self.sources.append(id)
                self.demanding[asked] = self.demanding.get(asked, 0) | marks[id]
        return marks

    def written(self, claim: StatedClaim) -> WrittenLicense | None:
        """Return the license as a claim writes it, or None."""
        says = claim.listing or claim.says
        if isinstance(says, Listing | ResourceStatement):
            return self.judge.written(says.description, "product" if isinstance(says, Listing) else "resource")
        return None

    def unanimous(self, view: View, id: str) -> bool:
        """Return whether all records that state a license for a node state the same one."""
        stated = self.stated.get(id)
        claims = (*(view.records.get(id) or ()), *(view.listings.get(id) or ()))
        return all(self.judge.read(written) == stated for claim in claims if (written := self.written(claim)))

    def holder(self, view: View, id: str) -> str:
        """Return the node whose license applies to a node: itself or its first owner that states one. Without one, return the first owner."""
        holders = (id, *view.graph.owners.get(id, ()))
        return next((holder for holder in holders if holder in self.stated), holders[min(1, len(holders) - 1)])

    def to_review(self, grade: Grade, subjects: Iterable[str]) -> UpstreamLicenses:
        """Return the licenses upstream of some nodes that forbid a use, are unknown, or are not stated, on paths of a grade or a better one."""
        bits = 0
        for subject in subjects:
            bits |= self.reach[grade].of(subject)
        return UpstreamLicenses(*(bits & mask for mask in self._review))

    def _worst(self, own: Terms, bits: int) -> tuple[int, int]:
        """Return the bits of all sources with the worst conflict with a license, and the number of ``bits`` in any conflict with it."""
        gravest, found, count = 0, 0, 0
        for asked, mask in self.demanding.items():
            clash = conflict(own, asked) if bits & mask else None
            if clash:
                count += (bits & mask).bit_count()
                found = mask if clash.gravity > gravest else found | mask if clash.gravity == gravest else found
                gravest = max(gravest, clash.gravity)
        return found, count


def _mask(numbers: Iterable[int]) -> int:
    """Return the bits with some numbers. They are set in bytes, since a number with thousands of bits would be copied for each."""
    numbers = list(numbers)
    bits = bytearray(max(numbers, default=0) // 8 + 1)
    for number in numbers:
        bits[number // 8] |= 1 << number % 8
    return int.from_bytes(bits, "little")
