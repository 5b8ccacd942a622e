"""LS, listings: listings of one product and its generated page that differ, and sources that a listing repeats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from kgbuild.checks.fixes import duplicate_source
from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.rules.records import listed_twice, misnamed, one_id_twice
from kgbuild.checks.support.comparing import Comparing, Differences, contrast, spot
from kgbuild.checks.view import EntryRef, StatedClaim, View
from kgbuild.model.graph import Listing, Role, Source

#: Properties that may differ without a warning, because copies keep old messages, and generators rewrite and shorten them.
_MESSAGES = frozenset(("warnings",))
_GENERATED = frozenset(("warnings", "file_size"))


def disagreeing(view: View) -> Iterator[Violation]:
    """Listings of one product that differ.

    The listing of the product's owner is authoritative, and the listings of other records are compared with it. The level is info if only
    `warnings` differ. If one record lists a product twice, its first listing is used; LS007 reports the others.
    Why: A registry copies a listing to the page of each source of the product. An old copy gives its readers wrong information.
    Example: The record `a` lists `a.tsv` with `license: {label: CC BY 4.0}`, and the copy in the record `b` has `license: {label: CC0}`.
    Fix: Change the copies to match the owner's listing, or correct that listing. If the copies are generated, generate them again.
    """
    comparing = Comparing(view.mapping, "product")
    for product, listings in view.listings.items():
        says = listings[0].says
        if len(listings) == 1 or all(claim.says is says for claim in listings):
            continue
        first = view.authoritative(product)
        if first is None or not isinstance(first.says, Listing):
            continue
        copies = [
            (claim, comparing.differences(first.says, claim.says))
            for claim in view.copies(product)
            if isinstance(claim.says, Listing) and not claim.nth
        ]
        others = [(claim, found) for claim, found in copies if found]
        if others:
            yield _disagreement(view, comparing, product, first, others)


def _disagreement(
    view: View, comparing: Comparing, product: str, first: StatedClaim, others: Sequence[tuple[StatedClaim, Differences]]
) -> Violation:
    other, differences = next((copy for copy in others if copy[1].keys() - _MESSAGES), others[0])
    properties = dict.fromkeys(name for _, found in others for name in found)
    which = " (in a container)" if other.contained else ""
    sides = contrast(next(iter(differences.values())), repr(first.by), f"{other.by!r}{which}")
    more = f" ({len(others) - 1} more listing{' differs' if len(others) == 2 else 's differ'})" if len(others) > 1 else ""
    return Violation(
        product,
        f"listings of {view.name(product)!r} differ in {comparing.names(properties)}: {sides}{more}",
        spot(first, differences, 0),
        field=", ".join(comparing.written(name) for name in properties),
        related=[spot(claim, found, 1) for claim, found in others],
        severity="info" if properties.keys() <= _MESSAGES else None,
    )


def named_twice(view: View) -> Iterator[Violation]:
    """A source that occurs twice in one list of sources.

    Why: The second entry is redundant, or has another relation type than the first, and only one of them can be right.
    Example: `original_source: [{source: goa}, {source: goa}]`.
    Fix: Remove one of the entries.
    """
    for product, found, held in _faults(view, _twice):
        role, id = found
        listing = held[0].listing
        entries = [source for source in listing.sources if (source.role, source.id) == found] if listing else []
        relations = dict.fromkeys(source.relation for source in entries)
        times = "twice" if len(entries) == 2 else f"{len(entries)} times"
        message = f"{view.name(product)!r} names {id!r} {times} in {getattr(view.mapping.provenance.roles, role).fields[0]!r}"
        if len(relations) > 1:
            message += f", with the relation types {' and '.join(map(repr, relations))}"
        spots = [EntryRef(claim, role, id, at=1) for claim in held]
        yield Violation(product, message, spots[0], object=view.mapping.curie("resource", id), field=role, related=spots[1:])


def original_and_secondary(view: View) -> Iterator[Violation]:
    """A source that is both an original and a secondary source of one product.

    Why: A product is made from its original sources and uses secondary sources in addition. Statistics of sources count this one twice.
    Example: `original_source: [goa]` and `secondary_source: [goa]` in one listing.
    Fix: Keep the entry that is right, and remove the other.
    """
    fields = view.mapping.provenance.roles
    for product, id, held in _faults(view, _in_both_roles):
        message = f"{view.name(product)!r} names {id!r} both in {fields.original.fields[0]!r} and in {fields.secondary.fields[0]!r}"
        spots = [EntryRef(claim, "secondary", id) for claim in held]
        yield Violation(product, message, spots[0], object=view.mapping.curie("resource", id), field="secondary", related=spots[1:])


def _twice(sources: Sequence[Source]) -> list[tuple[Role, str]]:
    return [entry for entry, times in Counter((source.role, source.id) for source in sources).items() if times > 1]


def _in_both_roles(sources: Sequence[Source]) -> list[str]:
    originals = {source.id for source in sources if source.role == "original"}
    return list(dict.fromkeys(source.id for source in sources if source.role == "secondary" and source.id in originals))


def _faults(view: View, find: Callable[[Sequence[Source]], list[Any]]) -> Iterator[tuple[str, Any, list[StatedClaim]]]:
    """Yield each product with a fault in its lists of sources, and the listings and pages with that fault, the authoritative one first."""
    for product, listings in view.listings.items():
        distinct = {id(claim.says): claim for claim in listings}.values()
        if not any(map(_names_again, distinct)) and not any(map(_names_again, view.pages.get(product) or ())):
            continue
        first = view.authoritative(product)
        claims = [claim for claim in (first, *view.copies(product)) if claim is not None]
        faults = [(claim, find(listing.sources)) for claim in claims if (listing := claim.listing) is not None]
        for fault in dict.fromkeys(fault for _, found in faults for fault in found):
            yield product, fault, [claim for claim, found in faults if fault in found]


def _names_again(claim: StatedClaim) -> bool:
    """Return whether a listing or page names one source more than once, in any role."""
    sources = claim.listing.sources if claim.listing else ()
    return len(sources) > 1 and len({source.id for source in sources}) < len(sources)


def stale_pages(view: View) -> Iterator[Violation]:
    """A generated product page that differs from the listing of its product, or whose product no record lists.

    The layout, which only a page has, is not compared. The level is info if only the file size or the warnings differ, because generators
    rewrite these. A difference in the warnings alone is found only if LS004 is selected.
    Why: People read the page and programs read the listing, so they get different information.
    Example: `a.tsv.md` has `format: csv`, and the listing of `a.tsv` in the record `a` has `format: tsv`.
    Fix: Generate the pages again. Remove the page of a product that is no longer listed.
    """
    comparing = Comparing(view.mapping, "product")
    for product, pages in view.pages.items():
        listings = view.listings.get(product)
        if listings is None:
            message = f"this page was generated for {view.name(product)!r}, which no record lists"
            yield Violation(product, message, EntryRef(pages[0]), related=[EntryRef(page) for page in pages[1:]])
        elif not _copied(comparing, pages, listings):
            yield from _stale(view, comparing, product)


def _copied(comparing: Comparing, pages: Sequence[StatedClaim], listings: Sequence[StatedClaim]) -> bool:
    """Return whether a page equals the listings, and these are all equal. Most pages do, so this test saves the full comparison."""
    page, says = pages[0].listing, listings[0].listing
    if page is None or says is None or len(pages) > 1 or not comparing.same(page, says):
        return False
    return len(listings) == 1 or all(listing.says is says for listing in listings)


def _stale(view: View, comparing: Comparing, product: str) -> Iterator[Violation]:
    listing = view.authoritative(product)
    expected = listing.listing if listing is not None else None
    if listing is None or expected is None:
        return
    copies = [(page, comparing.differences(says, expected)) for page in view.pages[product] if (says := page.listing) is not None]
    others = [(page, found) for page, found in copies if found]
    if not others:
        return
    page, differences = others[0]
    properties = dict.fromkeys(name for _, found in others for name in found)
    sides = contrast(next(iter(differences.values())), "the page", repr(listing.by))
    yield Violation(
        product,
        f"the generated page of {view.name(product)!r} differs from its listing in {comparing.names(properties)}: {sides}",
        spot(page, differences, 0),
        field=", ".join(comparing.written(name) for name in properties),
        related=[spot(listing, differences, 1), *(spot(other, found, 0) for other, found in others[1:])],
        severity="info" if properties.keys() <= _GENERATED else None,
        minor=properties.keys() <= _MESSAGES,
    )


RULES = (
    Rule("LS001", "warning", disagreeing),
    Rule("LS002", "warning", named_twice, fix=duplicate_source.fix),
    Rule("LS003", "warning", original_and_secondary),
    Rule("LS004", "warning", stale_pages),
    Rule("LS005", "error", one_id_twice),
    Rule("LS006", "warning", misnamed),
    Rule("LS007", "warning", listed_twice),
)
