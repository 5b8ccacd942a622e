"""LS, listings: records with the same id, products that a record lists twice, and the names of files."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from unicodedata import normalize
from urllib.parse import unquote

from kgbuild.checks.rule import Violation
from kgbuild.checks.support.comparing import Comparing, Differences, contrast, spot
from kgbuild.checks.view import EntryRef, StatedClaim, View
from kgbuild.errors import visible
from kgbuild.mapping.schema import NamedKind, RecordKind
from kgbuild.model.graph import Description, Listing, OrganizationStatement, ResourceStatement

_Record = ResourceStatement | OrganizationStatement

#: Suffixes of files that contain one record and may have the name of its id.
_ENDINGS = frozenset((".md", ".markdown", ".yaml", ".yml", ".json"))


def one_id_twice(view: View) -> Iterator[Violation]:
    """Two records with the same id.

    The level is error if the records differ, and warning if they are equal. Resources and organizations have separate ids and are not
    compared with each other. For an id with a page of its own, the page is used and not the entry in a container of records; a difference
    between them is a warning.
    Why: The graph has one node for each id, so it merges the properties of both records. A citation of the id is ambiguous.
    Example: `x/a.md` has `id: a` and `name: A`, and `y/a.md` has `id: a` and `name: B`.
    Fix: Give one of the records another id, or remove it. If the records are in a container, generate the container again.
    """
    groups: tuple[tuple[RecordKind, Mapping[str, list[StatedClaim]]], ...] = (
        ("resource", view.records),
        ("organization", view.organizations),
    )
    several = [(id, claims, kind) for kind, records_by_id in groups for id, claims in records_by_id.items() if len(claims) > 1]
    listed = _listed(view, {claim.file for _, records, _ in several for claim in records}) if several else {}
    for id, claims, kind in several:
        comparing = Comparing(view.mapping, kind)
        records = sorted(claims, key=lambda s: (s.contained, not _is_called(view.files[s.file], s.id), s.file))
        pages = [record for record in records if not record.contained]
        yield from _doubled(view, comparing, id, pages or records, listed)
        if pages:
            yield from _beside(view, comparing, id, pages[0], records[len(pages) :], listed)


_Products = dict[str, list[Listing]]
_Listed = dict[tuple[int, str], _Products]


def _listed(view: View, files: set[int]) -> _Listed:
    """Return the listings of each record of some files, by file and record id, and then by product."""
    found: defaultdict[tuple[int, str], defaultdict[str, list[Listing]]] = defaultdict(lambda: defaultdict(list))
    for product, listings in view.listings.items():
        for claim in listings:
            if claim.file in files and isinstance(claim.says, Listing):
                found[claim.file, claim.by][product].append(claim.says)
    return {key: dict(products) for key, products in found.items()}


def _doubled(view: View, comparing: Comparing, id: str, records: Sequence[StatedClaim], listed: _Listed) -> Iterator[Violation]:
    """Compare several records of an id that are all pages, or all entries of containers."""
    if len(records) == 1:
        return
    first, *others = records
    products_of_first = listed.get((first.file, first.by), {})
    properties: dict[str, None] = {}
    for other in others:
        properties |= dict.fromkeys(comparing.differences(_record(first), _record(other)))
        # For two records in one file it is unknown which of them lists a product.
        if other.file != first.file and not _list_alike(view, listed.get((other.file, other.by), {}), products_of_first):
            properties["products"] = None
    what = f"they differ in {comparing.names(properties)}" if properties else "they are equal"
    yield Violation(
        id,
        f"the id {first.id!r} is also that of the record in {view.files[first.file]}, and {what}",
        EntryRef(others[0], "id"),
        related=[EntryRef(record, "id") for record in (first, *others[1:])],
        severity=None if properties else "warning",
    )


def _list_alike(view: View, a: _Products, b: _Products) -> bool:
    """Return whether two records have equal listings of the same products."""
    comparing = Comparing(view.mapping, "product")
    return a.keys() == b.keys() and all(
        len(a[product]) == len(b[product]) and not any(map(comparing.differences, a[product], b[product])) for product in a
    )


def _beside(
    view: View, comparing: Comparing, id: str, page: StatedClaim, entries: Sequence[StatedClaim], listed: _Listed
) -> Iterator[Violation]:
    """Compare entries of containers with the page of their id. The content of their listings is compared by LS001."""
    products_of_page = listed.get((page.file, page.by), {}).keys()
    differing: list[tuple[StatedClaim, Differences]] = []
    for entry in entries:
        found = comparing.differences(_record(entry), _record(page))
        if (products := listed.get((entry.file, entry.by), {}).keys()) != products_of_page:
            found["products"] = tuple(map(view.name, sorted(products))), tuple(map(view.name, sorted(products_of_page)))
        if found:
            differing.append((entry, found))
    if differing:
        first, found = differing[0]
        names = comparing.names(dict.fromkeys(name for _, properties in differing for name in properties))
        sides = contrast(next(iter(found.values())), "the entry", "the page")
        yield Violation(
            id,
            f"the entry of {page.id!r} in a container differs from its page in {names}: {sides}",
            spot(first, found, 0),
            field=next(iter(view.mapping.pages.containers), ""),
            related=[spot(page, found, 1), *(spot(entry, properties, 0) for entry, properties in differing[1:])],
            severity="warning",
        )


def _record(claim: StatedClaim) -> _Record:
    return claim.says if isinstance(claim.says, _Record) else ResourceStatement(category=None, description=Description())


def listed_twice(view: View) -> Iterator[Violation]:
    """A product that one record lists twice.

    Why: Only one of the two listings can be right. If they differ, the graph unites them, and no listing of the product is authoritative.
    Example: The `products` of the record `a` have two entries with `id: a.tsv`.
    Fix: Keep one of the two listings, or correct the id of the other one.
    """
    comparing = Comparing(view.mapping, "product")
    for product, listings in view.listings.items():
        if len(listings) < 2 or not any(claim.nth for claim in listings):
            continue
        by_record: defaultdict[tuple[int, str], list[StatedClaim]] = defaultdict(list)
        for claim in listings:
            by_record[claim.file, claim.by].append(claim)
        for claims in by_record.values():
            if len(claims) > 1:
                yield _repeated(view, comparing, product, claims)


def _repeated(view: View, comparing: Comparing, product: str, claims: Sequence[StatedClaim]) -> Violation:
    first, *others = claims
    properties: dict[str, None] = {}
    for claim in others:
        if isinstance(first.says, Listing) and isinstance(claim.says, Listing):
            properties |= dict.fromkeys(comparing.differences(first.says, claim.says))
    what = f"the listings differ in {comparing.names(properties)}" if properties else "the listings are equal"
    times = "twice" if len(claims) == 2 else f"{len(claims)} times"
    return Violation(
        product,
        f"the record {first.by!r} lists {view.name(product)!r} {times}; {what}",
        EntryRef(others[0], "id", first.id),
        object=view.mapping.curie("resource", first.by),
        related=[EntryRef(claim, "id", first.id) for claim in (first, *others[1:])],
        records=(first.by,),
    )


def misnamed(view: View) -> Iterator[Violation]:
    """A record whose id differs from the name of its file.

    The mapping lists the kinds of pages that are named by their ids (`named` in `pages.yaml`). Files with several records are not reported.
    Why: People search for a record by the name of its file, and links to its page use either that name or the id.
    Example: `goa.md` has `id: go-annotation`.
    Fix: Rename the file, or correct the id and all its citations.
    """
    named = frozenset(view.mapping.pages.named)
    groups: tuple[tuple[NamedKind, Mapping[str, list[StatedClaim]]], ...] = (
        ("resource", view.records),
        ("organization", view.organizations),
        ("product page", view.pages),
    )
    held = Counter(claim.file for _, records_by_id in groups for records in records_by_id.values() for claim in records)
    for kind, records_by_id in groups:
        for about, records in records_by_id.items() if kind in named else ():
            for claim in records:
                if claim.contained or held[claim.file] > 1 or _is_called(view.files[claim.file], claim.id, otherwise=True):
                    continue
                name = _base(view.files[claim.file])[0]
                message = f"the {kind} {claim.id!r} is in a file with the name '{visible(name)}'"
                yield Violation(about, message, EntryRef(claim, "id"), object=name, field="id")


def _is_called(path: str, id: str, *, otherwise: bool = False) -> bool:
    """Return whether the name of a file is an id; ``otherwise`` if files with this suffix are not named by their record."""
    if path.endswith(f"/{id}.md"):  # the most frequent case, without the cost of the general one
        return True
    name, ending = _base(path)
    if ending.lower() not in _ENDINGS:
        return otherwise
    # Some file systems decompose names, and some characters have to be percent-encoded in names.
    return name == id or normalize("NFC", name) == normalize("NFC", id) or unquote(name) == id


def _base(path: str) -> tuple[str, str]:
    """Return the name and the suffix of a file, which may be in an archive.

    >>> _base("records/x.tar!/resource/a.tsv.md"), _base("a.JSON")
    (('a.tsv', '.md'), ('a', '.JSON'))
    """
    return os.path.splitext(os.path.basename(path.rpartition("!/")[2]))
