"""LC, licenses: what is stated, and whether products let through what their sources do not."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.support.citing import listed
from kgbuild.checks.view import EntryRef, StatedClaim, View
from kgbuild.licenses.terms import COMMERCIAL, DERIVATIVES, REDISTRIBUTION, LicenseReader, Terms, WrittenLicense
from kgbuild.lineage.reach import Reach
from kgbuild.model.graph import Listing, ResourceStatement

#: Relations of PROV-O that say that one thing is made of the content of another.
_MADE_FROM = ("prov:hadPrimarySource", "prov:wasDerivedFrom")
#: Kinds of products that are data. A process, an interface or a document may rest on data without passing it on.
_DATA = frozenset(("Product", "GraphProduct", "MappingProduct", "OntologyProduct", "DataModelProduct"))
#: How grave it is to let through what a source does not: each outweighs all that follow it.
_GRAVITY = {REDISTRIBUTION: 8, DERIVATIVES: 4, COMMERCIAL: 2}
#: What a license forbids, and what licenses it asks for (as in Terms).
Demands = tuple[frozenset[str], frozenset[tuple[str, ...]]]


class Conflict(NamedTuple):
    """What a license lets through and one upstream does not: uses, the gravest first, and families of which one is asked for."""

    uses: tuple[str, ...]
    families: tuple[str, ...]

    @property
    def gravity(self) -> int:
        """Higher is graver."""
        return sum(_GRAVITY[use] for use in self.uses) + bool(self.families)

    def __str__(self) -> str:
        forbids = f"forbids {listed(self.uses)}" if self.uses else ""
        asks = f"asks for a license of the family {listed(self.families, None)}" if self.families else ""
        return " and ".join(filter(None, (forbids, asks)))


def conflict(own: Terms, upstream: Terms) -> Conflict | None:
    """What one license lets through that another one, upstream, does not; None where there is nothing, or where one of them is unknown.

    A demand for a license of the same kind is met by any of the families that the table names for it.
    """
    if own.forbids is None or upstream.forbids is None:
        return None
    uses = tuple(use for use in _GRAVITY if use in upstream.forbids and use not in own.forbids)
    families = tuple(sorted(asked[0] for asked in upstream.alike if not any(mine[0] in asked for mine in own.alike)))
    return Conflict(uses, families) if uses or families else None


class _LicenseTables:
    """The licenses of one view, and what lies upstream of its products. It holds nothing that keeps the view.

    ``stated`` are the terms of each node that states a license. The marks of ``reach`` are the sources whose license forbids or asks for
    something, and the nodes that state an unknown one, also for what has it of them. ``demanding`` are the bits of the former by what
    the license forbids and asks for, ``unknown`` are the latter by the number of their bit.
    """

    def __init__(self, view: View) -> None:
        self.reader = LicenseReader(view.mapping)
        self.resources: list[str] = []
        self.stated: dict[str, Terms] = {}
        self._read(view)
        cited = dict.fromkeys(edge.object for edges in view.graph.derivations.values() for edge in edges if not edge.within_owner)
        marks: dict[str, int] = {}
        self.demanding: dict[Demands, int] = {}
        puzzling: list[tuple[str, str]] = []
        for id in cited:
            holder = self.holder(view, id)
            terms = self.stated.get(holder)
            if terms is not None and terms.forbids is None:
                puzzling.append((id, holder))
            elif terms is not None and terms.forbids is not None and (terms.forbids or terms.alike):
                key = terms.forbids, terms.alike
                marks[id] = 1 << len(marks)
                self.demanding[key] = self.demanding.get(key, 0) | marks[id]
        numbers: dict[str, int] = {}
        first = len(marks)
        for id, holder in puzzling:  # after the others, whose bits are looked at one product at a time and so better stay few
            marks[id] = 1 << numbers.setdefault(holder, first + len(numbers))
        self.reach = Reach(view.walks, marks)
        self.demands = (1 << first) - 1
        self.unknown = {number: holder for holder, number in numbers.items()}
        self.gravest = lru_cache(maxsize=4096)(self._gravest)

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

    def written(self, said: StatedClaim) -> WrittenLicense | None:
        """The license as a claim writes it."""
        says = said.listing or said.says
        if isinstance(says, Listing | ResourceStatement):
            return self.reader.written(says.description, "product" if isinstance(says, Listing) else "resource")
        return None

    def unanimous(self, view: View, id: str) -> bool:
        """Whether all records that state a license of a node state the same."""
        terms = self.stated.get(id)
        said = (*(view.records.get(id) or ()), *(view.listings.get(id) or ()))
        return all(self.reader.read(written) == terms for claim in said if (written := self.written(claim)))

    def holder(self, view: View, id: str) -> str:
        """The node whose license a node has: itself, or its first owner that states one, or that has none to state."""
        houses = (id, *view.graph.owners.get(id, ()))
        return next((holder for holder in houses if holder in self.stated), houses[min(1, len(houses) - 1)])

    def _gravest(self, own: Terms, bits: int) -> tuple[int, int]:
        """All bits with which a license is in the gravest of its conflicts with some bits; and how many of those it is in conflict with."""
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

    A text that says that there is none ("Not specified") is none. One that says that there are several ("Varies") is an unknown one: LC004.
    Why: what is given out without a license may not be used freely, and neither may what is made from it.
    Example: `license: {id: "", label: Not specified}`, or no `license` at all.
    Fix: ask the owners of the resource for a license, and state its SPDX id and its URL.
    """
    tables = view.once(_LicenseTables)
    for id in tables.resources:
        if id not in tables.stated:
            label, said = view.graph.nodes[id].license_label, view.record(id)
            message = f"{view.name(id)!r} has no license{f', it says {label!r}' if label else ''}"
            yield Violation(id, message, EntryRef(said, "license", label or "") if said else None, field="license")


def clashing(view: View) -> Iterator[Violation]:
    """A license whose text and URL name two licenses.

    Why: nobody can say which of the two holds, so the graph has no SPDX id for it.
    Example: `license: {id: https://creativecommons.org/licenses/by-nc/4.0/, label: CC BY 4.0}`
    Fix: look up the license where the resource or product is given out, and correct the one that is wrong.
    """
    tables = view.once(_LicenseTables)
    for id, terms in tables.stated.items():
        said = (view.authoritative(id) if view.graph.is_product(id) else view.record(id)) if terms.clash else None
        written = tables.written(said) if said else None
        found = tables.reader.read(written) if written else None
        if said is None or written is None or found is None or found.clash is None:
            continue  # none at all, or one that is put together from several listings
        label = written.label or ""
        by_label, by_url = found.clash
        text = repr(label) if label == by_label else f"{label!r} ({by_label})"
        message = f"the license of {view.name(id)!r} is {text} by its text and {by_url} by its URL {written.url!r}"
        related = [EntryRef(copy, "license", label) for copy in view.copies(id) if tables.written(copy) == written]
        yield Violation(id, message, EntryRef(said, "license", label), field="license", related=related)


def freer(view: View) -> Iterator[Violation]:
    """A product under a freer license than something upstream: it lets through what that one keeps.

    What a license forbids (commercial use, derivatives, redistribution) and whether it asks for a license of the same kind is told by the
    table in `mappings/licenses.yaml`; share-alike is met by the same family. The worst of a product's conflicts is told, with the shortest
    way to it. It is an error only where nobody could argue: data, not code, made in one step from a source of another owner that is stated
    as `prov:hadPrimarySource` or `prov:wasDerivedFrom`, where both state a license of their own that is an SPDX id of the table, and all that
    is written of it agrees. Else, and where a product has the license of its owner, it is a warning. This is not legal advice.
    Why: who relies on the freer license does what the makers of the source did not allow.
    Example: a graph under CC-BY-4.0 with `original_source: [{source: a, relation_type: prov:hadPrimarySource}]`, where `a` is CC-BY-NC-4.0.
    Fix: give the product a license that keeps what its sources keep, leave the source out, or ask the owners of the source for permission.
    """
    tables = view.once(_LicenseTables)
    for product in view.graph.derivations:
        holder = tables.holder(view, product)
        own = tables.stated.get(holder)
        if own is None or own.forbids is None:
            continue
        grave, conflicts = tables.gravest(own, tables.reach.of(product) & tables.demands)
        if not conflicts:
            continue
        sure = _beyond_dispute(view, tables, product)
        way = [product, sure] if sure else tables.reach.way(product, grave)
        if way:
            yield _freer(view, tables, product, way, conflicts - 1, sure=bool(sure))


def _beyond_dispute(view: View, tables: _LicenseTables, product: str) -> str | None:
    """The source with which a product's license is in a conflict that nobody could argue about, of several the gravest; None without one."""
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
    """Whether a license keeps nothing that one upstream does not keep too: else the two are apart, and neither is the freer one."""
    return not own.alike and (own.forbids or frozenset()) <= (upstream.forbids or frozenset())


def _has_freer_parts(view: View, tables: _LicenseTables, source: str, own: Terms) -> bool:
    """Whether a source gives something out under a license that a product's own is in no known conflict with: it may be made from that."""
    return any(product in tables.stated and not conflict(own, tables.stated[product]) for product in view.graph.products.get(source, ()))


def _freer(view: View, tables: _LicenseTables, product: str, way: list[str], others: int, *, sure: bool) -> Violation:
    source = way[-1]
    own, upstream = (tables.holder(view, id) for id in (product, source))
    mine, theirs = tables.stated[own], tables.stated[upstream]
    by_way = f" by way of {listed([repr(view.name(id)) for id in way[1:-1]], None)}" if len(way) > 2 else ""
    more = f"; {others} more source{'s' * (others > 1)} upstream {'are' if others > 1 else 'is'} in conflict with it" if others else ""
    message = (
        f"{view.name(product)!r} is under {mine.name}{_of(view, product, own)}, but {view.name(source)!r}, from which it is made{by_way}, "
        f"is under {theirs.name}{_of(view, source, upstream)}, which {conflict(mine, theirs)}{more}"
    )
    said = view.authoritative(product)
    first = next(edge for edge in view.graph.derivations[product] if edge.object == way[1])
    field, value = ("license", "") if own == product else (first.source_role or "", first.original_object or view.name(first.object))
    related = [EntryRef(copy, field, value) for copy in view.copies(product)]
    related += [EntryRef(claim, "license") for id in (own, upstream) if id != product and (claim := _stating(view, id))]
    at = EntryRef(said, field, value) if said else None
    return Violation(product, message, at, object=source, field="license", related=related, severity="error" if sure else "warning")


def unknown(view: View) -> Iterator[Violation]:
    """A license upstream of which it is unknown what it lets through.

    It is one that says that there are several ("Varies"), that the table in `mappings/licenses.yaml` does not judge, or whose text and URL
    disagree. It is told once, with the number of products behind it. A resource upstream without any license is told by LC001.
    Why: unknown is unknown, not permissive: LC003 can say nothing of these products, and neither can who wants to use them.
    Example: `license: {id: https://www.example.org/terms, label: Varies}` in a record that products of others cite.
    Fix: state the SPDX id if it has one, or the license of each product where they differ. For terms of its own, read them, and say in a
    `licenses.yaml` of yours under a `LicenseRef-` id how they are written and what they let through.
    """
    tables = view.once(_LicenseTables)
    counts = tables.reach.counts()
    for number, id in tables.unknown.items():
        products, said = counts[number], _stating(view, id)
        if not products:
            continue  # it is upstream of nothing but what its own owner gives out
        written = tables.written(said) if said else None
        back = f"{products} product{'s' * (products != 1)} of others go{'es' * (products == 1)} back to it"
        message = f"it is unknown what the license of {view.name(id)!r}, {tables.stated[id].name!r}, lets through; {back}"
        at = EntryRef(said, "license", (written and (written.label or written.url)) or "") if said else None
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
