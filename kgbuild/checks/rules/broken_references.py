"""RF, references: references other than sources, such as replacements and contacts, that lead to no record or to the record itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from kgbuild.checks.rule import Violation
from kgbuild.checks.support.nearest import Nearest, letters
from kgbuild.checks.support.spelling import nearest
from kgbuild.checks.support.statements import Everything, FormFault, Says, found
from kgbuild.checks.support.unread import UnreadRecords
from kgbuild.checks.view import EntryRef, StatedClaim, View
from kgbuild.mapping.schema import RecordKind
from kgbuild.model.audit import AuditEdge
from kgbuild.model.finding import Severity
from kgbuild.model.graph import ResourceStatement

#: Characters that an id of another registry or an address has, and an id of a record does not.
_ELSEWHERE = re.compile(r"[:/@\s]")
_decode = msgspec.json.Decoder().decode
Target = Literal["resource", "product", "organization"]


def broken(view: View) -> Iterator[Violation]:
    """A reference other than a source that leads to no record, or to the record itself.

    These are the replacement of a resource, the organizations among its contacts, the process that produced a product, and a publication with
    the id of a record. The key `audit.references` in `mappings/vocabulary.yaml` lists the fields. Resources that replace each other are reported
    too. The level is info for a contact if the input has no records of organizations at all.
    Why: Whoever follows the reference finds nothing, and the graph has only a stub for it.
    Example: `use_instead: [nosuch]`, and no record has the id `nosuch`.
    Fix: Correct the id, add the missing record, or remove the reference.
    """
    yield from _replacements(view)
    yield from _Fields(view).violations()


def _replacements(view: View) -> Iterator[Violation]:
    unread, near = UnreadRecords(view), None
    for id, edges in view.graph.successors.items():
        name = view.name(id)
        for edge in edges:
            new, node = view.name(edge.object), view.graph.nodes.get(edge.object)
            if edge.object == id:
                yield _replacement(view, id, edge, f"{name!r} names itself as its replacement")
            elif (node is None or node.stub) and not unread.may_be(new):
                near = near or Nearest(view)
                suggestion = ", ".join(near.of(new, {id})) or None
                message = f"{name!r} is replaced by {new!r}, which no record describes"
                yield _replacement(view, id, edge, message, suggestion, unread.severity)
            elif (back := _way_back(view, edge.object, id)) and id == min(back):
                path = ", which is replaced by ".join(repr(view.name(step)) for step in back)
                yield _replacement(view, id, edge, f"{name!r} is replaced by {path}")


def _replacement(
    view: View, id: str, edge: AuditEdge, message: str, suggestion: str | None = None, severity: Severity | None = None
) -> Violation:
    """Return a finding at the entry that states the replacement of a resource."""
    new = view.name(edge.object)
    claims = [claim for claim in view.records.get(id) or () if new in _replaced_by(claim)]
    spots = [EntryRef(claim, "superseded_by", new) for claim in sorted(claims, key=lambda claim: (claim.contained, claim.file))]
    at, related = (spots[0], spots[1:]) if spots else (None, [])
    return Violation(id, message, at, edge.object, "superseded_by", related, suggestion, severity, edge.declared_in)


def _replaced_by(claim: StatedClaim) -> tuple[str, ...]:
    return claim.says.superseded_by if isinstance(claim.says, ResourceStatement) else ()


def _way_back(view: View, start: str, to: str) -> list[str]:
    """Return the replacements from one resource to another, both included; an empty list if there is no way."""
    ways, seen = [[start]], {start}
    for way in ways:
        if way[-1] == to:
            return way
        for edge in view.graph.successors.get(way[-1], ()):
            if edge.object not in seen:
                seen.add(edge.object)
                ways.append([*way, edge.object])
    return []


class _Reference(NamedTuple):
    """A reference in a field: its innermost field, the kind and id of the record, its label, and the id as ``written`` if that differs."""

    field: str
    target: Target
    id: str
    label: str = ""
    written: str = ""


class _Fields:
    """The references in fields of records, as listed in the mapping."""

    def __init__(self, view: View) -> None:
        self._view, self._claimed = view, view.once(Everything)
        mapping = view.mapping
        self._fields = mapping.audit.references
        self._quoted = tuple(f'"{name}":' for name in self._fields)
        self._quoted_ids = tuple(f'"{name}":' for name in mapping.fields.contact.id)
        self._labels = mapping.fields.contact.label
        self._ids, self._categories, self._people = mapping.fields.contact.id, mapping.fields.contact.category, mapping.fields.people
        space = mapping.prefixes.spaces["resource"]
        self._own = (f"{space}:", mapping.prefixes.prefixes[space])
        organizations = (node for node in view.graph.nodes.values() if node.kind == "organization" and not node.stub)
        self._organizations = {letters(node.name or node.id): view.name(node.id) for node in organizations}
        self._unread = UnreadRecords(view)

    def violations(self) -> Iterator[Violation]:
        """Yield a finding for each reference without a target."""
        claimed = self._claimed
        suspects = [s for s in claimed.statements if any(self._may_refer(*item) for item in s[2].description.extra.items())]
        own = {value for value in claimed.values("publications") if value.startswith(self._own)}
        return found(self._view, suspects + claimed.having("publications", own), self._faults)

    def _may_refer(self, field: str, text: str) -> bool:
        """Return whether a field may have references. It saves the decoding of most fields."""
        target = self._fields.get(field)
        if target is not None and target != "organization":
            return True
        return any(name in text for name in self._quoted_ids) and (target is not None or any(name in text for name in self._quoted))

    def _faults(self, kind: RecordKind, says: Says) -> Iterator[FormFault]:
        about = self._claimed.abouts.get(id(says), "")
        for field, text in says.description.extra.items():
            for reference in self._references(field, _decode(text)) if self._may_refer(field, text) else ():
                if fault := self._fault(about, field, reference):
                    yield fault
        written = (*self._view.mapping.written(kind, "publications"), "publications")[0]
        for publication in says.description.publications:
            start = next((start for start in self._own if publication.startswith(start)), None)
            reference = _Reference(written, "resource", publication.removeprefix(start or ""), written=publication)
            if start and (fault := self._fault(about, "publications", reference)):
                yield fault

    def _references(self, field: str, value: Any) -> Iterator[_Reference]:
        """Yield the references inside a field."""
        target = self._fields.get(field)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from self._in_mapping(field, target, item)
            elif isinstance(item, str) and item and target in ("product", "resource"):
                yield _Reference(field, target, item)

    def _in_mapping(self, field: str, target: Target | None, item: dict[str, Any]) -> Iterator[_Reference]:
        person = any(item.get(name) in self._people for name in self._categories)
        id_ = next((found for name in self._ids if isinstance(found := item.get(name), str) and found), None)
        if target and id_ and not person:
            label = next((str(item[name]) for name in self._labels if item.get(name)), "")
            yield _Reference(field, target, id_, label)
        for name, inner in item.items():
            if isinstance(inner, (dict, list)):
                yield from self._references(name, inner)

    def _fault(self, about: str, spot: str, reference: _Reference) -> FormFault | None:
        """Return the fault of a reference, or None if its record exists."""
        view, (field, target, id_, label, written) = self._view, reference
        of_organization = target == "organization"
        curie = view.mapping.curie("organization" if of_organization else "resource", id_)
        node = view.graph.nodes.get(curie)
        if curie == about:
            return FormFault(field, id_, f"names itself in {field!r}", spot, written or id_)
        if (node is not None and not node.stub) or self._unread.may_be(id_) or (not written and _ELSEWHERE.search(id_)):
            return None
        what = "no record of an organization describes" if of_organization else "no record describes"
        severity: Severity | None = "info" if of_organization and not self._organizations else self._unread.severity
        near = (nearest(id_, self._organizations.values()) or self._organizations.get(letters(label))) if of_organization else None
        return FormFault(field, id_, f"names {id_!r} in {field!r}, which {what}", spot, written or id_, near, severity)
