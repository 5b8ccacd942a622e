"""Nodes and edges -> RDF triples: PROV-O, DCAT 3, DCTERMS and our own terms; the one walk that every RDF format shares.

Every IRI is valid, no node is blank, no triple of one subject's edges comes twice, and numbers are written in their canonical form (XSD 1.1 Part 2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from kgbuild.mapping import Mapping
from kgbuild.model import Edge, Kind, Node
from kgbuild.vocab import as_iri, encode_id, expand, safe_iri

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
_EDGE_FIELDS = tuple(
    name for name in Edge.__struct_fields__ if name not in ("id", "subject", "predicate", "object", "category", "declared_in")
)

Object = NamedNode | Literal


class Walk:
    """Triples under one mapping."""

    def __init__(self, mapping: Mapping, qualified: bool) -> None:
        self.mapping, self.qualified = mapping, qualified
        self.prefixes = mapping.prefixes.prefixes
        spaces, self._term_space = mapping.prefixes.spaces, mapping.prefixes.spaces["term"]
        self._kinds: dict[str, Kind] = {
            getattr(mapping.categories, kind).class_: kind for kind in ("resource", "product", "organization", "page")
        }
        self._space_kinds: dict[str, Kind] = {spaces["organization"]: "organization", spaces["page"]: "page"}
        self.term = lru_cache(maxsize=4096)(self._term)
        roles, provenance = mapping.provenance.roles, mapping.provenance
        self._roles = {"original": self.term(roles.original.predicate), "secondary": self.term(roles.secondary.predicate)}
        self._relations = {curie: self.term(curie) for curie in provenance.relations.values()}
        self._derived = mapping.provenance.edges["derived_from"].registry
        self._rules = {rule.registry: rule for kind, rule in provenance.edges.items() if kind != "rollup"}
        self._is_a = self.term("rdf:type")

    def _term(self, curie: str) -> NamedNode:
        return NamedNode(expand(curie, self.prefixes) or safe_iri(curie))

    def own(self, name: str) -> NamedNode:
        """A term of our own vocabulary."""
        return self.term(f"{self._term_space}:{encode_id(name)}")

    def triples(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> Iterator[Triple]:
        """The triples of some nodes and edges, those of one subject together."""
        for node in nodes:
            subject = NamedNode(node.iri)
            for predicate, object in dict.fromkeys(self._node(node)):
                yield Triple(subject, predicate, object)
        for source, group in groupby(edges, attrgetter("subject")):
            subject = self.term(source)
            for predicate, target in dict.fromkeys((predicate, edge.object) for edge in group for predicate in self._predicates(edge)):
                yield Triple(subject, predicate, self.term(target))
        if self.qualified:
            for edge in edges:
                subject = NamedNode(edge.id)
                for predicate, object in dict.fromkeys(self._edge(edge)):
                    yield Triple(subject, predicate, object)

    def _node(self, node: Node) -> Iterator[tuple[NamedNode, Object]]:
        kind = self._kind(node)
        rule = getattr(self.mapping.categories, kind)
        for curie in (*node.category, node.kgrs_category, rule.class_, *rule.rdf):
            if curie:
                yield self._is_a, self.term(curie)
        for name in _NODE_FIELDS:
            value = getattr(node, name)
            if value is None or value == ():
                continue
            predicate = self.term(_TERMS[name]) if name in _TERMS else self.own(name)
            for item in value if type(value) is tuple else (value,):
                yield predicate, self._object(name, item)
        yield from self._special(node, kind)
        yield from ((self.own("declared_in"), record) for record in self._records(node))

    def _kind(self, node: Node) -> Kind:
        found = self._space_kinds.get(node.id.partition(":")[0])
        if found:
            return found
        product = self.mapping.categories.product
        return "product" if product.class_ in node.category or product.biolink in node.category else "resource"

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
        for word in node.domain:
            curie = self.mapping.domains.domains.get(word)
            if curie:
                yield self.term("dcat:theme"), self.term(curie)

    def _object(self, name: str, value: Any) -> Object:
        if name in _CURIE_FIELDS:
            iri = expand(value, self.prefixes) or as_iri(value)
            return NamedNode(iri) if iri else Literal(value)
        if name in _DATE_FIELDS:
            return _date(value)
        return _literal(value)

    def _records(self, node: Node) -> Iterator[NamedNode]:
        """The records that declare a node, as nodes: a page and an organization declare themselves, a resource all else."""
        if node.stub is None and node.id.partition(":")[0] in self._space_kinds:
            yield self.term(node.id)
        else:
            yield from (self.term(self.mapping.curie("resource", id)) for id in node.declared_in)

    def _predicates(self, edge: Edge) -> Iterator[NamedNode]:
        """The predicate as written, ours, and those of the public vocabularies; of provenance also role and relation (SPEC §5)."""
        yield self.term(edge.predicate)
        own = edge.original_predicate or edge.predicate
        yield self.term(own)
        rule = self._rules.get(own)
        if rule and rule.rdf:
            yield self.term(rule.rdf)
        if edge.source_role:
            yield self._roles[edge.source_role]
        if edge.relation_type in self._relations:
            yield self._relations[edge.relation_type]

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
        space = edge.subject.partition(":")[0]
        for id in edge.declared_in:
            yield self.own("declared_in"), self.term(edge.subject if space in self._space_kinds else self.mapping.curie("resource", id))


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
    if isinstance(value, bool):
        return Literal("true" if value else "false", datatype=_BOOLEAN)
    if isinstance(value, int):
        return Literal(str(value), datatype=_INTEGER)
    if isinstance(value, float):
        text = format(Decimal(repr(value)), "f")
        return Literal(text if "." in text else f"{text}.0", datatype=_DECIMAL)
    return Literal(value)
