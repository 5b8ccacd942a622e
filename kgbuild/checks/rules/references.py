"""RF, references: ids of missing records, old ids and missing owners. These rules need only nodes and edges; listings add the places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kgbuild.checks.fixes import old_id
from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.rules.broken_references import broken
from kgbuild.checks.rules.replaced_records import old_record, placeholder
from kgbuild.checks.support.nearest import Nearest
from kgbuild.checks.support.unread import UnreadRecords
from kgbuild.checks.view import EntryRef, StatedClaim, View
from kgbuild.model.audit import AuditEdge


def dangling(view: View) -> Iterator[Violation]:
    """A source id that no record describes.

    Suggestions are ids of existing records: the new id for an old one, the same id in another spelling, the id of a resource with this
    name, or an id that differs by one typo. A source whose file cannot be read (RD001) is not reported.
    Why: The source of the product is unknown. The graph has only a stub for it, without any properties.
    Example: `original_source: [{source: goaa, relation_type: prov:hadPrimarySource}]`, but the record's id is `goa`.
    Fix: Correct the id, or add the missing record.
    """
    unread = UnreadRecords(view)
    described = {id for id, node in view.graph.nodes.items() if not node.stub}
    missing = view.graph.cited.union(view.graph.products) - described
    nearest: Nearest | None = None
    for product, edges in view.graph.derivations.items() if missing else ():
        if all(map(missing.isdisjoint, view.graph.steps[product])):
            continue
        for edge in edges:
            if edge.object not in missing or unread.may_be(view.name(edge.object)):
                continue
            nearest = nearest or Nearest(view)
            source = view.name(edge.object)
            (written, *_) = as_written(view, edge)
            near = nearest.of(written, {product, *(other.object for other in edges)})
            current = f" (now {source!r})" if written != source else ""
            message = f"{view.name(product)!r} is made from {written!r}{current}, which no record describes"
            at, related = source_places(view, edge)
            suggestion = ", ".join(near) or None
            yield Violation(
                product, message, at, edge.object, edge.source_role or "", related, suggestion, unread.severity, edge.declared_in
            )


def renamed(view: View) -> Iterator[Violation]:
    """A source with an old id.

    The graph uses the current id, from the table of aliases (`mappings/aliases.sssom.tsv`).
    Why: Without that table, the old id refers to no record. With `--no-aliases` it is reported as RF001.
    Example: `original_source: [do]`, but the record of the Disease Ontology has the id `doid`.
    Fix: Write the current id.
    """
    for product, edges in view.graph.derivations.items():
        for edge in edges:
            for old in edge.original_objects:
                curie = view.mapping.curie("resource", old)
                if curie == edge.object:
                    continue
                new = view.name(edge.object)
                message = f"{view.name(product)!r} is made from {old!r}, an old id of {new!r}"
                at, related = source_places(view, edge, old)
                yield Violation(product, message, at, curie, edge.source_role or "", related, new, records=edge.declared_in)


def unowned(view: View) -> Iterator[Violation]:
    """A product whose owner has no record.

    The owner of a product is the part of its id before the first dot. The suggestion is a resource whose id differs by one letter, or else a
    resource that lists the product and is not one of its sources. An owner whose file cannot be read (RD001) is not reported.
    Why: Nothing is known about the publisher of the product, its license, or whether it is still maintained.
    Example: The record `pcl` lists the product `pcl-base.owl`, and there is no record `pcl-base`.
    Fix: Start the product's id with the id of the resource that publishes it, or add the record of its owner.
    """
    unread, nearest = UnreadRecords(view), None
    for edge in view.graph.ownerships:
        owner, product = view.name(edge.subject), edge.object
        if not owner or view.graph.is_resource(edge.subject) or unread.may_be(owner):  # ID004 reports an id that begins with a dot
            continue
        nearest = nearest or Nearest(view)
        near = nearest.owners(owner, [*edge.declared_in, *_cited_owners(view, product)])
        message = f"{view.name(product)!r} belongs to {owner!r}, which has no record; {_several(edge.declared_in)} lists it"
        at, related = _listings(view, product)
        suggestion = ", ".join(near) or _lister(view, edge)
        yield Violation(product, message, at, edge.subject, "", related, suggestion, unread.severity, edge.declared_in)


def unlisted(view: View) -> Iterator[Violation]:
    """A product that its owner's record does not list.

    Why: The owner's listing is the authoritative description of a product. Without it, the graph uses copies in other records, which may be
    out of date.
    Example: The record `spoke` lists `goa.human`, one of its sources, and the record `goa` does not.
    Fix: Add the product to the `products` of its owner's record. If the product belongs to another resource, correct its id.
    """
    for edge in view.graph.ownerships:
        owner, product = view.name(edge.subject), edge.object
        if owner in edge.declared_in or not view.graph.is_resource(edge.subject):
            continue
        record = view.record(edge.subject)
        first, others = _listings(view, product)
        message = f"{view.name(product)!r} belongs to {owner!r}, whose record does not list it; {_several(edge.declared_in)} does"
        at = EntryRef(record, "products") if record else first
        related = [spot for spot in (first, *others) if spot and spot != at]
        yield Violation(product, message, at, edge.subject, "", related, records=edge.declared_in)


def alone(view: View) -> Iterator[Violation]:
    """A resource without provenance links to other resources.

    The sources of its products and the products made from them count. Links within the resource do not. An Ontology is not reported, because
    an ontology is often made from no other resource.
    Why: The resource is isolated in the provenance graph. Either its sources are missing, or its users do not cite it.
    Example: The only product of the record `a` is made from `a`, and no other product is made from `a`.
    Fix: Add the sources of its products. If the registry has none of its sources, ignore the finding.
    """
    linked = _linked(view)
    for id, node in view.graph.nodes.items():
        if id not in linked and view.graph.is_resource(id) and view.graph.category(id) not in _OFTEN_ALONE:
            record = view.record(id)
            count = len(view.graph.products.get(id, ()))
            own = "it has no products" if not count else f"its {count:,} products cite" if count > 1 else "its only product cites"
            message = f"nothing cites {view.name(id)!r}, and {own}{' no other resource' if count else ''}"
            yield Violation(id, message, EntryRef(record, "id", view.name(id)) if record else None, records=node.declared_in)


def _linked(view: View) -> set[str]:
    """Return the products, sources and their owners of all derivations between different owners."""
    owned = view.graph.owners
    products = set(owned)
    linked: set[str] = set()
    for product, steps in view.graph.steps.items():
        owners, foreign = owned.get(product, ()), steps.foreign
        if not products.isdisjoint(foreign):
            foreign = tuple(id for id in foreign if set(owners).isdisjoint(owned.get(id, ())))
            linked.update(owner for id in foreign for owner in owned.get(id, ()))
        if foreign:
            linked.update(foreign)
            linked.update(owners)
            linked.add(product)
    return linked


def as_written(view: View, edge: AuditEdge) -> tuple[str, ...]:
    """Return the ids of a derivation's source as written, sorted. These are the old ids if an alias was applied."""
    return edge.original_objects or (view.name(edge.object),)


def source_places(view: View, edge: AuditEdge, *written: str) -> tuple[EntryRef | None, list[EntryRef]]:
    """Return the entries that state a derivation: the one in the authoritative listing, and those in other listings and generated pages.

    ``written`` limits the search to some of the source's written ids.
    """
    role, ids = edge.source_role or "", written or as_written(view, edge)
    spots: list[EntryRef] = []
    named: dict[int, str | None] = {}  # most copies are one object
    for claim in _statements(view, edge.subject):
        listing = claim.listing
        if id(listing) not in named:
            sources = listing.sources if listing else ()
            named[id(listing)] = next((source.id for source in sources if source.id in ids and source.role == role), None)
        name = named[id(listing)]
        if name is not None:
            spots.append(EntryRef(claim, role, name))
    return (spots[0], spots[1:]) if spots else (None, [])


def _statements(view: View, product: str) -> list[StatedClaim]:
    """Return the authoritative listing of a product and its copies."""
    first = view.authoritative(product)
    return [first, *view.copies(product)] if first else []


def _listings(view: View, product: str) -> tuple[EntryRef | None, list[EntryRef]]:
    """Return the entries with the id of a product: in the authoritative listing, and in the others."""
    spots = [EntryRef(claim, "id", claim.id) for claim in _statements(view, product)]
    return (spots[0], spots[1:]) if spots else (None, [])


def _cited_owners(view: View, product: str) -> list[str]:
    """Return the ids, as written, of the owners of a product's sources."""
    edges = view.graph.derivations.get(product, ())
    return [view.name(owner) for owner in dict.fromkeys(id for edge in edges for id in view.graph.owners_of(edge.object))]


def _lister(view: View, edge: AuditEdge) -> str | None:
    """Return the only resource that can own a product whose owner has no record, by the rule for ids without a dot (SPEC §3, `has_product`).

    Return None if there is no such resource, or if the product is made from its owner. Then the id is right and the record is missing.
    """
    cited = {other.object for other in view.graph.derivations.get(edge.object, ())}
    if edge.subject in cited:
        return None
    others = [by for by in edge.declared_in if view.mapping.curie("resource", by) not in cited]
    owners = others or ([] if view.limits.partial else edge.declared_in)
    return owners[0] if len(owners) == 1 else None


def _several(ids: Sequence[str]) -> str:
    """Describe several ids by the first one and the number of the others.

    >>> _several(("a",)), _several(("a", "b")), _several(("a", "b", "c", "d"))
    ("'a'", "'a' (and 1 other)", "'a' (and 3 others)")
    """
    more = len(ids) - 1
    return repr(ids[0]) + (f" (and {more:,} other{'s' if more > 1 else ''})" if more else "")


#: Categories of resources that need no provenance links.
_OFTEN_ALONE = ("Ontology",)
RULES = (
    Rule("RF001", "error", dangling, partial=True),
    Rule("RF002", "warning", renamed, fix=old_id.fix),
    Rule("RF003", "error", unowned, partial=True),
    Rule("RF004", "warning", unlisted),
    Rule("RF005", "info", alone),
    Rule("RF006", "error", broken, partial=True, fix=old_id.fix),
    Rule("RF007", "warning", old_record),
    Rule("RF008", "warning", placeholder),
)
