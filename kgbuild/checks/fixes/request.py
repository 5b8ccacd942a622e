"""A fix: a pure function from a finding and its entry to the change that repairs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from kgbuild.checks.view import EntryRef
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.finding import Finding
from kgbuild.model.graph import Listing, OrganizationStatement, ProductPage, ResourceStatement, Statement

#: The statements to change: the listings and generated pages of a product, or the records of a resource or an organization.
Of = Literal["listing", "resource", "organization"]
_OF: dict[type[Statement], Of] = {
    Listing: "listing", ProductPage: "listing", ResourceStatement: "resource", OrganizationStatement: "organization",
}  # fmt: skip


class FixRequest(NamedTuple):
    """A change of the fields ``names`` in all statements about one thing. ``about`` is its node id, and ``id`` its id as written.

    ``kind`` "double": remove duplicates of the source ``old`` from a list. "source", "relation", "value": replace ``old`` by ``new``, where
    ``old`` is the id of a source, the relation type of a source, or any other value. ``number`` identifies the request within a run.
    """

    of: Of
    about: str
    id: str
    kind: Literal["double", "source", "relation", "value"]
    names: tuple[str, ...]
    old: str
    new: str
    number: int = 0


#: Returns None for a finding that it does not repair. Raises NotCertain for a finding whose repair is not certain.
Fix = Callable[[Finding, EntryRef, RegistryMapping], FixRequest | None]


def kind_of(says: Statement) -> Of | None:
    """Return the kind of statements to change, or None if no fix changes this statement."""
    return _OF.get(type(says))


def replace(finding: Finding, at: EntryRef, mapping: RegistryMapping) -> FixRequest | None:
    """Return a request to replace the value of an entry by the suggestion of a finding, or None if one of them is missing.

    In fields of sources, the value is the id of a source.
    """
    of = kind_of(at.claim.says)
    if of is None or not at.value or not finding.suggestion:
        return None
    roles = mapping.provenance.roles
    sources = (*roles.original.fields, *roles.secondary.fields)
    names = at.names(mapping) or (tuple(sorted(sources)) if of == "listing" else ())
    cited = tuple(name for name in names if name in sources) if of == "listing" else ()
    return FixRequest(
        of=of, about=finding.subject, id=at.claim.id, kind="source" if cited else "value", names=cited or names,
        old=at.value, new=finding.suggestion,
    )  # fmt: skip
