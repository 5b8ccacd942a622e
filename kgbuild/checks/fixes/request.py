"""What a fix is: a pure function from a finding, and the entry that it points at, to the change that repairs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from kgbuild.checks.view import EntryRef
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.finding import Finding
from kgbuild.model.graph import Listing, OrganizationStatement, ProductPage, ResourceStatement, Statement

#: What says it: the listings of a product and their generated pages, the records of a resource, or those of an organization.
Of = Literal["listing", "resource", "organization"]
_OF: dict[type[Statement], Of] = {
    Listing: "listing", ProductPage: "listing", ResourceStatement: "resource", OrganizationStatement: "organization",
}  # fmt: skip


class FixRequest(NamedTuple):
    """A change to make in all that is said ``of`` one thing (``about`` its node id, ``id`` as written), in the fields ``names``.

    ``kind`` "double": the source ``old`` is named twice in one list. "source", "relation", "value": the id of a source, the relation type of a
    source, or any other value is ``old`` and is to be ``new``. ``number`` tells the requests of a run apart.
    """

    of: Of
    about: str
    id: str
    kind: Literal["double", "source", "relation", "value"]
    names: tuple[str, ...]
    old: str
    new: str
    number: int = 0


#: None for a finding that the fix does not repair. Raises NotCertain for one that it would repair if it were sure.
Fix = Callable[[Finding, EntryRef, RegistryMapping], FixRequest | None]


def kind_of(says: Statement) -> Of | None:
    """Which records say it; None for those that nothing repairs."""
    return _OF.get(type(says))


def replace(finding: Finding, at: EntryRef, mapping: RegistryMapping) -> FixRequest | None:
    """To write the suggestion of a finding in place of the value of an entry; None where either is missing.

    In the fields of sources the value is taken for the id of a source.
    """
    of = kind_of(at.said.says)
    if of is None or not at.value or not finding.suggestion:
        return None
    roles = mapping.provenance.roles
    sources = (*roles.original.fields, *roles.secondary.fields)
    names = at.names(mapping) or (tuple(sorted(sources)) if of == "listing" else ())
    cited = tuple(name for name in names if name in sources) if of == "listing" else ()
    return FixRequest(
        of=of, about=finding.subject, id=at.said.id, kind="source" if cited else "value", names=cited or names,
        old=at.value, new=finding.suggestion,
    )  # fmt: skip
