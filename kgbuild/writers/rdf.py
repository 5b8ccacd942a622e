"""Nodes and edges -> RDF triples: PROV-O, DCAT 3, DCTERMS and our own terms; the one walk that every RDF format shares.

Every IRI is valid, no node is blank, no triple of one subject's edges comes twice, and numbers are written in their canonical form (XSD 1.1 Part 2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import Edge, EdgeKind, Kind, Node, Role
from kgbuild.model.ids import as_iri, encode_id, expand, safe_iri

_XSD = "http://www.w3.org/2001/XMLSchema#"
#: XSD 1.1 Part 2, §3.3.7 to §3.3.14: the lexical forms of the date types that records use, and what makes a day of each.
_DATES = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"), "", NamedNode(_XSD + "dateTime")),
    (re.compile(r"\d{4}-\d\d-\d\d"), "", NamedNode(_XSD + "date")),
    (re.compile(r"\d{4}-\d\d"), "-01", NamedNode(_XSD + "gYearMonth")),
    (re.compile(r"\d{4}"), "-01-01", NamedNode(_XSD + "gYear")),
)
_INTEGER, _DECIMAL, _BOOLEAN = NamedNode(_XSD + "integer"), NamedNode(_XSD + "decimal"), NamedNode(_XSD + "boolean")
_BYTES = NamedNode(_XSD + "nonNegativeInteger")

#: Properties that a public vocabulary has a term for; all others are terms of our own, by their name.
_TERMS = {
    "name": "rdfs:label",
    "description": "dcterms:description",
    "synonym": "skos:altLabel",
    "domain": "dcat:keyword",
    "version": "dcat:version",
    "creation_date": "dcterms:created",
    "update_date": "dcterms:modified",
}
#: What a node's `url` is, by the kind of node.
_URL = {"resource": "dcat:landingPage", "product": "dcat:accessURL", "organization": "foaf:homepage", "page": "foaf:page"}
_DATE_FIELDS = frozenset(("creation_date", "update_date"))
_CURIE_FIELDS = frozenset(("xref", "publications", "taxa"))
_HANDLED = frozenset(("id", "category", "kgrs_category", "iri", "url", "license", "declared_in", "media_type", "file_size"))
_NODE_FIELDS = tuple(name for name in Node.__struct_fields__ if name not in _HANDLED)
_values = attrgetter(*_NODE_FIELDS)
_EDGE_FIELDS = tuple(
    name for name in Edge.__struct_fields__ if name not in ("id", "subject", "predicate", "object", "category", "declared_in")
)

_how = attrgetter("kind", "predicate", "original_predicate", "source_role", "relation_type")

Object = NamedNode | Literal


class Walk:
    """Triples under one mapping."""

    def __init__(self, mapping: RegistryMapping, qualified: bool) -> None:
        self.mapping, self.qualified = mapping, qualified
        self.prefixes = mapping.prefixes.prefixes
        self._term_space = mapping.prefixes.spaces["term"]
        self.term = lru_cache(maxsize=4096)(self._term)
        self._is_a = self.term("rdf:type")
        self._declared_in = self.own("declared_in")
        self._fields = [(self.term(_TERMS[name]) if name in _TERMS else self.own(name), self._object(name)) for name in _NODE_FIELDS]
        self._types = lru_cache(maxsize=1024)(self._classes)
        self._record = lru_cache(maxsize=4096)(lambda id: self.term(mapping.curie("resource", id)))
        self._said = lru_cache(maxsize=1024)(self._predicates)

    def _term(self, curie: str) -> NamedNode:
        return NamedNode(expand(curie, self.prefixes) or safe_iri(curie))

    def own(self, name: str) -> NamedNode:
        """A term of our own vocabulary."""
        return self.term(f"{self._term_space}:{encode_id(name)}")

    def triples(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> Iterator[Triple]:
        """The triples of some nodes and edges, those of one subject together."""
        for node in nodes:
            subject = NamedNode(node.iri)
            yield from [Triple(subject, predicate, object) for predicate, object in self._node(node)]
        for source, group in groupby(edges, attrgetter("subject")):
            subject = self.term(source)
            yield from [Triple(subject, predicate, object) for predicate, object in self._statements(list(group))]
        if self.qualified:
            for edge in edges:
                subject = NamedNode(edge.id)
                for predicate, property in dict.fromkeys(self._edge(edge)):
                    yield Triple(subject, predicate, property)

    def _node(self, node: Node) -> list[tuple[NamedNode, Object]]:
        kind = node.kind
        found: list[tuple[NamedNode, Object]] = list(self._types(kind, node.category, node.kgrs_category))
        for value, (predicate, made) in zip(_values(node), self._fields, strict=True):
            if value is None:
                continue
            if type(value) is not tuple:
                found.append((predicate, made(value)))
            elif value:
                found += [(predicate, made(item)) for item in dict.fromkeys(value)]
        found += self._special(node, kind)
        found += [(self._declared_in, record) for record in self._records(node)]
        return found

    def _classes(self, kind: Kind, category: tuple[str, ...], own: str | None) -> tuple[tuple[NamedNode, NamedNode], ...]:
        rule = getattr(self.mapping.categories, kind)
        return tuple((self._is_a, self.term(curie)) for curie in dict.fromkeys((*category, own or rule.class_, rule.class_, *rule.rdf)))

    def _statements(self, edges: Sequence[Edge]) -> Iterator[tuple[NamedNode, NamedNode]]:
        """Predicate and object of the edges of one subject, each once: a source that is original and secondary is still one source."""
        said = [(predicate, edge.object) for edge in edges for predicate in self._said(*_how(edge))]
        once = len({edge.object for edge in edges}) == len(edges)
        for predicate, object in said if once else dict.fromkeys(said):
            yield predicate, self.term(object)

    def _special(self, node: Node, kind: Kind) -> Iterator[tuple[NamedNode, Object]]:
        if node.url:
            iri = as_iri(node.url)
            yield (self.term(_URL[kind]), NamedNode(iri)) if iri else (self.own("url"), Literal(node.url))
        if node.license:
            known = node.license in self.mapping.licenses.licenses
            iri = f"{self.prefixes['spdx']}{node.license}" if known else as_iri(node.license)
            yield (self.term("dcterms:license"), NamedNode(iri)) if iri else (self.own("license"), Literal(node.license))
        if node.media_type:  # DCAT 3 §6.8.17: the object is the resource of the IANA registry
            yield self.term("dcat:mediaType"), NamedNode(safe_iri(f"https://www.iana.org/assignments/media-types/{node.media_type}"))
        if node.file_size is not None:  # DCAT 3 §6.8.13
            whole = isinstance(node.file_size, int) and node.file_size >= 0
            yield (self.term("dcat:byteSize"), Literal(str(node.file_size), datatype=_BYTES)) if whole else (
                self.own("file_size"), _literal(node.file_size),
            )  # fmt: skip
        for curie in dict.fromkeys(map(self.mapping.domains.domains.get, node.domain)):
            if curie:
                yield self.term("dcat:theme"), self.term(curie)

    def _object(self, name: str) -> Callable[[Any], Object]:
        """How the values of a property are made objects of triples."""
        return self._named if name in _CURIE_FIELDS else _date if name in _DATE_FIELDS else _literal

    def _named(self, value: str) -> Object:
        iri = expand(value, self.prefixes) or as_iri(value)
        return NamedNode(iri) if iri else Literal(value)

    def _records(self, node: Node) -> Iterator[NamedNode]:
        """The records that declare a node, as nodes: a page and an organization declare themselves, a resource all else."""
        if not node.stub and node.kind in ("organization", "page"):
            yield self.term(node.id)
        else:
            yield from map(self._record, node.declared_in)

    def _predicates(
        self, kind: EdgeKind, written: str, original: str | None, role: Role | None, relation: str | None
    ) -> tuple[NamedNode, ...]:
        """The predicate as written, ours, and those of the public vocabularies; of provenance also role and relation (SPEC §5)."""
        provenance = self.mapping.provenance
        own = original or written
        curies = [written, own, provenance.edges[kind].rdf, getattr(provenance.roles, role).predicate if role else None]
        if relation in provenance.relations.values():
            curies.append(relation)
        return tuple(self.term(curie) for curie in dict.fromkeys(curies) if curie)

    def _edge(self, edge: Edge) -> Iterator[tuple[NamedNode, Object]]:
        """An edge as a resource with all its properties (``--qualified``)."""
        yield self._is_a, self.term("rdf:Statement")
        for category in edge.category:
            yield self._is_a, self.term(category)
        yield self.term("rdf:subject"), self.term(edge.subject)
        yield self.term("rdf:predicate"), self.term(edge.predicate)
        yield self.term("rdf:object"), self.term(edge.object)
        for name in _EDGE_FIELDS:
            value = getattr(edge, name)
            for item in value if type(value) is tuple else () if value is None else (value,):
                curie = name in ("relation_type", "original_predicate", "primary_knowledge_source", "aggregator_knowledge_source")
                iri = expand(item, self.prefixes) if curie else None
                yield self.own(name), NamedNode(iri) if iri else _literal(item)
        for id in edge.declared_in:
            yield self.own("declared_in"), self.term(edge.subject) if edge.kind == "mentions" else self._record(id)


def _date(value: str) -> Literal:
    """A typed date where the text is one that the calendar has, else the text."""
    for form, rest, datatype in _DATES:
        if form.fullmatch(value):
            try:
                datetime.fromisoformat(value + rest)
            except ValueError:
                break
            return Literal(value, datatype=datatype)
    return Literal(value)


def _literal(value: Any) -> Literal:
    """A literal in canonical form: `1.50` is written `1.5`, and no exponent is used."""
    if isinstance(value, str):
        return Literal(value)
    if isinstance(value, bool):
        return Literal("true" if value else "false", datatype=_BOOLEAN)
    if isinstance(value, int):
        return Literal(str(value), datatype=_INTEGER)
    if isinstance(value, float):
        text = format(Decimal(repr(value)), "f")
        return Literal(text if "." in text else f"{text}.0", datatype=_DECIMAL)
    raise TypeError(f"a property is text, a number or a boolean, not {type(value)}")
