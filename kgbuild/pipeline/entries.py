"""Find the places of entries in one parsed record, by the claim that they belong to, their field and their value."""

from __future__ import annotations

from collections import defaultdict

from msgspec import Raw

from kgbuild.checks.view import EntryRef
from kgbuild.errors import without_secrets
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.document import Document, Place, Tree
from kgbuild.model.graph import Listing
from kgbuild.readers.json import jsonl


class DocumentEntries:
    """The entries of one document. Results are cached, since a record can have a thousand entries."""

    def __init__(self, mapping: RegistryMapping, document: Document) -> None:
        self._mapping, self._document = mapping, document
        self._listings: dict[str, list[tuple[Place, Tree]]] = {}
        self._values: dict[Place, defaultdict[str, list[Place]]] = {}
        fields = mapping.fields
        for field in fields.resource.products:
            value = document.tree.get(field)
            for n, item in enumerate(value if isinstance(value, list) else [value]):
                place = (field, n) if isinstance(value, list) else (field,)
                for id in self._ids_of(item):
                    self._listings.setdefault(id, []).append((place, item))

    def _ids_of(self, item: Tree) -> set[str]:
        names = self._mapping.fields.product.id
        if isinstance(item, Raw):
            return jsonl.scalars(bytes(item), names)
        return {str(item.get(name)) for name in names} if isinstance(item, dict) else set()

    def where(self, spot: EntryRef) -> tuple[int, int] | None:
        """Return line and column of an entry, or of the closest part of its path that exists."""
        place = self._place(spot)
        return None if place is None else self._document.where(place)

    def _place(self, spot: EntryRef) -> Place | None:
        base: Place = ()
        tree = self._document.tree
        if isinstance(spot.claim.says, Listing):
            listings = self._listings.get(spot.claim.id, [])
            if spot.claim.nth >= len(listings):
                return None
            base, tree = listings[spot.claim.nth]
            if isinstance(tree, Raw):  # most listings of a record are not requested, so they stay undecoded
                tree = jsonl.decode_item(bytes(tree))
                listings[spot.claim.nth] = base, tree
        name = next((name for name in spot.names(self._mapping) if name in tree), None)
        if name is None:
            return base
        place = (*base, name)
        matches = self._matches(tree[name], place).get(spot.value, []) if spot.value else []
        return matches[min(spot.at, len(matches) - 1)] if matches else place

    def _matches(self, tree: Tree, place: Place) -> dict[str, list[Place]]:
        """Return the places of the scalars below a field, by their text."""
        found = self._values.get(place)
        if found is None:
            found = self._values[place] = defaultdict(list)
            _add_scalars(found, tree, place)
        return found


def _add_scalars(found: defaultdict[str, list[Place]], tree: Tree, place: Place) -> None:
    """Add the places of the scalars of a tree, by their text, and by their text without surrounding white space and without secrets."""
    if isinstance(tree, dict | list):
        for part, item in tree.items() if isinstance(tree, dict) else enumerate(tree):
            if isinstance(item, str) and item == item.strip() and not ("@" in item and "://" in item):  # most; a call would double the time
                found[item].append((*place, part))
            else:
                _add_scalars(found, item, (*place, part))
    elif tree is not None:
        text = str(tree)
        for form in dict.fromkeys((text, text.strip(), without_secrets(text))):
            found[form].append(place)
