"""Map the fields of one record to the properties of one node. Fields without a property are kept as JSON text."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple, get_args, get_type_hints

from kgbuild.errors import without_secrets
from kgbuild.licenses.judgement import LicenseJudge
from kgbuild.licenses.written import written_license
from kgbuild.mapping.load import RegistryMapping
from kgbuild.mapping.schema import RecordFields
from kgbuild.model.document import Document, NotText, Tree
from kgbuild.model.graph import Description, Kind, Role
from kgbuild.transform.values import SCALARS, extra_json, items, number, scalar, text_list

_HINTS = get_type_hints(Description)
_LISTS = frozenset(name for name, hint in _HINTS.items() if getattr(hint, "__origin__", None) is tuple)
_LICENSE = frozenset(("license", "license_label"))
_NUMBERS = frozenset(name for name, hint in _HINTS.items() if int in get_args(hint))


class Note(NamedTuple):
    """An unusual value that was kept: ``what`` describes it, ``value`` is the field or value as written."""

    what: str
    value: str


#: What a note says of a field with the user name or password of an address.
HAS_USERINFO = "address with a user name or password"


class Table(NamedTuple):
    """The fields of one kind of record.

    ``feeds`` maps the name of a field to its property and its rank among the fields of that property (0 wins). ``texts`` are the fields
    of rank 0 whose property is a single text. ``structural`` are the fields for id, category, products, successors and sources.
    ``without_property`` are the known fields that have no property.
    """

    kind: Kind
    feeds: dict[str, tuple[str, int]]
    texts: dict[str, str]
    structural: frozenset[str]
    without_property: frozenset[str]
    id: tuple[str, ...]
    category: tuple[str, ...]
    products: tuple[str, ...]
    superseded_by: tuple[str, ...]


def table_of(kind: Kind, fields: RecordFields, sources: dict[str, Role]) -> Table:
    """Build the table of one kind of record. ``sources`` are the fields that list the sources of a product."""
    no_property = ("id", "category", "products", "superseded_by", "extra")
    feeds = {
        written: ("contact" if name == "contacts" else name, rank)
        for name in RecordFields.__struct_fields__
        if name not in no_property
        for rank, written in enumerate(getattr(fields, name))
    }
    structural = {*fields.id, *fields.category, *fields.products, *fields.superseded_by, *(sources if kind == "product" else ())}
    other = {*_SPECIAL, *_LISTS, *_NUMBERS}
    texts = {written: name for written, (name, rank) in feeds.items() if rank == 0 and name not in other}
    return Table(
        kind,
        feeds,
        texts,
        frozenset(structural),
        frozenset(fields.extra),
        fields.id,
        fields.category,
        fields.products,
        fields.superseded_by,
    )


class PropertyVocabulary:
    """The values of a mapping (licenses, formats, prefixes), prepared for look-up."""

    def __init__(self, mapping: RegistryMapping) -> None:
        self.license_fields = mapping.fields.license
        self.contact_fields = mapping.fields.contact
        self.publication_fields = mapping.fields.publication
        self.people = frozenset(mapping.fields.people)
        self.prefixed = mapping.fields.prefixed
        self._media_types = _folded(mapping.formats.formats)
        self._compressions = _folded(mapping.formats.compression)
        self._prefixes = {f"{prefix}:": prefix for prefix in mapping.prefixes.prefixes} | mapping.prefixes.spellings
        longest_first = sorted(self._prefixes, key=len, reverse=True)
        self._spelling = re.compile("|".join(map(re.escape, longest_first)) or r"\Z.").match
        # A registry has only a few hundred licenses and a few dozen formats, so the caches hold them all.
        self.license = LicenseJudge(mapping).column
        self.media_type = lru_cache(maxsize=1024)(self._media_type)

    def _media_type(self, format: str | None, compression: str | None) -> str | None:
        """Return the media type of a file: that of its format, or else that of its compression."""
        found = self._media_types.get(format.strip().lower()) if format else None
        return found or (self._compressions.get(compression.strip().lower()) if compression else None)

    def compress(self, id: str) -> str:
        """Return the id as a CURIE if it begins with a prefix spelling of the mapping, else as written.

        Spaces after the prefix (`doi: 10.1093/x`) and a second spelling of the same prefix (`doi:https://doi.org/10.1093/x`) are dropped.
        """
        start = self._spelling(id)
        if start is None:
            return id
        rest = id[start.end() :].lstrip()
        again = self._spelling(rest)
        if again is not None and self._prefixes[again[0]] == self._prefixes[start[0]]:
            rest = rest[again.end() :].lstrip()
        return f"{self._prefixes[start[0]]}:{rest.rstrip('/')}" if rest.rstrip("/") else id


def _folded(table: dict[str, str]) -> dict[str, str]:
    return {key.lower(): value for key, value in table.items()}


class PropertyReader:
    """Reads the properties that one record states of one node. Unusual values are added to ``notes``."""

    def __init__(self, vocabulary: PropertyVocabulary, document: Document, table: Table, notes: list[Note]) -> None:
        self.vocabulary, self.document, self.table, self.notes = vocabulary, document, table, notes
        self.values: dict[str, Any] = {}
        self.extra: dict[str, str] = {}
        self.organizations: list[str] = []
        self.ranks: dict[str, tuple[int, str]] = {}

    def description(self, tree: Tree) -> Description:
        """Return the description of a record. Raises NotText if the fast parser lost a text that is needed."""
        feeds, texts, structural, values = self.table.feeds, self.table.texts, self.table.structural, self.values
        for key, value in tree.items():
            if value is None or value == "":
                continue
            text = texts.get(key)
            if text is not None and type(value) is str and text not in values:  # the fast path for most fields
                values[text] = value
            elif key not in structural:
                self._field(key, value, feeds.get(key), tree)
        self._keep_structural(tree)
        media_type = self.vocabulary.media_type(values.get("format"), values.get("compression"))
        if media_type:
            values["media_type"] = media_type
        self._hide_secrets()
        return Description(**values, extra=self.extra)

    def _keep_structural(self, tree: Tree) -> None:
        """Keep what the fields for id and category say beyond the one text that is used."""
        for names in (self.table.id, self.table.category):
            used = False
            for key in names:
                value = tree.get(key)
                if value is None or value == "":
                    continue
                if used or isinstance(value, (dict, list)):
                    self._keep_unusual(key, value)
                else:
                    used = True

    def _hide_secrets(self) -> None:
        """Replace the user names and passwords of addresses, so that no message and no output has them. Add a note for each field with one."""
        for name, value in self.values.items():
            hidden = tuple(map(without_secrets, value)) if type(value) is tuple else without_secrets(value) if type(value) is str else value
            if hidden != value:
                self.values[name] = hidden
                self.notes.append(Note(HAS_USERINFO, name))
        for key, text in self.extra.items():
            if (shown := without_secrets(text)) != text:
                self.extra[key] = shown
                self.notes.append(Note(HAS_USERINFO, key))

    def _field(self, key: str, value: Tree, feed: tuple[str, int] | None, tree: Tree) -> None:
        if feed is None:
            if type(key) is not str:
                raise NotText
            return self._keep(key, value)
        name, rank = feed
        if name in _SPECIAL:
            _SPECIAL[name](self, key, value)
        elif name in _LISTS:
            self._list(name, key, value)
        else:
            self._one(name, rank, key, value, tree)

    def _keep(self, key: str, value: Tree) -> None:
        if key not in self.table.without_property and key not in self.table.feeds:
            self.notes.append(Note(f"unknown {self.table.kind} field", key))
        self.extra[key] = extra_json(self.document, value, key)

    def _keep_unusual(self, key: str, value: Tree) -> None:
        """Keep a value that does not fit its property as written, and add a note."""
        self.notes.append(Note(f"{self.table.kind} field with an unusual value", key))
        self.extra[key] = extra_json(self.document, value, key)

    def _one(self, name: str, rank: int, key: str, value: Tree, tree: Tree) -> None:
        found = number(self.document, value) if name in _NUMBERS else scalar(self.document, value)
        if found is None:
            self._keep_unusual(key, value)
        elif name not in self.values:
            self.values[name] = found
            self.ranks[name] = rank, key
        else:
            first, other = self.ranks.get(name, (0, next(k for k, f in self.table.feeds.items() if f == (name, 0))))
            loser = key
            if rank < first:
                loser, self.values[name], self.ranks[name] = other, found, (rank, key)
            self._keep(loser, tree[loser])

    def _list(self, name: str, key: str, value: Tree) -> None:
        found = text_list(self.document, value)
        if found is None:
            self._keep_unusual(key, value)
        else:
            self.values[name] = (*self.values.get(name, ()), *found)

    def _text(self, value: Tree) -> Tree:
        """Return a value, as text if it is a number or a boolean."""
        return self.document.text(value) if isinstance(value, SCALARS) else value

    def xref(self, key: str, value: Tree) -> None:
        """Read ids in other registries as CURIEs. The prefix may be written or not."""
        found = text_list(self.document, value)
        prefix = self.vocabulary.prefixed.get(key)
        if found is None:
            return self._keep_unusual(key, value)
        ids = (f"{prefix}:{id}" if prefix and not id.startswith(f"{prefix}:") else id for id in found)
        self.values["xref"] = (*self.values.get("xref", ()), *ids)

    def license(self, key: str, value: Tree) -> None:
        """Read a license: its SPDX id if the judgement gives one, else its URL, else its label (SPEC §8)."""
        written = written_license(value, self.vocabulary.license_fields, partial(scalar, self.document))
        if written is None or not written.has_text or self.values.keys() & _LICENSE:
            return self._keep_unusual(key, value)
        license, label = self.vocabulary.license(written), written.text
        if license:
            self.values["license"] = license
        if label:
            self.values["license_label"] = label
        parts = value.values() if isinstance(value, dict) else items(value)
        if any(self._text(part) not in (None, label, license) for part in parts):
            self.extra[key] = extra_json(self.document, value, key)

    def contacts(self, key: str, value: Tree) -> None:
        """Read contacts: their labels as property, all of their fields in `extra`. Organizations with an id become nodes too."""
        names, people = self.vocabulary.contact_fields, self.vocabulary.people
        labels = list(self.values.get("contact", ()))
        for item in items(value):
            if isinstance(item, list):
                return self._keep_unusual(key, value)
            if not isinstance(item, dict):
                labels.append(scalar(self.document, item) or "")
                continue
            label, id, category = (
                next((t for n in choice if n in item and (t := scalar(self.document, item[n]))), None)
                for choice in (names.label, names.id, names.category)
            )
            if label or id:
                labels.append(label or id or "")
            if id and category not in people:
                self.organizations.append(id)
        if labels:
            self.values["contact"] = tuple(labels)
        if any(isinstance(item, dict) for item in items(value)):
            self.extra[key] = extra_json(self.document, value, key)

    def publications(self, key: str, value: Tree) -> None:
        """Read publications: their ids as CURIEs, and all of their fields in `extra` if there are others."""
        names, ids = self.vocabulary.publication_fields.id, list(self.values.get("publications", ()))
        for item in items(value):
            if isinstance(item, list):
                return self._keep_unusual(key, value)
            found = (item.get(n) for n in names) if isinstance(item, dict) else (item,)
            id = next((t for v in found if (t := scalar(self.document, v))), None)
            if id:
                ids.append(self.vocabulary.compress(id.strip()))
        if ids:
            self.values["publications"] = tuple(ids)
        if any(isinstance(item, dict) or self._text(item) not in ids for item in items(value)):
            self.extra[key] = extra_json(self.document, value, key)


_SPECIAL: dict[str, Callable[[PropertyReader, str, Tree], None]] = {
    "license": PropertyReader.license,
    "contact": PropertyReader.contacts,
    "publications": PropertyReader.publications,
    "xref": PropertyReader.xref,
}
