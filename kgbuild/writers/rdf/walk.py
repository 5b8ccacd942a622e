"""Convert nodes and edges into statements with PROV-O, DCAT 3, DCTERMS and the registry's own terms. All RDF formats use it.

A statement is the text of its predicate and object. There are no blank nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import attrgetter
from typing import Any

from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import Edge, EdgeKind, Kind, Node, Role
from kgbuild.writers.columns import Column, columns
from kgbuild.writers.rdf.forms import Forms, RdfTerms

_how = attrgetter("kind", "predicate", "original_predicate", "source_role", "relation_type")


class Walk:
    """Statements under one mapping, in one notation."""

    def __init__(self, mapping: RegistryMapping, terms: RdfTerms) -> None:
        self._mapping, self._forms = mapping, Forms(mapping, terms)
        self.resource = self._forms.resource
        self._a, self._theme = f"{terms.a} ", self._forms.predicate("", "dcat:theme")
        self._record = lru_cache(maxsize=4096)(self._record_of)
        self._types = lru_cache(maxsize=1024)(self._classes)
        self._stated_as = lru_cache(maxsize=1024)(self._predicates)
        self._node, self._edge = _ColumnsByForm(Node, self._forms), _ColumnsByForm(Edge, self._forms)

    def node(self, node: Node) -> list[str]:
        """Return the statements about a node, without those of its edges."""
        form, kind = self._node, node.kind
        found = form.plain(node)
        found += self._types(kind, *[getattr(node, name) for name in form.classes])
        for column in form.checked:
            value = getattr(node, column.name)
            if value is not None and value != "":
                found.append(self._checked(column, kind, value))
        for name in form.keywords:
            themes = map(self._mapping.domains.domains.get, getattr(node, name))
            found += [self._theme + self.resource(theme) for theme in themes if theme]
        for predicate in form.records:
            found += [predicate + record for record in self._records(node)]
        return found

    def leaving(self, edges: Iterable[Edge]) -> dict[str, list[str]]:
        """Return the statements that edges make about their subjects, by subject."""
        found: dict[str, list[str]] = {}
        for edge in edges:
            object = self.resource(edge.object)
            found.setdefault(edge.subject, []).extend([predicate + object for predicate in self._stated_as(*_how(edge))])
        return found

    def edge(self, edge: Edge) -> list[str]:
        """Return the statements about an edge as a resource (``--qualified``)."""
        form = self._edge
        found = form.plain(edge)
        classes = ["rdf:Statement", *(curie for name in form.classes for curie in _items(getattr(edge, name)))]
        found += [self._a + self.resource(curie) for curie in classes]
        for predicate in form.records:
            by_page = edge.kind == "mentions"
            found += [predicate + (self.resource(edge.subject) if by_page else self._record(id)) for id in edge.declared_in]
        return found

    def _checked(self, column: Column, kind: Kind, value: Any) -> str:
        """Return the statement for a value.

        It has the public property, which can depend on the kind of node, or the registry's own term if the value is invalid for the public property.
        """
        object = self._forms.checked[column.rdf.form](value)
        if object is None:
            return self._forms.predicate(column.name) + self._forms.literal(value)
        return self._forms.predicate(column.name, column.rdf.by_kind.get(kind) or column.rdf.property) + object

    def _classes(self, kind: Kind, *values: tuple[str, ...] | str | None) -> tuple[str, ...]:
        rule = getattr(self._mapping.categories, kind)
        stated = [curie for value in values for curie in _items(value)]
        return tuple(self._a + self.resource(curie) for curie in dict.fromkeys((*stated, rule.class_, *rule.rdf)))

    def _record_of(self, id: str) -> str:
        return self.resource(self._mapping.curie("resource", id))

    def _records(self, node: Node) -> Iterator[str]:
        """Yield the records that declare a node, as nodes. Pages and organizations declare themselves; resources declare everything else."""
        if not node.stub and node.kind in ("organization", "page"):
            yield self.resource(node.id)
        else:
            yield from map(self._record, node.declared_in)

    def _predicates(self, kind: EdgeKind, written: str, original: str | None, role: Role | None, relation: str | None) -> tuple[str, ...]:
        """Return the predicate as written, ours, and those of public vocabularies. For provenance, role and relation add more (SPEC §5)."""
        provenance = self._mapping.provenance
        own = original or written
        curies = [written, own, provenance.edges[kind].rdf, getattr(provenance.roles, role).predicate if role else None]
        if relation in provenance.relations.values():
            curies.append(relation)
        return tuple(f"{self.resource(curie)} " for curie in dict.fromkeys(curies) if curie)


class _ColumnsByForm:
    """The columns of a type, grouped by how their statements are made. ``plain`` columns require only the values."""

    def __init__(self, type: type[Node | Edge], forms: Forms) -> None:
        mine = columns(type)
        plain = [column for column in mine if column.rdf.form not in (*forms.checked, "class", "record", "none")]
        self._values = attrgetter(*(column.name for column in plain))
        self._plain = [(forms.predicate(column.name, column.rdf.property), forms.objects(column)) for column in plain]
        self.checked = [column for column in mine if column.rdf.form in forms.checked]
        self.classes = [column.name for column in mine if column.rdf.form == "class"]
        self.keywords = [column.name for column in mine if column.rdf.form == "keyword"]
        self.records = [forms.predicate(column.name) for column in mine if column.rdf.form == "record"]

    def plain(self, item: Node | Edge) -> list[str]:
        """Return the statements of the columns whose object depends only on the value."""
        found: list[str] = []
        for value, (predicate, object) in zip(self._values(item), self._plain, strict=True):
            if value is None:
                continue
            if type(value) is tuple:
                if value:
                    found += [predicate + object(each) for each in value]
            else:
                found.append(predicate + object(value))
        return found


def _items(value: tuple[str, ...] | str | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else () if value is None else (value,)
