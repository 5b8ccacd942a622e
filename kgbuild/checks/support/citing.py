"""Where a product cites a source: edges of the graph -> the entries of listings that say them, and findings that stand there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kgbuild.checks.rule import Violation
from kgbuild.checks.view import EntryRef, StatedClaim, View
from kgbuild.model.audit import AuditEdge
from kgbuild.model.graph import Listing


def entries(view: View, edge: AuditEdge, claims: Iterable[StatedClaim]) -> list[EntryRef]:
    """The entry of each of some listings and product pages that says an edge; those that do not say it have none."""
    written = {edge.original_object, *edge.original_objects, view.name(edge.object)}
    known: dict[int, tuple[str, int] | None] = {}  # equal copies are one object, and a listing may have hundreds of sources and copies
    spots: list[EntryRef] = []
    for claim in claims:
        listing = claim.listing
        if id(listing) not in known:
            known[id(listing)] = _entry(listing, edge, written) if listing else None
        found = known[id(listing)]
        if found is not None:
            spots.append(EntryRef(claim, edge.source_role or "", *found))
    return spots


def _entry(says: Listing, edge: AuditEdge, written: set[str | None]) -> tuple[str, int] | None:
    """The id of a source as a listing writes it, and its number among those of the same id: the one with the relation type of the edge."""
    named = [source for source in says.sources if source.id in written and source.role == edge.source_role]
    if not named:
        return None
    source = next((source for source in named if source.relation == edge.relation_type), named[0])
    return source.id, [other.relation for other in named if other.id == source.id].index(source.relation)


def at_citations(view: View, subject: str, edges: Iterable[AuditEdge], message: str, *, object: str = "", field: str = "") -> Violation:
    """A finding at the entry of the first edge; related are those of the other edges, and then the copies of the first one.

    An entry stands in the authoritative listing of the edge's product, or else in the first copy that has it. The finding's records are those
    that say any of the edges.
    """
    first, *others = {id(edge): edge for edge in edges}.values()  # each edge of a graph is one object
    authoritative = {product: view.authoritative(product) for product in {edge.subject for edge in (first, *others)}}
    spots: list[EntryRef] = []
    for edge in others:
        said = authoritative[edge.subject]
        if said is not None:
            spots += entries(view, edge, [said]) or entries(view, edge, view.copies(edge.subject))[:1]
    said = authoritative[first.subject]
    at, *copies = entries(view, first, [said, *view.copies(first.subject)] if said else ()) or (None,)
    records = {record for edge in (first, *others) for record in edge.declared_in}
    return Violation(subject, message, at, object, field, [*spots, *filter(None, copies)], records=tuple(sorted(records)))


def listed(texts: Sequence[str], told: int | None = 8, rest: str = "{:,} more") -> str:
    """Texts as a list in a sentence, of which the first are told (all for None) and the others counted.

    >>> listed(["'a'", "'b'", "'c'"]), listed(["'a'", "'b'", "'c'"], 1)
    ("'a', 'b' and 'c'", "'a' and 2 more")
    """
    shown = [*texts[:told]]
    if more := len(texts) - len(shown):
        shown.append(rest.format(more))
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
