"""LS, listings: what the records of one id say, and what their files are called."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from unicodedata import normalize
from urllib.parse import unquote

from kgbuild.checks.rule import Violation
from kgbuild.checks.support.comparing import Comparing, Differences, contrast, spot
from kgbuild.checks.view import EntryRef, StatedClaim, View
from kgbuild.mapping.schema import NamedKind, RecordKind
from kgbuild.model.graph import Description, Listing, OrganizationStatement, ResourceStatement

_Record = ResourceStatement | OrganizationStatement

#: Endings of files that hold one record, and may be called by its id.
_ENDINGS = frozenset((".md", ".markdown", ".yaml", ".yml", ".json"))


def one_id_twice(view: View) -> Iterator[Violation]:
    """One id in two records that differ.

    It is a warning where the records are equal. Resources and organizations have ids of their own, and are not compared with each other.
    An entry of a container of records gives way to a page of the same id: where it differs from the page it is a warning.
    Why: what the two say has to be mixed to make one thing of them, and nobody can tell which of them is meant by a citation.
    Example: `x/a.md` and `y/a.md` both say `id: a`, the one with `name: A`, the other with `name: B`.
    Fix: give one of them another id, or keep one record and remove the other; generate a container again.
    """
    rooms: tuple[tuple[RecordKind, Mapping[str, list[StatedClaim]]], ...] = (
        ("resource", view.records),
        ("organization", view.organizations),
    )
    several = [(id, said, kind) for kind, room in rooms for id, said in room.items() if len(said) > 1]
    listed = _listed(view, {said.file for _, records, _ in several for said in records}) if several else {}
    for id, said, kind in several:
        comparing = Comparing(view.mapping, kind)
        records = sorted(said, key=lambda s: (s.contained, not _is_called(view.files[s.file], s.id), s.file))
        pages = [record for record in records if not record.contained]
        yield from _doubled(view, comparing, id, pages or records, listed)
        if pages:
            yield from _beside(view, comparing, id, pages[0], records[len(pages) :], listed)


_Products = dict[str, list[Listing]]
_Listed = dict[tuple[int, str], _Products]


def _listed(view: View, files: set[int]) -> _Listed:
    """What each record of some files lists: (file, id of the record) -> product -> what it says."""
    found: defaultdict[tuple[int, str], defaultdict[str, list[Listing]]] = defaultdict(lambda: defaultdict(list))
    for product, listings in view.listings.items():
        for said in listings:
            if said.file in files and isinstance(said.says, Listing):
                found[said.file, said.by][product].append(said.says)
    return {key: dict(products) for key, products in found.items()}


def _doubled(view: View, comparing: Comparing, id: str, records: Sequence[StatedClaim], listed: _Listed) -> Iterator[Violation]:
    """Several records of an id, none of which gives way."""
    if len(records) == 1:
        return
    first, *others = records
    told = listed.get((first.file, first.by), {})
    properties: dict[str, None] = {}
    for other in others:
        properties |= dict.fromkeys(comparing.differences(_record(first), _record(other)))
        # Of two records in one file nobody can tell which one lists a product.
        if other.file != first.file and not _list_alike(view, listed.get((other.file, other.by), {}), told):
            properties["products"] = None
    many = "both" if len(records) == 2 else "all"
    what = f"they differ in {comparing.names(properties)}" if properties else f"{many} say the same"
    yield Violation(
        id,
        f"the id {first.id!r} is also that of the record in {view.files[first.file]}, and {what}",
        EntryRef(others[0], "id"),
        related=[EntryRef(record, "id") for record in (first, *others[1:])],
        severity=None if properties else "warning",
    )


def _list_alike(view: View, a: _Products, b: _Products) -> bool:
    """Whether two records list the same products and say the same of them."""
    comparing = Comparing(view.mapping, "product")
    return a.keys() == b.keys() and all(
        len(a[product]) == len(b[product]) and not any(map(comparing.differences, a[product], b[product])) for product in a
    )


def _beside(
    view: View, comparing: Comparing, id: str, page: StatedClaim, entries: Sequence[StatedClaim], listed: _Listed
) -> Iterator[Violation]:
    """Entries of containers that differ from the page of their id; what their listings say is compared where listings are."""
    told = listed.get((page.file, page.by), {}).keys()
    differing: list[tuple[StatedClaim, Differences]] = []
    for entry in entries:
        found = comparing.differences(_record(entry), _record(page))
        if (products := listed.get((entry.file, entry.by), {}).keys()) != told:
            found["products"] = tuple(map(view.name, sorted(products))), tuple(map(view.name, sorted(told)))
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


def _record(said: StatedClaim) -> _Record:
    return said.says if isinstance(said.says, _Record) else ResourceStatement(category=None, description=Description())


def misnamed(view: View) -> Iterator[Violation]:
    """A record whose id differs from the name of its file.

    Which kinds of pages are called by their ids is said in the mapping (`named` in `pages.yaml`). Files that hold several records are left out.
    Why: people look for a record by the name of its file, and links to its page are made from that name or from the id.
    Example: `goa.md` says `id: go-annotation`.
    Fix: rename the file; or correct the id, and with it every place that cites it.
    """
    named = frozenset(view.mapping.pages.named)
    rooms: tuple[tuple[NamedKind, Mapping[str, list[StatedClaim]]], ...] = (
        ("resource", view.records),
        ("organization", view.organizations),
        ("product page", view.pages),
    )
    held = Counter(said.file for _, room in rooms for records in room.values() for said in records)
    for kind, room in rooms:
        for about, records in room.items() if kind in named else ():
            for said in records:
                if said.contained or held[said.file] > 1 or _is_called(view.files[said.file], said.id, otherwise=True):
                    continue
                name = _base(view.files[said.file])[0]
                message = f"the {kind} {said.id!r} is in a file called {name!r}"
                yield Violation(about, message, EntryRef(said, "id"), object=name, field="id")


def _is_called(path: str, id: str, *, otherwise: bool = False) -> bool:
    """Whether a file is called by an id; ``otherwise`` where it is none that is called by what it holds."""
    if path.endswith(f"/{id}.md"):  # as nearly all are
        return True
    name, ending = _base(path)
    if ending.lower() not in _ENDINGS:
        return otherwise
    # File systems keep names decomposed, or cannot keep some characters but percent-encoded.
    return name == id or normalize("NFC", name) == normalize("NFC", id) or unquote(name) == id


def _base(path: str) -> tuple[str, str]:
    """The name of a file, which may lie in an archive, and its ending.

    >>> _base("records/x.tar!/resource/a.tsv.md"), _base("a.JSON")
    (('a.tsv', '.md'), ('a', '.JSON'))
    """
    return os.path.splitext(os.path.basename(path.rpartition("!/")[2]))
