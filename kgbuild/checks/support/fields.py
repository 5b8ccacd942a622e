"""Look up the fields of records in the mapping, and list the values inside fields that have no property (fields.yaml, vocabulary.yaml)."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from kgbuild.mapping.load import RegistryMapping
from kgbuild.mapping.schema import Form, RecordKind
from kgbuild.model.graph import Role
from kgbuild.transform.properties import table_of

KINDS: tuple[RecordKind, ...] = ("resource", "product", "organization")
_decode = msgspec.json.Decoder().decode


def data_categories(mapping: RegistryMapping) -> frozenset[str]:
    """Return the specific classes, without prefix, of the products that are certainly data (SPEC §8): listed categories, without `not_data`.

    Others count as data for provenance; a rule about data says nothing of them, because a misspelled category is a finding of its own (FM002).
    """
    rule = mapping.categories.product
    known = (curie for category, curie in rule.categories.items() if category not in rule.not_data)
    return frozenset(curie.partition(":")[2] for curie in known)


class FieldEntry(NamedTuple):
    """A scalar inside a field and its required form, or, in ``unknown``, the name of an unknown field inside the field."""

    value: str
    form: Form | None = None
    unknown: str = ""


class FieldPart(NamedTuple):
    """The fields of mappings inside one field: the known fields, the fields with an id, and the form of the ids."""

    known: frozenset[str]
    ids: frozenset[str] = frozenset()
    form: Form | None = None


class FieldIndex:
    """The fields of records under one mapping."""

    def __init__(self, mapping: RegistryMapping) -> None:
        roles, vocabulary = mapping.provenance.roles, mapping.vocabulary
        sources: dict[str, Role] = {
            **dict.fromkeys(roles.original.fields, "original"),
            **dict.fromkeys(roles.secondary.fields, "secondary"),
        }
        self._tables = {kind: table_of(kind, getattr(mapping.fields, kind), sources) for kind in KINDS}
        self._forms, self._written, self._conditional = vocabulary.forms, vocabulary.written, vocabulary.told
        self._parts = _parts(mapping)

    def knows(self, kind: RecordKind, field: str) -> bool:
        """Return whether a kind of record has a field."""
        table = self._tables[kind]
        return field in table.feeds or field in table.without_property or field in table.structural

    def entries(self, kind: RecordKind, field: str, text: str) -> list[FieldEntry]:
        """Return all values inside a field that have a required form or are unknown fields. ``text`` is the field as JSON."""
        fed = self._tables[kind].feeds.get(field)
        form = self._written.get(field) or (self._forms.get(fed[0]) if fed else None)
        found: list[FieldEntry] = []
        if form or "{" in text:
            self._walk(field, _decode(text), form, found)
        return found

    def _walk(self, field: str, value: Any, form: Form | None, found: list[FieldEntry]) -> None:
        if type(value) is dict:
            self._mapping(field, value, found)
        elif type(value) is list:
            for item in value:
                if form or type(item) is not str:
                    self._walk(field, item, form, found)
        elif form and value is not None:
            found.append(FieldEntry(str(value), form))

    def _mapping(self, field: str, value: dict[str, Any], found: list[FieldEntry]) -> None:
        part = self._parts.get(field)
        if part:
            found += [FieldEntry(item if type(item) is str else "", unknown=name) for name, item in value.items() if name not in part.known]
        chosen = self._conditional.forms.get(str(value.get(self._conditional.by))) if self._conditional else None
        for name, item in value.items():
            form = part.form if part and name in part.ids else self._written.get(name)
            if chosen and self._conditional and name == self._conditional.of:
                form = chosen
            if form or type(item) is not str:
                self._walk(name, item, form, found)


def _parts(mapping: RegistryMapping) -> dict[str, FieldPart]:
    """Return the known fields of the mappings inside fields, by field."""
    fields, vocabulary, roles = mapping.fields, mapping.vocabulary, mapping.provenance.roles
    named = {
        name: frozenset(field for names in msgspec.structs.astuple(getattr(fields, name)) for field in names)
        for name in ("contact", "license", "publication", "source")
    }
    found = {
        field: FieldPart(named.get(name, frozenset()).union(part.fields, vocabulary.anywhere))
        for name, part in vocabulary.parts.items()
        for field in part.in_
    }
    found |= {field: FieldPart(named["source"]) for field in (*roles.original.fields, *roles.secondary.fields)}
    for property, ids in (("license", fields.license.url), ("publications", fields.publication.id)):
        for field in {name for kind in KINDS for name in mapping.written(kind, property)} & found.keys():
            found[field] = found[field]._replace(ids=frozenset(ids), form=vocabulary.forms.get(property))
    return found
