"""RF, references: ids that lead nowhere, or to the wrong place. These rules need nodes and edges alone; listings give them places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from kgbuild.checks.fixes import old_id
from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.support.nearest import Nearest
from kgbuild.checks.view import EntryRef, StatedClaim, View
from kgbuild.model.audit import AuditEdge
from kgbuild.model.finding import Severity


def dangling(view: View) -> Iterator[Violation]:
    """A source id that nothing describes.

    What is suggested are described ids that it may stand for: the id in use for an old one, the same id in another spelling, the id of a
    resource that is called so, or an id that is a slip of the keyboard away. A source whose own file cannot be read (RD001) is left out.
    Why: nobody can say what the product was made from; the graph has a stub there, of which nothing is known.
    Example: `original_source: [{source: goaa, relation_type: prov:hadPrimarySource}]`, where the record is called `goa`.
    Fix: correct the id, or add the record that it names.
    """
    unread = _Unread(view)
    described = {id for id, node in view.graph.nodes.items() if not node.stub}
    nearest: Nearest | None = None
    for product, edges in view.graph.derivations.items():
        for edge in edges:
            if edge.object in described or unread.may_be(view.name(edge.object)):
                continue
            nearest = nearest or Nearest(view)
            source = view.name(edge.object)
            (written, *_) = as_written(view, edge)
            near = nearest.of(written, {product, *(other.object for other in edges)})
            now = f" (now {source!r})" if written != source else ""
            message = f"{view.name(product)!r} is made from {written!r}{now}, which no record describes"
            at, related = source_places(view, edge)
            suggestion = ", ".join(near) or None
            yield Violation(
                product, message, at, edge.object, edge.source_role or "", related, suggestion, unread.severity, edge.declared_in
            )


def renamed(view: View) -> Iterator[Violation]:
    """A source given by an old id.

    The graph has the id in use instead, as the table of aliases (`mappings/aliases.sssom.tsv`) says.
    Why: only who has that table finds anything under the old id; with `--no-aliases` it dangles (RF001).
    Example: `original_source: [do]`, where the record of the Disease Ontology is called `doid`.
    Fix: write the id in use.
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

    The owner is what the product's id names before its first dot. What is suggested in its place is the resource that lists the product and
    that the product is not made from. An owner whose own file cannot be read (RD001) is left out.
    Why: nobody answers for the product: who made it, under which license, and whether it is still kept up to date.
    Example: the record `pcl` lists the product `pcl-base.owl`, and no record is called `pcl-base`.
    Fix: begin the product's id with the id of the resource that gives it out, or add the record of its owner.
    """
    unread = _Unread(view)
    for edge in view.graph.ownerships:
        owner, product = view.name(edge.subject), edge.object
        if view.graph.is_resource(edge.subject) or unread.may_be(owner):
            continue
        message = f"{view.name(product)!r} belongs to {owner!r}, which has no record; {_several(edge.declared_in)} lists it"
        at, related = _listings(view, product)
        yield Violation(product, message, at, edge.subject, "", related, _lister(view, edge), unread.severity, edge.declared_in)


def unlisted(view: View) -> Iterator[Violation]:
    """A product that its owner's record does not list.

    Why: the owner's own listing decides what is said of a product; without it the copies of others do, which nobody keeps up to date.
    Example: the record `spoke` lists `goa.human`, which it cites, and the record `goa` does not.
    Fix: add the product to the `products` of its owner's record, or correct the id of a product that belongs to another resource.
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
    """A resource that nothing cites and that cites nothing.

    Its own products and their sources count for it; what they say of it and of each other does not.
    Why: it has no place in the provenance graph: its sources are not said, and those who use it do not name it.
    Example: the record `a`, whose only product is made from `a`, and which is no other product's source.
    Fix: name the sources of its products, or nothing at all if it was made from nothing that the registry holds.
    """
    linked = _linked(view)
    for id, node in view.graph.nodes.items():
        if id not in linked and view.graph.is_resource(id):
            record = view.record(id)
            count = len(view.graph.products.get(id, ()))
            own = "it has no products" if not count else f"its {count:,} products cite" if count > 1 else "its only product cites"
            message = f"nothing cites {view.name(id)!r}, and {own}{' no other resource' if count else ''}"
            yield Violation(id, message, EntryRef(record, "id", view.name(id)) if record else None, records=node.declared_in)


def _linked(view: View) -> set[str]:
    """Everything at the ends of derivations that leave a resource's own house, and whose that is."""
    linked: set[str] = set()
    for product, edges in view.graph.derivations.items():
        owners = view.graph.owners.get(product, ())
        leaves = False
        for edge in edges:
            if edge.within_owner or (leaves and edge.object in linked):
                continue
            others = view.graph.owners.get(edge.object)
            if others and not set(owners).isdisjoint(others):
                continue
            leaves = True
            linked.add(edge.object)
            if others:
                linked.update(others)
        if leaves:
            linked.update((product, *owners))
    return linked


def as_written(view: View, edge: AuditEdge) -> tuple[str, ...]:
    """The ids by which a derivation's source was written, sorted: old ones where an alias was applied."""
    return edge.original_objects or (view.name(edge.object),)


def source_places(view: View, edge: AuditEdge, *written: str) -> tuple[EntryRef | None, list[EntryRef]]:
    """Where a derivation is stated: at first in the listing that decides, then in the other listings and the generated pages that say it too.

    ``written`` are the ids to look for instead of all that the source was written by.
    """
    role, ids = edge.source_role or "", written or as_written(view, edge)
    spots: list[EntryRef] = []
    named: dict[int, str | None] = {}  # most copies are one object
    for said in _sayings(view, edge.subject):
        listing = said.listing
        if id(listing) not in named:
            sources = listing.sources if listing else ()
            named[id(listing)] = next((source.id for source in sources if source.id in ids and source.role == role), None)
        name = named[id(listing)]
        if name is not None:
            spots.append(EntryRef(said, role, name))
    return (spots[0], spots[1:]) if spots else (None, [])


def _sayings(view: View, product: str) -> list[StatedClaim]:
    """The authoritative listing of a product and its copies."""
    first = view.authoritative(product)
    return [first, *view.copies(product)] if first else []


def _listings(view: View, product: str) -> tuple[EntryRef | None, list[EntryRef]]:
    """The id of a product in the listing that decides, and in the others."""
    spots = [EntryRef(said, "id", said.id) for said in _sayings(view, product)]
    return (spots[0], spots[1:]) if spots else (None, [])


def _lister(view: View, edge: AuditEdge) -> str | None:
    """The one resource that may own a product that its owner has no record of: by the rule for ids without a dot (SPEC §3, `has_product`).

    A product that is made from its owner was not given the wrong id: what lacks is the record.
    """
    cited = {other.object for other in view.graph.derivations.get(edge.object, ())}
    if edge.subject in cited:
        return None
    others = [by for by in edge.declared_in if view.mapping.curie("resource", by) not in cited]
    owners = others or ([] if view.limits.partial else edge.declared_in)
    return owners[0] if len(owners) == 1 else None


def _several(ids: Sequence[str]) -> str:
    """Ids as a message names them.

    >>> _several(("a",)), _several(("a", "b")), _several(("a", "b", "c", "d"))
    ("'a'", "'a' (and 1 other)", "'a' (and 3 others)")
    """
    more = len(ids) - 1
    return repr(ids[0]) + (f" (and {more:,} other{'s' if more > 1 else ''})" if more else "")


class _Unread:
    """What is not known because a file could not be read: its record would describe the id that the file is called by.

    A file that may hold several records does not tell their ids. Beside one, nobody can be sure that an id is described nowhere.
    """

    def __init__(self, view: View) -> None:
        paths = [PurePath(problem.path) for problem in view.problems if not problem.doubled]
        self._names = {path.stem for path in paths}
        self.severity: Severity | None = None if all(path.suffix in _PAGES for path in paths) else "warning"

    def may_be(self, id: str) -> bool:
        """Whether the record of a resource, or of a product's owner, may be in a file that could not be read."""
        return id in self._names or id.partition(".")[0] in self._names


#: Endings of files with one record each.
_PAGES = (".md", ".markdown")

RULES = (
    Rule("RF001", "error", dangling, partial=True),
    Rule("RF002", "warning", renamed, fix=old_id.fix),
    Rule("RF003", "error", unowned, partial=True),
    Rule("RF004", "warning", unlisted),
    Rule("RF005", "info", alone),
)
