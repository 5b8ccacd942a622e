"""What a page is, by its front matter (SPEC §2); and what it would be if its front matter were seen, or an invisible character removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kgbuild.errors import Problem
from kgbuild.mapping.load import RegistryMapping
from kgbuild.mapping.schema import PageKind
from kgbuild.model.document import Document, NotText, Tree
from kgbuild.model.invisible import invisible_in, lookalike, visible_part
from kgbuild.transform.values import SCALARS

#: The reason for which a page with front matter that is not seen is skipped.
DAMAGED = "damaged front matter"
#: The kinds of pages that are in the graph, or compared with it, whatever else they have.
_OF_RECORDS = ("resource", "product page", "organization")


def kind_of(mapping: RegistryMapping, tree: Mapping[str, Any]) -> PageKind | None:
    """Return the kind of a page by its layout, or else by its other fields. Raises NotText if the fast parser lost a text that decides."""
    layout = _text(tree.get(mapping.pages.field))
    known = mapping.pages.kinds.get(layout) if isinstance(layout, str) else None
    return known or _guess(mapping, tree)


def _guess(mapping: RegistryMapping, tree: Mapping[str, Any]) -> PageKind | None:
    """Return the kind of a page whose layout is not in the mapping."""
    fields = mapping.fields
    if any(tree.get(name) is not None for name in fields.resource.id):
        category = _text(next((tree[name] for name in fields.resource.category if name in tree), None))
        listed = any(name in tree for name in fields.resource.products)
        categorised = isinstance(category, str) and category in mapping.categories.resource.categories
        return "resource" if listed or categorised else None
    titles = [tree.get(name) for name in fields.page.title]
    return "documentation" if any(title or isinstance(title, SCALARS) for title in titles) else None


def _text(value: Any) -> Any:
    if isinstance(value, SCALARS):
        raise NotText
    return value


def unseen_kind(mapping: RegistryMapping, fields: Mapping[str, str], *, certain: bool) -> PageKind | None:
    """Return the kind of a page whose front matter is not seen, by its fields; None if it would not be in the graph.

    Unless it is ``certain`` that the fields are front matter, a documentation page must state its layout.
    """
    kind = kind_of(mapping, fields)
    if kind == "documentation":
        return kind if certain or fields.get(mapping.pages.field) else None
    return kind if kind in _OF_RECORDS else None


def disguised(mapping: RegistryMapping, document: Document) -> Problem | None:
    """Return the problem of a page that is nothing only because of an invisible character in a key, or in the value of its layout."""
    tree: Tree = document.tree
    field = mapping.pages.field
    layout = tree.get(field)
    if isinstance(layout, str) and layout not in mapping.pages.kinds and visible_part(layout) in mapping.pages.kinds:
        expected, got = f"{visible_part(layout)!r} as {field!r}", f"{layout!r} with {invisible_in(layout)}"
        return Problem("", *document.where((field,)), "", expected, got, "remove the character")
    fields = mapping.fields.resource
    names = (field, *fields.id, *fields.category, *fields.products)
    key = lookalike(tree, names)
    if key is None:
        return None
    name = next(name for name in names if lookalike([key], [name]))
    if kind_of(mapping, {**tree, name: tree[key]}) not in _OF_RECORDS:
        return None
    return Problem("", *document.where((key,)), "", f"the key {name!r}", f"{key!r} with {invisible_in(key)}", "remove the character")
