"""Find values whose shape (text, number, list, mapping) their field cannot have. Such values are kept in `extra`, and give no property."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec

from kgbuild.checks.support.fields import KINDS
from kgbuild.mapping.load import RegistryMapping
from kgbuild.mapping.schema import RecordFields, RecordKind
from kgbuild.model.graph import Description

_HINTS = get_type_hints(Description)
_LISTS = frozenset(name for name, hint in _HINTS.items() if getattr(hint, "__origin__", None) is tuple) - {"contact", "publications"}
_NUMBERS = frozenset(name for name, hint in _HINTS.items() if int in get_args(hint))
#: Properties whose values may be mappings, and the parts of these that must be text.
_PARTS = ("license", "contacts", "publications", "source")
#: Parts of a record that are not a property of their own.
_OTHERS = ("id", "products", "superseded_by", "extra")
#: A number or a boolean, which names neither a contact nor a license.
_NO_NAME = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|true|false", re.IGNORECASE)
_decode = msgspec.json.Decoder().decode


class WrongShape(NamedTuple):
    """A value with a wrong shape: what the field can have, what it has, and what to write if that is certain."""

    expected: str
    got: str
    todo: str = ""


class FieldShapes:
    """The shapes of the fields of records under one mapping."""

    def __init__(self, mapping: RegistryMapping) -> None:
        fields = mapping.fields
        self._properties = {kind: _properties(mapping, kind) for kind in KINDS}
        self._parts = {
            "license": (*fields.license.label, *fields.license.url),
            "contacts": (*fields.contact.label, *fields.contact.id, *fields.contact.category),
            "publications": fields.publication.id,
            "source": fields.source.relation,
        }
        self._known = {kind: frozenset(getattr(fields, kind).extra) for kind in self._properties}
        self._forms = frozenset(mapping.vocabulary.written)

    def property(self, kind: RecordKind, field: str) -> str:
        """Return the property that a field gives; empty if it gives none."""
        return self._properties[kind].get(field, "")

    def wrong(self, kind: RecordKind, field: str, text: str) -> Iterator[WrongShape]:
        """Yield what is wrong with the shape of a field, given as JSON text."""
        property = self.property(kind, field)
        if property in _PARTS:
            yield from self._parted(property, _decode(text))
        elif property in _LISTS:
            yield from _listed(_decode(text))
        elif property and text[:1] in ("{", "["):
            yield WrongShape("a number" if property in _NUMBERS else "one text", _name(_decode(text)))
        elif field in self._known[kind]:
            value = _decode(text)
            if type(value) is dict and field in self._forms:
                yield WrongShape("one text", _name(value))
            elif type(value) is list:
                yield from (WrongShape("a list without lists in it", "a list in the list") for item in value if type(item) is list)

    def unnamed(self, kind: RecordKind, field: str, value: str) -> WrongShape | None:
        """Return what is wrong with the name of a contact or license that is a number or a boolean."""
        if self.property(kind, field) in ("license", "contacts") and _NO_NAME.fullmatch(value):
            return WrongShape("a name, or a mapping with one", repr(value))
        return None

    def _parted(self, property: str, value: Any) -> Iterator[WrongShape]:
        what = "a text, a mapping, or a list of these"
        for item in value if type(value) is list else [value]:
            if type(item) is list:
                yield WrongShape(what, "a list in the list")
            elif type(item) is dict:
                if not any(part not in (None, "", [], {}) for part in item.values()):
                    yield WrongShape("a mapping with values", _name(item), _as_list(item))
                    continue
                for name in self._parts[property]:
                    if type(item.get(name)) in (dict, list):
                        yield WrongShape(f"one text as its {name!r}", _name(item[name]))


def _properties(mapping: RegistryMapping, kind: RecordKind) -> dict[str, str]:
    """Return the property of each field of a kind of record, and "source" for the fields with the sources of a product."""
    roles = mapping.provenance.roles
    sources = (*roles.original.fields, *roles.secondary.fields) if kind == "product" else ()
    properties = [name for name in RecordFields.__struct_fields__ if name not in _OTHERS]
    return dict.fromkeys(sources, "source") | {field: name for name in properties for field in mapping.written(kind, name)}


def _listed(value: Any) -> Iterator[WrongShape]:
    if type(value) is dict:
        yield WrongShape("a text or a list of texts", _name(value), _as_list(value))
    elif type(value) is list:
        for item in value:
            if type(item) in (dict, list):
                yield WrongShape("a list of texts", f"{_name(item)} in the list")


def _name(value: Any) -> str:
    if type(value) is list:
        return "a list" if value else "an empty list"
    if not value:
        return "an empty mapping"
    return "a mapping" if any(part is not None for part in value.values()) else "a mapping without values"


def _as_list(value: dict[str, Any]) -> str:
    """Return the list that a mapping without values was probably meant to be (`{a, b}` for `[a, b]`)."""
    return f"write `[{', '.join(value)}]`" if value and all(part is None for part in value.values()) else ""
