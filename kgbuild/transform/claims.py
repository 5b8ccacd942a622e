"""Turn one document, an untrusted tree, into claims, which are typed. The result depends only on the document and the mapping."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

import msgspec
from msgspec import Raw

from kgbuild.errors import InputError, Problem
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.document import Document, Place, Tree, show
from kgbuild.model.graph import (
    Claim,
    Listing,
    OrganizationStatement,
    PageStatement,
    ProductPage,
    ResourceStatement,
    Role,
    Source,
    Statement,
)
from kgbuild.model.invisible import invisible_in, lookalike
from kgbuild.transform.links import links
from kgbuild.transform.page_kinds import DAMAGED, disguised, kind_of
from kgbuild.transform.properties import Note, PropertyReader, PropertyVocabulary, Table, table_of
from kgbuild.transform.values import SCALARS, extra_json, items, scalar, text_list, type_name

_encode = msgspec.json.Encoder().encode
#: The number of listings that a claim maker caches. Each needs a few kilobytes.
_CACHED = 20_000
_SLUG = re.compile(r"[^a-z0-9]+")


class Reading(NamedTuple):
    """The claims of one document. ``kind`` is its kind in statistics, ``skip`` the reason if it has no claims.

    ``unseen`` is the problem of a page whose front matter is not seen; it has no path.
    """

    kind: str
    claims: list[Claim[Statement]]
    notes: list[Note]
    skip: str | None = None
    unseen: Problem | None = None


class RecordFault(Exception):
    """An error at one place of a record."""

    def __init__(self, place: Place, expected: str, got: str, todo: str) -> None:
        self.place, self.expected, self.got, self.todo = place, expected, got, todo


class ClaimMaker:
    """Makes the claims of documents by one mapping. With ``copies``, claims of generated product pages hold the copied listing."""

    def __init__(self, mapping: RegistryMapping, *, copies: bool = False) -> None:
        self.mapping, self._copies = mapping, copies
        fields, roles = mapping.fields, mapping.provenance.roles
        self._roles: dict[str, Role] = {
            **dict.fromkeys(roles.original.fields, "original"),
            **dict.fromkeys(roles.secondary.fields, "secondary"),
        }
        self._relation = {"original": roles.original.relation, "secondary": roles.secondary.relation}
        self._resource = table_of("resource", fields.resource, self._roles)
        self._product = table_of("product", fields.product, self._roles)
        self._organization = table_of("organization", fields.organization, self._roles)
        self._relations = mapping.provenance.relations
        self._categories = {kind: getattr(mapping.categories, kind).categories for kind in ("resource", "product", "organization")}
        self._vocabulary = PropertyVocabulary(mapping)
        self._listings: dict[bytes, tuple[str, str, Statement, list[Note]]] = {}
        self.products = frozenset(mapping.fields.resource.products)

    def claims(self, path: str, name: str, document: Document) -> Reading:
        """Return the claims of a document. ``path`` is for error messages, ``name`` is the name of the file inside its input.

        Raises InputError for records with missing or invalid ids or sources, and NotText if the fast parser lost a text that is needed.
        """
        try:
            return self._read(name, document)
        except RecordFault as fault:
            line, column = document.where(fault.place)
            place = show(document.top + fault.place)
            raise InputError([Problem(path, line, column, place, fault.expected, fault.got, fault.todo)]) from None
        except InputError as error:
            raise InputError(problem._replace(path=path) for problem in error.problems) from None

    def _read(self, name: str, document: Document) -> Reading:
        tree = document.tree
        kind = kind_of(self.mapping, tree)
        if kind == "resource":
            return self._record(document)
        if kind == "product page":
            return Reading(kind, [self._copy(name, document)], [])
        if kind == "organization":
            return self._organization_record(document)
        if kind == "documentation" and document.body:
            return self._page(document)
        if kind is None or kind == "documentation":
            return self._neither(document)
        return Reading(f"{kind} page", [], [], f"{kind} page")

    def _neither(self, document: Document) -> Reading:
        """Return the reading of a page that is skipped."""
        tree, field = document.tree, self.mapping.pages.field
        if problem := disguised(self.mapping, document):
            return Reading("other", [], [], DAMAGED, problem)
        layout = tree.get(field)
        of_layout = f" of layout {layout!r}" if isinstance(layout, str) else ""
        if isinstance(layout, (dict, list)):
            of_layout = f" ({field!r} is {type_name(layout)}, not a text)"
        return Reading("other", [], [], f"neither a record nor a documentation page{of_layout}" if tree else "no front matter")

    def _id(self, document: Document, tree: Tree, place: Place, table: Table, what: str) -> str:
        for field in table.id:
            value = tree.get(field)
            if isinstance(value, str) and value.strip():
                return value
            if isinstance(value, SCALARS):
                return document.text(value)
            if value is not None and value != "":
                got = "blank text" if isinstance(value, str) else type_name(value)
                raise RecordFault((*place, field), f"the id of {what}, as text", got, "write one id as text")
        if key := lookalike(tree, table.id):
            got = f"the key {key!r} with {invisible_in(key)}"
            raise RecordFault((*place, key), f"{what} with an {table.id[0]!r}", got, "remove the character")
        raise RecordFault(
            place, f"{what} with an {table.id[0]!r}", "one without", f"add `{table.id[0]}:` and the id that other records use for it"
        )

    def _record(self, document: Document) -> Reading:
        tree, table = document.tree, self._resource
        id = self._id(document, tree, (), table, "a resource record")
        notes: list[Note] = []
        about = self.mapping.curie("resource", id)
        reader = PropertyReader(self._vocabulary, document, table, notes)
        description = reader.description(tree)
        superseded = tuple(_texts(document, tree, field, ()) for field in table.superseded_by)
        statement = ResourceStatement(
            category=self._category(document, tree, table, notes),
            description=description,
            superseded_by=tuple(i for ids in superseded for i in ids),
            organizations=tuple(reader.organizations),
        )
        claims: list[Claim[Statement]] = [Claim(about, id, id, statement, document.contained)]
        problems: list[Problem] = []
        for field in table.products:
            for n, product in enumerate(items(tree.get(field))):
                place = (field, n) if isinstance(tree[field], list) else (field,)
                try:
                    claims.append(self._cached_listing(document, product, place, id, notes))
                except RecordFault as fault:
                    line, column = document.where(fault.place)
                    problems.append(Problem("", line, column, show(document.top + fault.place), fault.expected, fault.got, fault.todo))
        if problems:
            raise InputError(problems)
        return Reading("contained record" if document.contained else "resource record", claims, notes)

    def _copy(self, name: str, document: Document) -> Claim[Statement]:
        """Return the claim of a generated product page. Its ``by`` is the name of the file."""
        tree = document.tree
        id = self._id(document, tree, (), self._product, "a generated product page")
        says = self._listing(document, tree, (), name, []).says if self._copies else None
        return Claim(self.mapping.curie("product", id), id, name, ProductPage(says=says))

    def _cached_listing(self, document: Document, product: Tree, place: Place, by: str, notes: list[Note]) -> Claim[Statement]:
        """Return the claim of a listing, from the cache if possible. Registries copy a listing to the page of each of its sources."""
        try:
            data = bytes(product) if type(product) is Raw else _encode(product)
        except (TypeError, ValueError, RecursionError):  # keys that are not text, or numbers over 64 bits
            return self._listing(document, product, place, by, notes)
        cached = self._listings.get(data)
        if cached is None:
            own: list[Note] = []
            text_used = document.text_used
            document.text_used = False
            claim = self._listing(document, document.decoded(product), place, by, own)
            if not document.text_used:
                self._cache(data, (claim.about, claim.id, claim.says, own))
            document.text_used |= text_used
            notes += own
            return claim
        about, id, says, own = cached
        notes += own
        return Claim(about, id, by, says, document.contained)

    def _cache(self, data: bytes, listing: tuple[str, str, Statement, list[Note]]) -> None:
        if len(self._listings) >= _CACHED:
            self._listings.clear()
        self._listings[data] = listing

    def _listing(self, document: Document, product: Tree, place: Place, by: str, notes: list[Note]) -> Claim[Listing]:
        if type(product) is not dict:
            raise RecordFault(place, "a product, which is a mapping with an id", type_name(product), "write it as a mapping with an id")
        table = self._product
        id = self._id(document, product, place, table, "a product")
        reader = PropertyReader(self._vocabulary, document, table, notes)
        sources: list[Source] = []
        for field, role in self._roles.items():
            value = product.get(field)
            if value is not None:
                self._sources(document, value, (*place, field), role, sources, reader)
        description = reader.description(product)
        says = Listing(category=self._category(document, product, table, notes), description=description, sources=tuple(sources))
        return Claim(self.mapping.curie("product", id), id, by, says, document.contained)

    def _sources(self, document: Document, value: Tree, place: Place, role: Role, into: list[Source], reader: PropertyReader) -> None:
        """Append the sources of one field, which may be ids or mappings. If a source has other fields, the field goes to `extra` too."""
        relations, default = self._relations, self._relation[role]
        names = self.mapping.fields.source
        id_name, relation_name = names.id[0], names.relation[0]
        plain_fields, more = {*names.id, *names.relation}, False
        for n, item in enumerate(value if type(value) is list else (value,)):
            if type(item) is str and item:
                into.append(Source(item, role, default))
                continue
            if type(item) is dict:
                id, relation = item.get(id_name), item.get(relation_name)
                if type(id) is str and id and type(relation) is str:  # the fast path
                    into.append(Source(id, role, relations.get(relation, relation)))
                    more |= len(item) > 2
                    if relation not in relations:
                        reader.notes.append(Note("unknown relation type", relation))
                    continue
            elif item is None or item == "":
                continue
            here = (*place, n) if type(value) is list else place
            into.append(self._unusual_source(document, item, here, role))
            more |= type(item) is dict and any(key not in plain_fields or isinstance(part, (dict, list)) for key, part in item.items())
        if more:
            reader.extra[str(place[-1])] = extra_json(document, value, "")

    def _unusual_source(self, document: Document, item: Tree, place: Place, role: Role) -> Source:
        """Return a source in a less common form. Raises RecordFault if it has no id."""
        names = self.mapping.fields.source
        if isinstance(item, SCALARS):
            return Source(document.text(item), role, self._relation[role])
        expected, todo = "the id of a source, as text", f"write an id, or `{names.id[0]}:` and `{names.relation[0]}:`"
        if not isinstance(item, dict):
            raise RecordFault(place, expected, type_name(item), todo)
        for name in names.id:
            value = item.get(name)
            if isinstance(value, (dict, list)):
                raise RecordFault((*place, name), expected, type_name(value), todo)
            if id := scalar(document, value):
                relation = next((found for n in names.relation if (found := scalar(document, item.get(n)))), None)
                return Source(id, role, self._relations.get(relation, relation) if relation else self._relation[role])
        raise RecordFault(
            place, f"a source with {names.id[0]!r}, the id of what it is made from", "one without", f"add `{names.id[0]}:` and an id"
        )

    def _organization_record(self, document: Document) -> Reading:
        tree, table = document.tree, self._organization
        id = self._id(document, tree, (), table, "an organization record")
        notes: list[Note] = []
        description = PropertyReader(self._vocabulary, document, table, notes).description(tree)
        says = OrganizationStatement(category=self._category(document, tree, table, notes), description=description)
        about = self.mapping.curie("organization", id)
        return Reading("organization record", [Claim(about, id, id, says, document.contained)], notes)

    def _page(self, document: Document) -> Reading:
        titles = (scalar(document, document.tree[field]) for field in self.mapping.fields.page.title if field in document.tree)
        title = next((title for title in titles if title), None)
        if title is None:
            return Reading("other", [], [], "neither a record nor a documentation page")
        slug = _SLUG.sub("-", title.lower()).strip("-") or hashlib.sha256(title.encode()).hexdigest()[:8]
        digest = hashlib.sha256(document.body.replace("\r\n", "\n").encode()).hexdigest()
        says = PageStatement(title=title, sha256=digest, links=links(document.body))
        return Reading("documentation page", [Claim(self.mapping.curie("page", slug), slug, slug, says)], [])

    def _category(self, document: Document, tree: Tree, table: Table, notes: list[Note]) -> str | None:
        for field in table.category:
            value = tree.get(field)
            category = value if type(value) is str else scalar(document, value)
            if category:
                if category not in self._categories[table.kind]:
                    notes.append(Note(f"unknown {table.kind} category", category))
                return category
        return None


def _texts(document: Document, tree: Tree, field: str, place: Place) -> tuple[str, ...]:
    found = text_list(document, tree.get(field))
    if found is None:
        raise RecordFault((*place, field), "an id, or a list of ids", type_name(tree[field]), "write ids only")
    return found
