"""The fields of one record -> the properties of one node, with what has no property of its own kept as JSON text."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, get_args, get_type_hints

from kgbuild.licenses.recognise import LicenseRecogniser
from kgbuild.mapping.load import RegistryMapping
from kgbuild.mapping.schema import RecordFields
from kgbuild.model.document import Document, NotText, Tree
from kgbuild.model.graph import Description, Kind, Role
from kgbuild.transform.values import items, kept, number, scalar, text_list

_HINTS = get_type_hints(Description)
_LISTS = frozenset(name for name, hint in _HINTS.items() if getattr(hint, "__origin__", None) is tuple)
_NUMBERS = frozenset(name for name, hint in _HINTS.items() if int in get_args(hint))


class Note(NamedTuple):
    """Something unusual that was kept: ``what`` kind of thing, and the ``value`` as written."""

    what: str
    value: str


class Table(NamedTuple):
    """What the fields of one kind of record feed: written name -> (property, rank among the names that feed it).

    ``texts`` are the feeds of first rank of properties that hold one text; ``spoken`` the fields that make a record what it is, and
    ``carried`` those that are known to have no property.
    """

    kind: Kind
    feeds: dict[str, tuple[str, int]]
    texts: dict[str, str]
    spoken: frozenset[str]
    carried: frozenset[str]
    id: tuple[str, ...]
    category: tuple[str, ...]
    products: tuple[str, ...]
    superseded_by: tuple[str, ...]


def table_of(kind: Kind, fields: RecordFields, sources: dict[str, Role]) -> Table:
    """The table of one kind of record; ``sources`` are the fields that list a product's sources."""
    parts = ("id", "category", "products", "superseded_by", "extra")
    feeds = {
        written: ("contact" if name == "contacts" else name, rank)
        for name in RecordFields.__struct_fields__
        if name not in parts
        for rank, written in enumerate(getattr(fields, name))
    }
    spoken = {*fields.id, *fields.category, *fields.products, *fields.superseded_by, *(sources if kind == "product" else ())}
    several = {*_SPECIAL, *_LISTS, *_NUMBERS}
    texts = {written: name for written, (name, rank) in feeds.items() if rank == 0 and name not in several}
    return Table(
        kind, feeds, texts, frozenset(spoken), frozenset(fields.extra), fields.id, fields.category, fields.products, fields.superseded_by
    )


class PropertyVocabulary:
    """What a mapping says of values, ready for look-up."""

    def __init__(self, mapping: RegistryMapping) -> None:
        self.license_fields = mapping.fields.license
        self.contact_fields = mapping.fields.contact
        self.publication_fields = mapping.fields.publication
        self.people = frozenset(mapping.fields.people)
        self.prefixed = mapping.fields.prefixed
        self._media_types = _folded(mapping.formats.formats)
        self._compressions = _folded(mapping.formats.compression)
        self._prefixes = mapping.prefixes.spellings
        longest_first = sorted(self._prefixes, key=len, reverse=True)
        self._spelling = re.compile("|".join(map(re.escape, longest_first)) or r"\Z.").match
        # A registry has a few hundred licenses and a few dozen formats.
        self.license = lru_cache(maxsize=4096)(LicenseRecogniser(mapping).identify)
        self.media_type = lru_cache(maxsize=1024)(self._media_type)

    def _media_type(self, format: str | None, compression: str | None) -> str | None:
        """The media type of what is served: that of the format, or else of the compression around it."""
        found = self._media_types.get(format.strip().lower()) if format else None
        return found or (self._compressions.get(compression.strip().lower()) if compression else None)

    def compress(self, id: str) -> str:
        """The id as a CURIE where one of the mapping's spellings fits, else as written."""
        start = self._spelling(id)
        if start is None or start.end() == len(id):
            return id
        return f"{self._prefixes[start[0]]}:{id[start.end() :].rstrip('/')}"


def _folded(table: dict[str, str]) -> dict[str, str]:
    return {key.lower(): value for key, value in table.items()}


class Describing:
    """The properties of one node as one record gives them, with what has no property of its own."""

    def __init__(self, vocabulary: PropertyVocabulary, document: Document, table: Table, notes: list[Note]) -> None:
        self.vocabulary, self.document, self.table, self.notes = vocabulary, document, table, notes
        self.values: dict[str, Any] = {}
        self.extra: dict[str, str] = {}
        self.organizations: list[str] = []
        self.ranks: dict[str, tuple[int, str]] = {}

    def describe(self, tree: Tree) -> Description:
        """The description that a record gives. Raises NotText where the fast parse lost a text that is needed."""
        feeds, texts, spoken, values = self.table.feeds, self.table.texts, self.table.spoken, self.values
        for key, value in tree.items():
            if value is None or value == "":
                continue
            text = texts.get(key)
            if text is not None and type(value) is str and text not in values:  # as most fields are
                values[text] = value
            elif key not in spoken:
                self._field(key, value, feeds.get(key), tree)
        media_type = self.vocabulary.media_type(values.get("format"), values.get("compression"))
        if media_type:
            values["media_type"] = media_type
        return Description(**values, extra=self.extra)

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
        if key not in self.table.carried and key not in self.table.feeds:
            self.notes.append(Note(f"unknown {self.table.kind} field", key))
        self.extra[key] = kept(self.document, value, key)

    def _odd(self, key: str, value: Tree) -> None:
        """A value that its property cannot hold: kept as written, and counted."""
        self.notes.append(Note(f"{self.table.kind} field with an unusual value", key))
        self.extra[key] = kept(self.document, value, key)

    def _one(self, name: str, rank: int, key: str, value: Tree, tree: Tree) -> None:
        found = number(self.document, value) if name in _NUMBERS else scalar(self.document, value)
        if found is None:
            self._odd(key, value)
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
            self._odd(key, value)
        else:
            self.values[name] = (*self.values.get(name, ()), *found)

    def xref(self, key: str, value: Tree) -> None:
        """Ids in other registries, as CURIEs: with and without the prefix are both right."""
        found = text_list(self.document, value)
        prefix = self.vocabulary.prefixed.get(key)
        if found is None:
            return self._odd(key, value)
        ids = (f"{prefix}:{id}" if prefix and not id.startswith(f"{prefix}:") else id for id in found)
        self.values["xref"] = (*self.values.get("xref", ()), *ids)

    def license(self, key: str, value: Tree) -> None:
        """A license: its SPDX id where the mapping knows one and label and URL do not disagree, else its URL, else its label."""
        names = self.vocabulary.license_fields
        parts = value if isinstance(value, dict) else {names.label[0]: value}
        label = next((t for n in names.label if n in parts and (t := scalar(self.document, parts[n]))), None)
        url = next((t for n in names.url if n in parts and (t := scalar(self.document, parts[n]))), None)
        if (label is None and url is None) or "license" in self.values:
            return self._odd(key, value)
        license = self.vocabulary.license(label, url)
        if license:
            self.values["license"] = license
        if label:
            self.values["license_label"] = label
        if any(part not in (None, label, license) for part in parts.values()):
            self.extra[key] = kept(self.document, value, key)

    def contacts(self, key: str, value: Tree) -> None:
        """People and organizations that answer for a node: their labels, whole in `extra`; organizations with an id are nodes too."""
        names, people = self.vocabulary.contact_fields, self.vocabulary.people
        labels = list(self.values.get("contact", ()))
        for item in items(value):
            if isinstance(item, list):
                return self._odd(key, value)
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
            self.extra[key] = kept(self.document, value, key)

    def publications(self, key: str, value: Tree) -> None:
        """Publications: their ids as CURIEs, whole in `extra` where more is said of them."""
        names, ids = self.vocabulary.publication_fields.id, list(self.values.get("publications", ()))
        for item in items(value):
            if isinstance(item, list):
                return self._odd(key, value)
            found = (item.get(n) for n in names) if isinstance(item, dict) else (item,)
            id = next((t for v in found if (t := scalar(self.document, v))), None)
            if id:
                ids.append(self.vocabulary.compress(id.strip()))
        if ids:
            self.values["publications"] = tuple(ids)
        if any(isinstance(item, dict) or item not in ids for item in items(value)):
            self.extra[key] = kept(self.document, value, key)


_SPECIAL: dict[str, Callable[[Describing, str, Tree], None]] = {
    "license": Describing.license,
    "contact": Describing.contacts,
    "publications": Describing.publications,
    "xref": Describing.xref,
}
