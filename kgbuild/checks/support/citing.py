"""Find the entries of listings that state an edge of the graph, and make findings at these entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kgbuild.checks.rule import Violation
from kgbuild.checks.view import EntryRef, StatedClaim, View
from kgbuild.model.audit import AuditEdge
from kgbuild.model.graph import Listing


def entries(view: View, edge: AuditEdge, claims: Iterable[StatedClaim]) -> list[EntryRef]:
    """Return the entries that state an edge in some listings and product pages, at most one for each."""
    written = {edge.original_object, *edge.original_objects, view.name(edge.object)}
    known: dict[int, tuple[str, int] | None] = {}  # equal copies are the same object, and a listing can have hundreds of sources and copies
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
    """Return the written id of an edge's source in a listing, and the number of its entry among those with this id.

    If there are several entries, the one with the relation type of the edge is used.
    """
    named = [source for source in says.sources if source.id in written and source.role == edge.source_role]
    if not named:
        return None
    source = next((source for source in named if source.relation == edge.relation_type), named[0])
    return source.id, [other.relation for other in named if other.id == source.id].index(source.relation)


def at_citations(view: View, subject: str, edges: Iterable[AuditEdge], message: str, *, object: str = "", field: str = "") -> Violation:
    """Return a finding at the entry of the first edge. Its related places are the entries of the other edges and the copies of the first.

    The entry of an edge is in the authoritative listing of its product, or else in the first copy that has it. The records of the finding
    are all records that state one of the edges.
    """
    first, *others = {id(edge): edge for edge in edges}.values()  # each edge of a graph is one object
    authoritative = {product: view.authoritative(product) for product in {edge.subject for edge in (first, *others)}}
    spots: list[EntryRef] = []
    for edge in others:
        claim = authoritative[edge.subject]
        if claim is not None:
            spots += entries(view, edge, [claim]) or entries(view, edge, view.copies(edge.subject))[:1]
    claim = authoritative[first.subject]
    at, *copies = entries(view, first, [claim, *view.copies(first.subject)] if claim else ()) or (None,)
    records = {record for edge in (first, *others) for record in edge.declared_in}
    return Violation(subject, message, at, object, field, [*spots, *filter(None, copies)], records=tuple(sorted(records)))


def listed(texts: Sequence[str], most: int | None = 8, rest: str = "{:,} more") -> str:
    """Join texts to a list in a sentence. Only the first ``most`` texts are shown (all for None), and the others are counted.

    >>> listed(["'a'", "'b'", "'c'"]), listed(["'a'", "'b'", "'c'"], 1)
    ("'a', 'b' and 'c'", "'a' and 2 more")
    """
    shown = [*texts[:most]]
    if more := len(texts) - len(shown):
        shown.append(rest.format(more))
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
