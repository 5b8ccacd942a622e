"""FM, form: relation types that a product cannot have."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.checks.rule import Violation
from kgbuild.checks.view import EntryRef, StatedClaim, View

#: The PROV-O relations that only activities have, and the more general relation that anything can have (W3C PROV-O, 30 April 2013).
_OF_ACTIVITIES = ("prov:used", "prov:wasInformedBy")
_OF_ANYTHING = "prov:wasInfluencedBy"


def not_an_activity(view: View) -> Iterator[Violation]:
    """A product with a relation type that only activities can have.

    In PROV-O, the subject of `prov:used` and `prov:wasInformedBy` is an activity, and a product is an entity. `prov:wasInfluencedBy` is more
    general than both and can have any subject. `prov:wasDerivedFrom` is the more specific relation between entities.
    Why: A reasoner concludes that the product is an activity, which is a contradiction, because PROV-O defines entities and activities as
    disjoint.
    Example: `secondary_source: [{source: goa, relation_type: prov:used}]`
    Fix: Write `prov:wasDerivedFrom` if the product was made from the source, and `prov:wasInfluencedBy` otherwise.
    """
    if "prov:Activity" in view.mapping.categories.product.rdf:
        return
    for product, edges in view.graph.derivations.items():
        of_activities = {edge.object: edge for edge in reversed(edges) if edge.relation_type in _OF_ACTIVITIES}
        if not of_activities:
            continue
        claim, copies = view.authoritative(product), view.copies(product)
        for source, edge in of_activities.items():
            role, name = edge.source_role or "", edge.original_object or view.name(source)
            related = [EntryRef(copy, role, name) for copy in copies if _relates(copy, name, edge.relation_type)]
            message = f"{view.name(product)!r} is related to {name!r} by {edge.relation_type!r}, which only activities can have, but it is a product"
            yield Violation(
                product, message, EntryRef(claim, role, name) if claim else None, object=source, related=related, suggestion=_OF_ANYTHING,
                records=edge.declared_in,
            )  # fmt: skip


def _relates(claim: StatedClaim, source: str, relation: str | None) -> bool:
    """Return whether a listing or product page has a source with this relation type."""
    return claim.listing is not None and any(item.id == source and item.relation == relation for item in claim.listing.sources)
