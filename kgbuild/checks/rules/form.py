"""FM, form: what a record leaves out, or says in words and shapes that the vocabulary does not have (mappings/vocabulary.yaml)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from kgbuild.checks.fixes import known_value
from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.support.fields import KINDS, FieldIndex
from kgbuild.checks.support.shapes import Wrong, wrong
from kgbuild.checks.support.spelling import nearest
from kgbuild.checks.support.statements import Everything, FormFault, Says, found, several
from kgbuild.checks.view import EntryRef, Position, StatedClaim, View
from kgbuild.mapping.load import RegistryMapping
from kgbuild.mapping.schema import Form, RecordKind
from kgbuild.model.finding import Severity
from kgbuild.model.graph import Listing

#: Properties whose fields are kept whole as well, where they say more than the property holds.
_WHOLE = ("license", "publications")
#: The PROV-O relations that only activities have, and the one that both are kinds of and that anything may have (W3C PROV-O, 30 April 2013).
_OF_ACTIVITIES = ("prov:used", "prov:wasInformedBy")
_OF_ANYTHING = "prov:wasInfluencedBy"


def _spot(kind: RecordKind, property: str, names: Sequence[str]) -> str:
    """How a place of a property is told: of an organization by its field, since its properties have other fields than those of a resource."""
    return names[0] if kind == "organization" and names else property


def missing(view: View) -> Iterator[Violation]:
    """A field that a record must have, or should have, is missing.

    Which fields these are is said by `required` and `expected` in `mappings/vocabulary.yaml`; what is only expected is a warning.
    Why: without a name nobody knows what is meant, without a category nobody knows what it is, and without an address nobody gets at it.
    Example: `- id: goa.gaf` and `name: GOA annotations`, with no `category:`.
    Fix: add the field.
    """
    vocabulary = view.mapping.vocabulary
    levels: tuple[tuple[dict[RecordKind, tuple[str, ...]], Severity], ...] = (
        (vocabulary.required, "error"),
        (vocabulary.expected, "warning"),
    )
    wanted: dict[RecordKind, list[tuple[str, tuple[str, ...], Severity]]] = {kind: [] for kind in KINDS}
    for properties, severity in levels:
        for kind, named in properties.items():
            fields = [(property, view.mapping.written(kind, property), severity) for property in named]
            wanted[kind] += [item for item in fields if item[1]]  # a mapping without such a field asks for none

    def faults(kind: RecordKind, says: Says) -> Iterator[FormFault]:
        for property, names, severity in wanted[kind]:
            value = says.category if property == "category" else getattr(says.description, property)
            if value and (type(value) is not str or not value.isspace()):
                continue
            if property == "category":  # what is no text is kept nowhere
                yield FormFault(
                    names[0], "", f"has no {names[0]!r} that is text", _spot(kind, property, names) if value else "", severity=severity
                )
            elif value != 0 and not any(name in says.description.extra for name in names):
                yield FormFault(names[0], "", f"has no {names[0]!r}", _spot(kind, property, names) if value else "", severity=severity)

    claimed = view.once(Everything)
    suspects = [
        statement
        for property in {item[0] for items in wanted.values() for item in items}
        for statement, value in zip(claimed.statements, claimed.column(property), strict=True)
        if not value or (type(value) is str and value.isspace())
    ]
    return found(view, suspects, faults, copies=False)


def unknown_value(view: View) -> Iterator[Violation]:
    """A category, status, format, compression, relation type or domain that the vocabulary does not have.

    Why: what has a word of its own is found by nobody who looks for the common one, and nothing is known of it: no class, no media type.
    Example: `compression: gzp`, where `gzip` is meant.
    Fix: write a value of the vocabulary; if a new one is needed, add it to the file of `mappings/` that has the others.
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
    """The values of a property: those that the vocabulary names, and those that another mapping file knows."""
    others: dict[str, dict[str, str]] = {
        "format": mapping.formats.formats,
        "compression": mapping.formats.compression,
        "domain": mapping.domains.domains,
    }
    vocabulary = mapping.vocabulary
    return frozenset((*vocabulary.values[property], *others.get(property, ()))) - vocabulary.instead.get(property, {}).keys()


class _Lacking:
    """Faults of values that no vocabulary has, with the value that is meant if that is sure."""

    def __init__(self, mapping: RegistryMapping) -> None:
        self._instead = mapping.vocabulary.instead
        self._near: dict[tuple[str, str], str | None] = {}

    def fault(self, field: str, value: str, what: str, spot: str, known: frozenset[str], of: str = "") -> FormFault:
        """The fault that ``what`` has a value that is not ``known``."""
        key = spot + of, value
        if key not in self._near:
            self._near[key] = self._instead.get(spot, {}).get(value.strip().lower()) or nearest(value, known)
        return FormFault(field, value, f"has {what}, which the vocabulary{of} does not know", spot, value, self._near[key])


def malformed(view: View) -> Iterator[Violation]:
    """A URL, e-mail address, ORCID iD, DOI, CURIE, date or count that cannot be one.

    `connection_url` may be host:port. An ORCID iD may be written as a URL, and its check digit must be right; a DOI may be written with and without
    a prefix. What is written how is said by `forms`, `written` and `told` in `mappings/vocabulary.yaml`.
    Why: a link that leads nowhere, a person whom nobody finds, a number that no program adds up.
    Example: `homepage_url: htps://geneontology.org`.
    Fix: write it as it should be.
    """
    mapping, claimed = view.mapping, view.once(Everything)
    forms, fields = list(mapping.vocabulary.forms.items()), FieldIndex(mapping)
    suspects = [statement for statement, entry in claimed.entries if entry.form and _shape(entry.form, entry.value)]
    for property, form in forms:
        bad = {value for value in claimed.values(property) if _shape(form, value)}
        suspects += claimed.having(property, bad) if bad else ()

    def faults(kind: RecordKind, says: Says) -> Iterator[FormFault]:
        said = says.description
        for property, form in forms:
            names = mapping.written(kind, property)
            label = said.license_label if property == "license" else None  # which is no link
            if property in _WHOLE and any(name in said.extra for name in names):
                continue
            for value in several(getattr(said, property)):
                if value != label and (why := _shape(form, value)):
                    yield _misshapen((*names, property)[0], str(value), why, _spot(kind, property, names))
        for key, text in said.extra.items():
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
    """A field that the vocabulary does not know.

    Known are the fields of `mappings/fields.yaml`, and in the parts of records (contacts, licenses, publications and others) those that `parts` in
    `mappings/vocabulary.yaml` names. Any other is kept as it is, and nothing is made of it.
    Why: a misspelt field is not read, and the record lacks what it says.
    Example: `homepage-url: https://geneontology.org`, where `homepage_url` is meant.
    Fix: correct its name; if the registry needs a new field, add it to the mapping.
    """
    fields, claimed = FieldIndex(view.mapping), view.once(Everything)
    suspects = [statement for statement, entry in claimed.entries if entry.unknown]
    suspects += [s for s in claimed.statements if any(not fields.knows(s[0], key) for key in s[2].description.extra)]

    def faults(kind: RecordKind, says: Says) -> Iterator[FormFault]:
        for key, text in says.description.extra.items():
            if not fields.knows(kind, key):
                yield FormFault(key, "", f"has the field {key!r}, which the vocabulary does not know", key)
                continue
            for entry in fields.entries(kind, key, text):
                if entry.unknown:
                    what = f"has {entry.unknown!r} in {key!r}, which the vocabulary does not know"
                    yield FormFault(key, entry.unknown, what, key, entry.value)

    return found(view, suspects, faults)


def key_twice(view: View) -> Iterator[Violation]:
    """A mapping that says one key twice.

    The record is read with the last value, as YAML loaders do; `kgbuild export` refuses it.
    Why: loaders keep the last value and lose the other without a word, so half of what was written is not there.
    Example: `license: CC0-1.0` and, some lines further on, `license: CC-BY-4.0`.
    Fix: keep one of the two.
    """
    doubled = [problem for problem in view.problems if problem.doubled]
    if not doubled:
        return
    records = _records(view)
    first: dict[tuple[str, str], str] = {}
    for problem in doubled:
        told = records.get(problem.path, {})
        record = problem.place[1:].partition("]")[0] if problem.place.startswith("[") else ""
        subject = told.get(record) or (next(iter(told.values())) if len(told) == 1 else problem.path)
        name = problem.path if subject == problem.path else view.name(subject)
        key, _, after = problem.got.rpartition(" again")
        place = problem.place or key.strip("'\"")  # of a file that cannot be read for other reasons, places are not known
        field = place.removeprefix(f"[{record}].") if record in told else place
        message = f"{name!r} says {field!r} again{after}, and only the last value is read"
        at = Position(problem.path, problem.line, problem.column)
        other = problem.path if first.setdefault((subject, field), problem.path) != problem.path else ""  # a record may have two files
        yield Violation(subject, message, at, object=other, field=field, records=() if subject == problem.path else (name,))


def _records(view: View) -> dict[str, dict[str, str]]:
    """Node id by the id of the record that is about it, for each file."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for room in (view.records, view.organizations, view.pages):
        for about, told in room.items():
            for said in told:
                found[view.files[said.file]][said.id] = about
    return found


def not_an_activity(view: View) -> Iterator[Violation]:
    """A relation type that only activities have, from a product.

    PROV-O says that what `prov:used` something or `prov:wasInformedBy` something is an activity, and that the latter was informed by one; a product
    is an entity. `prov:wasInfluencedBy` follows from both and may be said of anything; `prov:wasDerivedFrom` says more.
    Why: a reasoner takes the product for an activity; but nothing may be both, since PROV-O makes the two classes disjoint.
    Example: `secondary_source: [{source: goa, relation_type: prov:used}]`.
    Fix: write `prov:wasDerivedFrom` if the product was made from the source, else `prov:wasInfluencedBy`.
    """
    if "prov:Activity" in view.mapping.categories.product.rdf:
        return
    for product, edges in view.graph.derivations.items():
        of_activities = {edge.object: edge for edge in reversed(edges) if edge.relation_type in _OF_ACTIVITIES}
        if not of_activities:
            continue
        said, copies = view.authoritative(product), view.copies(product)
        for source, edge in of_activities.items():
            role, name = edge.source_role or "", edge.original_object or view.name(source)
            related = [EntryRef(copy, role, name) for copy in copies if _relates(copy, name, edge.relation_type)]
            message = f"{view.name(product)!r} is related to {name!r} by {edge.relation_type!r}, which only activities have, and it is none"
            yield Violation(
                product, message, EntryRef(said, role, name) if said else None, object=source, related=related, suggestion=_OF_ANYTHING,
                records=edge.declared_in,
            )  # fmt: skip


def _relates(said: StatedClaim, source: str, relation: str | None) -> bool:
    """Whether a listing, or the page of one, says so of a source."""
    return said.listing is not None and any(item.id == source and item.relation == relation for item in said.listing.sources)


RULES = (
    Rule("FM001", "error", missing),
    Rule("FM002", "warning", unknown_value, fix=known_value.fix),
    Rule("FM003", "warning", malformed),
    Rule("FM004", "info", unknown_field),
    Rule("FM005", "error", key_twice),
    Rule("FM006", "info", not_an_activity),
)
