"""ID, identity: ids of products that do not name their owner."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.checks.rule import Violation
from kgbuild.checks.view import EntryRef, View


def without_owner(view: View) -> Iterator[Violation]:
    """A product whose id does not begin with the id of its owner and a dot.

    In this registry, the part of the id before the first dot is the owner. A product without it belongs to each resource that lists it and that
    it does not cite. If the product cites all of them, it belongs to its only lister, or to none.
    Why: Whether the product belongs to a resource depends on who lists it, so one more listing can change the owner and the inherited license.
    Example: The record `kinhub` lists a product with `id: kinhub-kinases` instead of `id: kinhub.kinases`.
    Fix: Start the id with the id of the resource that publishes the product, and a dot. Then change the id wherever the product is cited.
    """
    for product in view.listings:
        name = view.name(product)
        owner, dot, rest = name.partition(".")
        if owner and rest:
            continue
        claim = view.authoritative(product)
        owners = [view.name(id) for id in view.graph.owners.get(product, ()) if view.graph.is_resource(id)]
        what = "has no dot" if not dot else "has nothing before its first dot" if not owner else "has nothing after its dot"
        belongs = f"belongs to {' and '.join(map(repr, owners))} only by its listings" if owners else "belongs to no resource"
        message = f"the product id {name!r} {what}, so it does not name its owner; the product {belongs}"
        suggestion = f"{owners[0]}.{_rest(name, owners[0])}" if len(owners) == 1 and not dot else None
        spots = [EntryRef(claim, "id", claim.id)] if claim else []
        related = [EntryRef(copy, "id", copy.id) for copy in view.copies(product)]
        yield Violation(product, message, spots[0] if spots else None, field="id", related=related, suggestion=suggestion)


def _rest(name: str, owner: str) -> str:
    """Return the part of a product's id that follows the id of its owner.

    >>> _rest("kinhub-kinases", "kinhub"), _rest("hetnetpy", "hetionet"), _rest("goats", "goa"), _rest("a", "a")
    ('kinases', 'hetnetpy', 'goats', 'a')
    """
    rest = name.removeprefix(owner)
    return rest.lstrip("-_:/ ") or name if rest[:1] in tuple("-_:/ ") else name
