"""RF, references: records that should not be cited, because their id is an old one or because they are placeholders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from kgbuild.checks.rule import Violation
from kgbuild.checks.support.citing import entries
from kgbuild.checks.support.nearest import letters
from kgbuild.checks.support.statements import several
from kgbuild.checks.support.words import phrase_in
from kgbuild.checks.view import EntryRef, StatedClaim, View
from kgbuild.model.audit import AuditEdge
from kgbuild.model.graph import Description, ResourceStatement

#: The properties that a record without content can have, besides a name that is its id.
_ADMINISTRATIVE = frozenset(("activity_status", "collection", "creation_date", "domain", "extra", "name", "update_date"))
_PROPERTIES = tuple(name for name in Description.__struct_fields__ if name not in _ADMINISTRATIVE)
#: The properties with text in which the words for a placeholder are searched.
_TEXTS = ("description", "name")


def old_record(view: View) -> Iterator[Violation]:
    """A record with an old id.

    The table of aliases (`mappings/aliases.sssom.tsv`) gives the current id. A record that names the current id as its replacement is not
    reported. Citations of an id with a record are left as they are, so RF002 does not report them.
    Why: The same resource has two ids. As long as the old id has a record, citations of it lead to that record and not to the current one.
    Example: The record `do` exists beside the record `doid`, and `do` is an old id of `doid`.
    Fix: Cite the current id, and remove the record or name the replacement in it. If the current id has no record, give it to this one.
    """
    aliases = view.mapping.aliases
    old = {id: new for id, new in ((view.mapping.curie("resource", old), new) for old, new in aliases.items()) if id in view.records}
    citations = _citations(view, old) if old else {}
    for id, new in sorted(old.items()):
        record, current = view.record(id), view.mapping.curie("resource", new)
        if record is None or any(edge.object == current for edge in view.graph.successors.get(id, ())):
            continue
        cited = citations.get(id, [])
        without = "" if view.graph.is_resource(current) else ", which has no record"
        message = f"the record {record.id!r} has an old id; the current one is {new!r}{without}{_cited_by(view, cited)}"
        others = [claim for claim in view.records[id] if claim is not record]
        related = [EntryRef(claim, "id", claim.id) for claim in others]
        if (other := view.record(current)) is not None:
            related.append(EntryRef(other, "id", other.id))
        related += [spot for edge in cited for spot in _places(view, edge)]
        yield Violation(id, message, EntryRef(record, "id", record.id), object=current, field="id", related=related, records=(record.id,))


def placeholder(view: View) -> Iterator[Violation]:
    """A record that is only a placeholder, and each product that is made from it.

    Its name, its description or its domain says so (`audit.placeholder` in `mappings/vocabulary.yaml`), or it has nothing but an id and
    products copied from other records.
    Why: A placeholder looks like a description of a resource, but nothing in it was checked, and often the resource has another record.
    Example: `description: Stub Resource page for a. This page was automatically generated because it was referenced by other resources.`
    Fix: Cite the record that describes the resource, if there is one, and remove the placeholder. Otherwise describe the resource.
    """
    reasons = {id: why for id in view.records if (claim := view.record(id)) is not None and (why := _why(view, claim))}
    citations = _citations(view, reasons) if reasons else {}
    for id, (reason, field, value) in reasons.items():
        record, cited = view.record(id), citations.get(id, [])
        at = EntryRef(record, field, value) if record else None
        related = [spot for edge in cited for spot in _places(view, edge)[:1]]
        message = f"the record {view.name(id)!r} is a placeholder: {reason}{_cited_by(view, cited)}"
        yield Violation(id, message, at, field=field, related=related, records=(view.name(id),))
        for edge in cited:
            spots = _places(view, edge)
            message = f"{view.name(edge.subject)!r} is made from {edge.original_object or view.name(id)!r}, whose record is a placeholder"
            yield Violation(
                edge.subject, message, spots[0] if spots else None, id, edge.source_role or "", [*spots[1:], *([at] if at else [])],
                records=edge.declared_in,
            )  # fmt: skip


def _why(view: View, claim: StatedClaim) -> tuple[str, str, str] | None:
    """Return why a record is a placeholder, with the property and the value that show it; None if it is not."""
    words = view.mapping.audit.placeholder
    says = claim.says
    if not isinstance(says, ResourceStatement):
        return None
    for name in _TEXTS:
        phrase = phrase_in(getattr(says.description, name), words.phrases)
        if phrase:
            return f"its {name} has the words {phrase!r}", name, ""
    for name, values in words.values.items():
        for value in several(getattr(says.description, name)):
            if value in values:
                return f"it has the {name} {value!r}", name, value
    return ("it has nothing but an id and copies of products of others", "id", claim.id) if _is_empty(view, claim, says) else None


def _is_empty(view: View, claim: StatedClaim, says: ResourceStatement) -> bool:
    """Return whether a record says nothing about its resource and lists no product of it."""
    description = says.description
    if says.superseded_by or says.organizations or description.extra.keys() - {view.mapping.pages.field}:
        return False
    if any(getattr(description, name) for name in _PROPERTIES) or (description.name and letters(description.name) != letters(claim.id)):
        return False
    own = view.graph.products.get(claim.about, ())
    return not any(listing.by == claim.by for product in own for listing in view.listings.get(product) or ())


def _citations(view: View, ids: Collection[str]) -> dict[str, list[AuditEdge]]:
    """Return the derivations from some resources or their products, by resource. Those within the resource are left out."""
    found: defaultdict[str, list[AuditEdge]] = defaultdict(list)
    for product in view.graph.derivations:
        for edge in view.graph.foreign(product):
            if edge.object in ids:
                found[edge.object].append(edge)
    return found


def _places(view: View, edge: AuditEdge) -> list[EntryRef]:
    """Return the entries that state a derivation, the authoritative one first."""
    first = view.authoritative(edge.subject)
    return entries(view, edge, [first, *view.copies(edge.subject)]) if first else []


def _cited_by(view: View, cited: list[AuditEdge]) -> str:
    """Return the end of a message: how many products cite the record."""
    products = list(dict.fromkeys(edge.subject for edge in cited))
    if not products:
        return "; no product is made from it"
    more = f" and {len(products) - 1:,} more" if len(products) > 1 else ""
    return f"; made from it: {view.name(products[0])!r}{more}"
