"""LC, licenses: missing, contradictory and unknown licenses, and products whose license permits more than those of their sources."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.support.citing import listed
from kgbuild.checks.support.conflicts import ConflictPath, dependents, more_conflicts
from kgbuild.checks.support.paths import step_entries, through
from kgbuild.checks.view import EntryRef, StatedClaim, View
from kgbuild.licenses.terms import COMMERCIAL, DERIVATIVES, REDISTRIBUTION, LicenseReader, Terms, WrittenLicense
from kgbuild.lineage.grades import AUDITED, Grade
from kgbuild.lineage.reach import Reach
from kgbuild.model.finding import Severity
from kgbuild.model.graph import Listing, ResourceStatement

#: Relations of PROV-O that state that one thing contains data of another.
_MADE_FROM = ("prov:hadPrimarySource", "prov:wasDerivedFrom")
#: Categories of products that are data. A process, an interface or a document can use data without distributing it.
_DATA = frozenset(("Product", "GraphProduct", "MappingProduct", "OntologyProduct", "DataModelProduct"))
#: The severity of permitting a use that a source forbids. Each value is larger than the sum of the following ones.
_GRAVITY = {REDISTRIBUTION: 8, DERIVATIVES: 4, COMMERCIAL: 2}
#: The uses that a license forbids, and the licenses that it requires (as in Terms).
Demands = tuple[frozenset[str], frozenset[tuple[str, ...]]]


class Conflict(NamedTuple):
    """A conflict between a product's license and a source's: the uses that only the source's forbids, and the license families it requires.

    The uses are sorted by severity, the worst first.
    """

    uses: tuple[str, ...]
    families: tuple[str, ...]

    @property
    def gravity(self) -> int:
        """Return the severity; a higher number is worse."""
        return sum(_GRAVITY[use] for use in self.uses) + bool(self.families)

    def __str__(self) -> str:
        forbids = f"forbids {listed(self.uses)}" if self.uses else ""
        requires = f"requires a license of the family {listed(self.families, None)}" if self.families else ""
        return " and ".join(filter(None, (forbids, requires)))


def conflict(own: Terms, upstream: Terms) -> Conflict | None:
    """Compare a product's license with the license of a source. Return None if there is no conflict, or if one of them is unknown.

    If the source's license requires a license of the same kind, any license family that the table accepts for it will do.
    """
    if own.forbids is None or upstream.forbids is None:
        return None
    uses = tuple(use for use in _GRAVITY if use in upstream.forbids and use not in own.forbids)
    families = tuple(sorted(accepted[0] for accepted in upstream.alike if not any(mine[0] in accepted for mine in own.alike)))
    return Conflict(uses, families) if uses or families else None


class _LicenseTables:
    """The licenses of one view, and the licensed sources of its products. It has no reference to the view.

    ``stated`` holds the terms of each node that states a license. ``reach`` has a mark for each source whose license forbids or requires
    something, and for each node that states an unknown license. ``demanding`` holds the bits of the former by what the license forbids and
    requires, and ``unknown`` the latter by the number of their bit. There is one ``reach`` for each grade of paths that rules use.
    """

    def __init__(self, view: View) -> None:
        self.reader = LicenseReader(view.mapping)
        self.resources: list[str] = []
        self.stated: dict[str, Terms] = {}
        self._read(view)
        cited = dict.fromkeys(edge.object for edges in view.graph.derivations.values() for edge in edges if not edge.within_owner)
        marks: dict[str, int] = {}
        self.demanding: dict[Demands, int] = {}
        unjudged: list[tuple[str, str]] = []
        for id in cited:
            holder = self.holder(view, id)
            terms = self.stated.get(holder)
            if terms is not None and terms.forbids is None:
                unjudged.append((id, holder))
            elif terms is not None and terms.forbids is not None and (terms.forbids or terms.alike):
                key = terms.forbids, terms.alike
                marks[id] = 1 << len(marks)
                self.demanding[key] = self.demanding.get(key, 0) | marks[id]
        numbers: dict[str, int] = {}
        first = len(marks)
        # These get the last bits, so that the masks of the others, which are compared for each product, stay short.
        for id, holder in unjudged:
            marks[id] = 1 << numbers.setdefault(holder, first + len(numbers))
        self.reach = {grade: Reach(view.walks, grade, marks) for grade in AUDITED}
        self.demands = (1 << first) - 1
        self.unknown = {number: holder for holder, number in numbers.items()}
        self.worst = lru_cache(maxsize=4096)(self._worst)

    def _read(self, view: View) -> None:
        for id, node in view.graph.nodes.items():
            if node.stub or not (node.is_product or node.is_resource):
                continue
            if node.kind == "resource":
                self.resources.append(id)
            written = self.reader.written(node, node.kind)
            terms = self.reader.read(written) if written else None
            if terms:
                self.stated[id] = terms

    def written(self, claim: StatedClaim) -> WrittenLicense | None:
        """Return the license as a claim writes it, or None."""
        says = claim.listing or claim.says
        if isinstance(says, Listing | ResourceStatement):
            return self.reader.written(says.description, "product" if isinstance(says, Listing) else "resource")
        return None

    def unanimous(self, view: View, id: str) -> bool:
        """Return whether all records that state a license for a node state the same one."""
        terms = self.stated.get(id)
        claims = (*(view.records.get(id) or ()), *(view.listings.get(id) or ()))
        return all(self.reader.read(written) == terms for claim in claims if (written := self.written(claim)))

    def holder(self, view: View, id: str) -> str:
        """Return the node whose license applies to a node: itself or its first owner that states one. Without one, return the first owner."""
        holders = (id, *view.graph.owners.get(id, ()))
        return next((holder for holder in holders if holder in self.stated), holders[min(1, len(holders) - 1)])

    def _worst(self, own: Terms, bits: int) -> tuple[int, int]:
        """Return the bits of all sources with the worst conflict with a license, and the number of ``bits`` in any conflict with it."""
        gravest, found, count = 0, 0, 0
        for (forbids, alike), mask in self.demanding.items():
            clash = conflict(own, Terms("", forbids, alike)) if bits & mask else None
            if clash:
                count += (bits & mask).bit_count()
                found = mask if clash.gravity > gravest else found | mask if clash.gravity == gravest else found
                gravest = max(gravest, clash.gravity)
        return found, count


def missing(view: View) -> Iterator[Violation]:
    """A resource without a license.

    A text such as "Not specified" counts as no license. A text such as "Varies" is an unknown license (LC004).
    Why: Data without a license may not be used freely, and neither may products made from it.
    Example: `license: {id: "", label: Not specified}`, or no `license`.
    Fix: Ask the owners of the resource for a license, and add its SPDX id and its URL.
    """
    tables = view.once(_LicenseTables)
    for id in tables.resources:
        if id not in tables.stated:
            label, claim = view.graph.nodes[id].license_label, view.record(id)
            message = f"{view.name(id)!r} has no license{f' (the text is {label!r})' if label else ''}"
            yield Violation(id, message, EntryRef(claim, "license", label or "") if claim else None, field="license")


def clashing(view: View) -> Iterator[Violation]:
    """A license whose text and URL name different licenses.

    Why: It is unclear which of the two applies, so the graph has no SPDX id for the license.
    Example: `license: {id: https://creativecommons.org/licenses/by-nc/4.0/, label: CC BY 4.0}`
    Fix: Look up the license on the website of the resource or product, and correct the text or the URL.
    """
    tables = view.once(_LicenseTables)
    for id, terms in tables.stated.items():
        claim = (view.authoritative(id) if view.graph.is_product(id) else view.record(id)) if terms.clash else None
        written = tables.written(claim) if claim else None
        found = tables.reader.read(written) if written else None
        if claim is None or written is None or found is None or found.clash is None:
            continue  # no license, or one combined from several listings
        label = written.label or ""
        by_label, by_url = found.clash
        text = repr(label) if label == by_label else f"{label!r} ({by_label})"
        message = f"the license of {view.name(id)!r} is {text} by its text and {by_url} by its URL {written.url!r}"
        related = [EntryRef(copy, "license", label) for copy in view.copies(id) if tables.written(copy) == written]
        yield Violation(id, message, EntryRef(claim, "license", label), field="license", related=related)


def freer(view: View) -> Iterator[Violation]:
    """A product whose license permits something that a source's license forbids.

    The source may be direct or indirect. The product is made from it if records state every step. The product may contain its data if a step
    enters a resource and leaves it by one of the resource's data products, because no record states which product was used. The table in
    `mappings/licenses.yaml` gives what each license forbids (commercial use, derivatives, redistribution), and whether it requires a license
    of the same family (share-alike). One conflict of a product is reported: on a path of stated steps, if there is one; then the worst one;
    then the one with the shortest path.

    The level is error only if the conflict is certain:

    - The product is data, and neither license is a license for code.
    - The source is a direct source of another owner, with the relation type `prov:hadPrimarySource` or `prov:wasDerivedFrom`.
    - Both state their own license, as an SPDX id of the table, and all their records agree on it.

    Otherwise the level is warning, for example if the product has the license of its owner. This is not legal advice.
    Why: A user who relies on the product's license may violate the license of the source.
    Example: A graph under CC-BY-4.0 has `original_source: [{source: a, relation_type: prov:hadPrimarySource}]`, and `a` is under CC-BY-NC-4.0.
    Fix: Choose a license for the product that forbids the same uses, remove the source, or ask its owners for permission.
    """
    tables = view.once(_LicenseTables)
    for product in view.graph.derivations:
        found = _worst_conflict(view, tables, product)
        if found is not None:
            yield _freer(view, tables, product, found)


def _worst_conflict(view: View, tables: _LicenseTables, product: str) -> ConflictPath | None:
    """Return the conflict to report: on a stated path before a possible one, then the worst one, then the one with the shortest path."""
    own = tables.stated.get(tables.holder(view, product))
    if own is None or own.forbids is None:
        return None
    found = {grade: tables.worst(own, reach.of(product) & tables.demands) for grade, reach in tables.reach.items()}
    grade: Grade = "stated" if found["stated"][1] else "possible"
    worst, conflicts = found[grade]
    if not conflicts:
        return None
    certain = _certain_conflict(view, tables, product)
    grade = "stated" if certain else grade
    path = [product, certain] if certain else tables.reach[grade].way(product, worst)
    others = max(found["stated"][1] - 1, 0), found["possible"][1] - max(found["stated"][1], 1)
    return ConflictPath(path, grade, bool(certain), others) if path else None


def _certain_conflict(view: View, tables: _LicenseTables, product: str) -> str | None:
    """Return the source whose license certainly conflicts with the product's, the worst of several; None if there is none."""
    own = tables.stated.get(product)
    if own is None or not own.sure or own.code or view.graph.category(product) not in _DATA or not tables.unanimous(view, product):
        return None
    found: list[tuple[int, str]] = []
    for edge in view.graph.foreign(product):
        source = edge.object
        terms = tables.stated.get(source)
        stated = terms is not None and terms.sure and not terms.code and edge.relation_type in _MADE_FROM and not edge.original_object
        clash = conflict(own, terms) if terms and stated else None
        if terms is None or clash is None or not (clash.uses or _nothing_but_freer(own, terms)):
            continue
        if tables.unanimous(view, source) and not _has_freer_parts(view, tables, source, own):
            found.append((-clash.gravity, source))
    return min(found)[1] if found else None


def _nothing_but_freer(own: Terms, upstream: Terms) -> bool:
    """Return whether a license forbids nothing that the source's license permits. Otherwise the licenses differ, and neither permits more."""
    return not own.alike and (own.forbids or frozenset()) <= (upstream.forbids or frozenset())


def _has_freer_parts(view: View, tables: _LicenseTables, source: str, own: Terms) -> bool:
    """Return whether a source has a product whose license does not conflict with ``own``. The product may be made from that product."""
    return any(product in tables.stated and not conflict(own, tables.stated[product]) for product in view.graph.products.get(source, ()))


def _freer(view: View, tables: _LicenseTables, product: str, found: ConflictPath) -> Violation:
    path, source = found.path, found.path[-1]
    own, upstream = (tables.holder(view, id) for id in (product, source))
    mine, theirs = tables.stated[own], tables.stated[upstream]
    relation = "from which it is made" if found.grade == "stated" else "whose data it may contain"
    message = (
        f"{view.name(product)!r} is under {mine.name}{_of(view, product, own)}, but {view.name(source)!r}, {relation}"
        f"{through(view, found.grade, path)}, is under {theirs.name}{_of(view, source, upstream)}, which {conflict(mine, theirs)}"
        f"{more_conflicts(*found.others)}"
    )
    listing = view.authoritative(product)
    first = next(edge for edge in view.graph.derivations[product] if edge.object == path[1])
    field, value = ("license", "") if own == product else (first.source_role or "", first.original_object or view.name(first.object))
    related = [EntryRef(copy, field, value) for copy in view.copies(product)]
    related += step_entries(view, found.grade, path)
    related += [EntryRef(claim, "license") for id in (own, upstream) if id != product and (claim := _stating(view, id))]
    at = EntryRef(listing, field, value) if listing else None
    severity: Severity = "error" if found.certain else "warning"
    return Violation(product, message, at, object=source, field="license", related=related, severity=severity)


def unknown(view: View) -> Iterator[Violation]:
    """A source's license whose permissions are unknown.

    The license stands for several licenses ("Varies"), is not in the table `mappings/licenses.yaml`, or has a text and a URL that disagree.
    Each license is reported once, with the number of products that are made from it, directly or indirectly, and of those that may contain
    its data. Sources without a license are reported as LC001.
    Why: An unknown license is not a permissive license. LC003 cannot check the products that depend on it.
    Example: `license: {id: https://www.example.org/terms, label: Varies}` in a record that is a source of other resources' products.
    Fix: Add the SPDX id of the license. If the products have different licenses, add the license of each product. For a custom license, add an
    entry with a `LicenseRef-` id, its spellings and its permissions to your own `licenses.yaml`.
    """
    tables = view.once(_LicenseTables)
    stated, possible = (tables.reach[grade].counts() for grade in AUDITED)
    for number, id in tables.unknown.items():
        claim = _stating(view, id)
        if not possible[number]:
            continue  # only products of its owner depend on it
        written = tables.written(claim) if claim else None
        depend = dependents(stated[number], possible[number] - stated[number])
        message = f"kgbuild cannot tell what the license of {view.name(id)!r} ({tables.stated[id].name}) permits; {depend}"
        at = EntryRef(claim, "license", (written and (written.label or written.url)) or "") if claim else None
        yield Violation(id, message, at, field="license")


def _stating(view: View, id: str) -> StatedClaim | None:
    return view.authoritative(id) if view.graph.is_product(id) else view.record(id)


def _of(view: View, id: str, holder: str) -> str:
    return "" if id == holder else f" as {view.name(holder)!r} is"


RULES = (
    Rule("LC001", "warning", missing),
    Rule("LC002", "warning", clashing),
    Rule("LC003", "warning", freer),
    Rule("LC004", "info", unknown),
)
