"""FM, form: missing fields, unknown fields, and values that are malformed or not in the vocabulary (mappings/vocabulary.yaml)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kgbuild.checks.fixes import known_value, spelled_doi
from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.rules.activities import not_an_activity
from kgbuild.checks.rules.addresses import unsuitable_address
from kgbuild.checks.rules.characters import invisible_character
from kgbuild.checks.rules.details import incomplete
from kgbuild.checks.rules.files import compression_and_ending
from kgbuild.checks.rules.keys import key_twice
from kgbuild.checks.rules.shapes import wrong_shape
from kgbuild.checks.support.fields import KINDS, FieldIndex
from kgbuild.checks.support.shapes import Wrong, wrong
from kgbuild.checks.support.spelling import nearest
from kgbuild.checks.support.statements import Everything, FormFault, Says, found, several
from kgbuild.checks.view import View
from kgbuild.mapping.load import RegistryMapping
from kgbuild.mapping.schema import Form, RecordKind
from kgbuild.model.finding import Severity
from kgbuild.model.graph import Listing
from kgbuild.model.invisible import invisible_in, lookalike

#: Properties whose whole field is kept too, if the field has more content than the property.
_WHOLE = ("license", "publications")


def _spot(kind: RecordKind, property: str, names: Sequence[str]) -> str:
    """Return the field of an organization or the property of another record, because the fields of organizations have other names."""
    return names[0] if kind == "organization" and names else property


def missing(view: View) -> Iterator[Violation]:
    """A required or expected field that is missing.

    The fields are listed as `required` and `expected` in `mappings/vocabulary.yaml`. The level is error for a required field and warning for
    an expected field.
    Why: Users need a name and a category to identify a resource or product, and a URL to find it.
    Example: `- id: goa.gaf` with `name: GOA annotations`, but without `category:`.
    Fix: Add the field.
    """
    vocabulary = view.mapping.vocabulary
    levels: tuple[tuple[dict[RecordKind, tuple[str, ...]], Severity], ...] = (
        (vocabulary.required, "error"),
        (vocabulary.expected, "warning"),
    )
    needed: dict[RecordKind, list[tuple[str, tuple[str, ...], Severity]]] = {kind: [] for kind in KINDS}
    for properties, severity in levels:
        for kind, named in properties.items():
            fields = [(property, view.mapping.written(kind, property), severity) for property in named]
            needed[kind] += [item for item in fields if item[1]]  # without a field for the property, the mapping requires none

    def faults(kind: RecordKind, says: Says) -> Iterator[FormFault]:
        for property, names, severity in needed[kind]:
            value = says.category if property == "category" else getattr(says.description, property)
            if value and (type(value) is not str or not value.isspace()):
                continue
            if key := lookalike(says.description.extra, names):
                text = f"has no {names[0]!r}, but {key!r}, which contains {invisible_in(key)}"
                yield FormFault(names[0], "", text, key, severity=severity)
            elif value != 0 and not any(name in says.description.extra for name in names):
                yield FormFault(names[0], "", f"has no {names[0]!r}", _spot(kind, property, names) if value else "", severity=severity)

    claimed = view.once(Everything)
    suspects = [
        statement
        for property in {item[0] for items in needed.values() for item in items}
        for statement, value in zip(claimed.statements, claimed.column(property), strict=True)
        if not value or (type(value) is str and value.isspace())
    ]
    return found(view, suspects, faults, copies=False)


def unknown_value(view: View) -> Iterator[Violation]:
    """A category, status, format, compression, relation type or domain that is not in the vocabulary.

    Why: A search for the usual value does not find the record, and the graph has no class or media type for the unknown value.
    Example: `compression: gzp` instead of `gzip`.
    Fix: Write a value of the vocabulary. If a new value is needed, add it to the file in `mappings/` that has the other values.
    """
    mapping, claimed = view.mapping, view.once(Everything)
    roles = mapping.provenance.roles
    categories = {kind: frozenset(getattr(mapping.categories, kind).categories) for kind in KINDS}
    properties = {name: _values(mapping, name) for name in mapping.vocabulary.values}
    relations = frozenset((*mapping.provenance.relations.values(), roles.original.relation, roles.secondary.relation))
    lacking = _Lacking(mapping)

    def faults(kind: RecordKind, says: Says) -> Iterator[FormFault]:
        known = categories[kind]
        if says.category and known and says.category not in known:
            field = mapping.written(kind, "category")[0]
            yield lacking.fault(field, says.category, f"the {field} {says.category!r}", "category", known, f" of {kind}s")
        for name, values in properties.items():
            for item in several(getattr(says.description, name)):
                if item not in values:
                    field = (*mapping.written(kind, name), name)[0]
                    yield lacking.fault(field, item, f"{item!r} in {field!r}", name, values)
        for source in says.sources if isinstance(says, Listing) else ():
            if source.relation not in relations:
                field = getattr(roles, source.role).fields[0]
                yield lacking.fault(field, source.relation, f"the relation type {source.relation!r} in {field!r}", source.role, relations)

    suspects = [
        statement
        for statement, category in zip(claimed.statements, claimed.column("category"), strict=True)
        if category not in categories[statement[0]]
    ]
    for name, values in properties.items():
        suspects += claimed.having(name, claimed.values(name).keys() - values)
    suspects += [
        statement
        for statement in claimed.statements
        if type(statement[2]) is Listing and not relations.issuperset([source.relation for source in statement[2].sources])
    ]
    return found(view, suspects, faults)


def _values(mapping: RegistryMapping, property: str) -> frozenset[str]:
    """Return the valid values of a property, from the vocabulary and from the other mapping files."""
    others: dict[str, dict[str, str]] = {
        "format": mapping.formats.formats,
        "compression": mapping.formats.compression,
        "domain": mapping.domains.domains,
    }
    vocabulary = mapping.vocabulary
    return frozenset((*vocabulary.values[property], *others.get(property, ()))) - vocabulary.instead.get(property, {}).keys()


class _Lacking:
    """Faults of values that are not in the vocabulary, with the intended value if it is certain."""

    def __init__(self, mapping: RegistryMapping) -> None:
        self._instead = mapping.vocabulary.instead
        self._near: dict[tuple[str, str], str | None] = {}

    def fault(self, field: str, value: str, what: str, spot: str, known: frozenset[str], of: str = "") -> FormFault:
        """Return the fault of a value that is not one of the ``known`` ones. ``what`` is the value in words."""
        key = spot + of, value
        if key not in self._near:
            self._near[key] = self._instead.get(spot, {}).get(value.strip().lower()) or nearest(value, known)
        return FormFault(field, value, f"has {what}, which is not in the vocabulary{of}", spot, value, self._near[key])


def malformed(view: View) -> Iterator[Violation]:
    """A URL, e-mail address, ORCID iD, DOI, CURIE, date or count that is malformed.

    `connection_url` may be `host:port`. An ORCID iD may be a URL, and its check digit must be right. A DOI may have a prefix
    or be a short DOI (`10/fg5v`). The keys `forms`, `written` and `told` in `mappings/vocabulary.yaml` give the form of each field.
    Why: A malformed link, identifier or number cannot be used by programs.
    Example: `homepage_url: htps://geneontology.org`
    Fix: Correct the value.
    """
    mapping, claimed = view.mapping, view.once(Everything)
    forms, fields = list(mapping.vocabulary.forms.items()), FieldIndex(mapping)
    suspects = [statement for statement, entry in claimed.entries if entry.form and _shape(entry.form, entry.value)]
    for property, form in forms:
        bad = {value for value in claimed.values(property) if _shape(form, value)}
        suspects += claimed.having(property, bad) if bad else ()

    def faults(kind: RecordKind, says: Says) -> Iterator[FormFault]:
        description = says.description
        for property, form in forms:
            names = mapping.written(kind, property)
            label = description.license_label if property == "license" else None  # the text of a license is not a link
            if property in _WHOLE and any(name in description.extra for name in names):
                continue
            for value in several(getattr(description, property)):
                if value != label and (why := _shape(form, value)):
                    yield _misshapen((*names, property)[0], str(value), why, _spot(kind, property, names))
        for key, text in description.extra.items():
            for entry in fields.entries(kind, key, text):
                if entry.form and (why := _shape(entry.form, entry.value)):
                    yield _misshapen(key, entry.value, why, key)

    return found(view, suspects, faults)


def _shape(form: Form, value: str | float) -> Wrong | None:
    if type(value) is int and form == "count" and value >= 0:
        return None
    text = str(value)
    return wrong(form, text) if text and not text.isspace() else None


def _misshapen(field: str, value: str, why: Wrong, spot: str) -> FormFault:
    article = "an" if why.what[0] in "aeiouAEIO" else "a"
    return FormFault(field, value, f"has {value!r} in {field!r}, which is not {article} {why.what}: {why.why}", spot, value, why.instead)


def unknown_field(view: View) -> Iterator[Violation]:
    """A field that is not in the vocabulary.

    The vocabulary consists of the fields in `mappings/fields.yaml`. For fields within contacts, licenses, publications and other parts of records,
    it is the key `parts` in `mappings/vocabulary.yaml`. The graph keeps the text of unknown fields but does not interpret it.
    Why: A misspelled field is not interpreted, so its content is missing from the graph.
    Example: `homepage-url: https://geneontology.org` instead of `homepage_url`.
    Fix: Correct the name of the field. If the registry needs a new field, add it to the mapping.
    """
    fields, claimed = FieldIndex(view.mapping), view.once(Everything)
    suspects = [statement for statement, entry in claimed.entries if entry.unknown]
    suspects += [s for s in claimed.statements if any(not fields.knows(s[0], key) for key in s[2].description.extra)]

    def faults(kind: RecordKind, says: Says) -> Iterator[FormFault]:
        for key, text in says.description.extra.items():
            if not fields.knows(kind, key):
                yield FormFault(key, "", f"has the field {key!r}, which is not in the vocabulary", key)
                continue
            for entry in fields.entries(kind, key, text):
                if entry.unknown:
                    what = f"has {entry.unknown!r} in {key!r}, which is not in the vocabulary"
                    yield FormFault(key, entry.unknown, what, key, entry.value)

    return found(view, suspects, faults)


RULES = (
    Rule("FM001", "error", missing),
    Rule("FM002", "warning", unknown_value, fix=known_value.fix),
    Rule("FM003", "warning", malformed, fix=spelled_doi.fix),
    Rule("FM004", "info", unknown_field),
    Rule("FM005", "error", key_twice),
    Rule("FM006", "info", not_an_activity, default=False),
    Rule("FM007", "warning", unsuitable_address),
    Rule("FM008", "warning", compression_and_ending),
    Rule("FM009", "info", incomplete),
    Rule("FM010", "warning", wrong_shape),
    Rule("FM011", "warning", invisible_character),
)
