"""All claims about one id -> its nodes, the edges that are its own, and what they need. Pure: looks at those claims, the mapping and RunFacts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from kgbuild.links import Addresses
from kgbuild.mapping import EdgeKind, Mapping
from kgbuild.model import (
    Claim,
    Description,
    Difference,
    Edge,
    Kind,
    Listing,
    Node,
    OrganizationStatement,
    PageStatement,
    ProductPage,
    ResourceStatement,
    Role,
    Source,
)
from kgbuild.values import json_text
from kgbuild.vocab import edge_id

_T = TypeVar("_T")


class RunFacts(Struct, frozen=True, kw_only=True):
    """The few things about a whole run that merging needs (DESIGN, "the line").

    ``resources`` and ``organizations`` are the ids that have a record; ``pages`` the ids whose record is a page of its own, before which
    a copy in a container gives way; ``aliases`` old id -> id in use, empty with ``--no-aliases``; ``addressed`` says that there are pages,
    for whose links addresses are wanted.
    """

    resources: frozenset[str]
    organizations: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()
    aliases: dict[str, str] = {}
    addressed: bool = True


class Need(NamedTuple):
    """An id at the end of an edge that may have no record: it becomes a stub if nothing describes it."""

    kind: Kind
    id: str
    by: tuple[str, ...]


class Merged(NamedTuple):
    """What the claims about one id come to. ``addresses`` are (URL, resource) that links of pages can belong to; ``owners`` those of a product."""

    nodes: list[Node]
    edges: list[Edge]
    needs: list[Need]
    addresses: list[tuple[str, str]]
    owners: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    difference: Difference | None = None


def owner_of(id: str) -> str | None:
    """The owner that a product's id names, the part before the first dot; None without a dot (SPEC §1).

    >>> owner_of("goa.ftp"), owner_of("hetnetpy")
    ('goa', None)
    """
    head, dot, _ = id.partition(".")
    return head if dot else None


class Merger:
    """``merge`` under one mapping and the facts of one run."""

    def __init__(self, mapping: Mapping, facts: RunFacts) -> None:
        self.mapping, self.facts = mapping, facts
        provenance = mapping.provenance
        self._common: dict[EdgeKind, dict[str, Any]] = {}
        for kind, rule in provenance.edges.items():
            predicate, original = mapping.predicates(kind)
            self._common[kind] = {
                "predicate": predicate,
                "category": (provenance.edge_category,),
                "knowledge_level": rule.knowledge_level,
                "agent_type": rule.agent_type,
                "primary_knowledge_source": provenance.primary_knowledge_source,
                "aggregator_knowledge_source": provenance.aggregator_knowledge_source,
                "original_predicate": original,
            }

    def merge(self, claims: Sequence[Claim]) -> Merged:
        """Merge the claims about one id, in whatever order they come (SPEC §3, "Merging")."""
        says = [claim for claim in claims if not (claim.contained and claim.by in self.facts.pages)]
        listings = [claim for claim in says if isinstance(claim.says, Listing)]
        records = [claim for claim in says if isinstance(claim.says, ResourceStatement)]
        if records and listings:
            return self._both(records, listings)
        if listings:
            return self._product(listings)
        if records:
            return self._resource(records)
        organizations = [claim for claim in says if isinstance(claim.says, OrganizationStatement)]
        if organizations:
            return self._organization(organizations)
        return Merged([], [], [], [], stale=tuple(sorted(c.by for c in says if isinstance(c.says, ProductPage))))

    def edge(self, kind: EdgeKind, subject: str, object: str, by: Iterable[str], role: Role | None = None, relation: str | None = None, **more: Any) -> Edge:  # noqa: E501
        """An edge of a kind, with all that the mapping says of the kind."""
        common = self._common[kind]
        id = edge_id(subject, common["predicate"], object, role, relation)
        return Edge(
            id=id, subject=subject, object=object, source_role=role, relation_type=relation, declared_in=tuple(sorted(by)), **common, **more
        )

    def node(self, kind: Kind, id: str, category: str | None, description: Description, by: Iterable[str], **more: Any) -> Node:
        """A node of a kind. Its deprecation is said in the Biolink profile only, which has no predicate for it."""
        mapping = self.mapping
        curie = mapping.curie(kind, id)
        prefix, _, local = curie.partition(":")
        classes, specific = mapping.classes(kind, category)
        values = msgspec.structs.asdict(description)
        extra = values.pop("extra")
        return Node(
            id=curie,
            category=classes,
            kgrs_category=specific,
            iri=mapping.prefixes.prefixes[prefix] + local,
            declared_in=tuple(sorted(set(by))),
            extra=_object(extra) if extra else None,
            **values,
            **more,
        )

    def stub(self, need: Need) -> Node:
        """The node of an id that an edge needs and no record describes."""
        return self.node(need.kind, need.id, None, Description(), need.by, stub=True)

    def _resource(self, records: list[Claim]) -> Merged:
        category, description = _united([claim.says for claim in records])
        id, by = records[0].id, {claim.by for claim in records}
        superseded = sorted({new for claim in records for new in claim.says.superseded_by})
        organizations = sorted({org for claim in records for org in claim.says.organizations})
        deprecated = True if superseded and self.mapping.profile == "biolink" else None
        node = self.node("resource", id, category, description, by, deprecated=deprecated)
        edges, needs = [], []
        for new in superseded:
            said = {claim.by for claim in records if new in claim.says.superseded_by}
            edges.append(self.edge("superseded_by", node.id, self.mapping.curie("resource", new), said))
            needs += self._need(new, said)
        for organization in organizations:
            said = {claim.by for claim in records if organization in claim.says.organizations}
            edges.append(self.edge("has_contact", node.id, self.mapping.curie("organization", organization), said))
            if organization not in self.facts.organizations:
                needs.append(Need("organization", organization, tuple(sorted(said))))
        addresses = [(description.url, node.id)] if description.url and self.facts.addressed else []
        return Merged([node], edges, needs, addresses, difference=_difference(node.id, category, description, records, records))

    def _organization(self, records: list[Claim]) -> Merged:
        category, description = _united([claim.says for claim in records])
        node = self.node("organization", records[0].id, category, description, (claim.by for claim in records))
        return Merged([node], [], [], [])

    def _product(self, listings: list[Claim]) -> Merged:
        id = listings[0].id
        owners = self._owners(id, listings)
        own = [claim for claim in listings if claim.by in owners]
        chosen = own[:1] if len(own) == 1 else listings
        category, description = _united([claim.says for claim in chosen])
        node = self.node("product", id, category, description, (claim.by for claim in listings))
        listers = {claim.by for claim in listings}
        edges, needs, addresses = [], [], []
        for owner in owners:
            said = listers if owner_of(id) else {owner}
            edges.append(self.edge("has_product", self.mapping.curie("resource", owner), node.id, said))
            needs += self._need(owner, said)
            if self.facts.addressed and description.url and owner in self.facts.resources:
                addresses.append((description.url, self.mapping.curie("resource", owner)))
        for edge, need in self._derivations(node.id, owners, chosen, listings):
            edges.append(edge)
            needs += need
        difference = _difference(node.id, category, description, chosen, listings)
        return Merged([node], edges, needs, addresses, owners, difference=difference)

    def _both(self, records: list[Claim], listings: list[Claim]) -> Merged:
        """One id that a record describes and another record lists: one node, which is a resource and a product."""
        resource, product = self._resource(records), self._product(listings)
        node, listed = resource.nodes[0], product.nodes[0]
        category = tuple(dict.fromkeys((*(c for c in (*node.category, *listed.category) if not c.startswith("biolink:")), *node.category)))
        both = msgspec.structs.replace(node, category=category, declared_in=tuple(sorted({*node.declared_in, *listed.declared_in})))
        edges = [*resource.edges, *(edge for edge in product.edges if edge.subject != edge.object)]
        return Merged([both], edges, [*resource.needs, *product.needs], [*resource.addresses, *product.addresses], product.owners)

    def _owners(self, id: str, listings: list[Claim]) -> tuple[str, ...]:
        """Whose a product is (SPEC §3, has_product): told by its id, or without a dot by who lists it and is not cited by it."""
        owner = owner_of(id)
        if owner is not None:
            return (owner,)
        cited = {self._resolve(source.id) for claim in listings for source in claim.says.sources}
        listers = sorted({claim.by for claim in listings})
        return tuple(by for by in listers if by not in cited) or (tuple(listers) if len(listers) == 1 else ())

    def _resolve(self, id: str) -> str:
        """The id in use for a source id: an old id is replaced only where no record of the run has it (SPEC §3, "Aliases")."""
        new = self.facts.aliases.get(id)
        return new if new is not None and id not in self.facts.resources else id

    def _derivations(self, subject: str, owners: tuple[str, ...], chosen: list[Claim], listings: list[Claim]) -> Iterable[tuple[Edge, list[Need]]]:
        """One edge per (source, role, relation type) of the chosen listings, declared by every listing that says the same."""
        written: dict[Source, Source] = {}
        originals: defaultdict[Source, set[str]] = defaultdict(set)
        declared: dict[Source, set[str]] = {}
        for claim in chosen:
            for source in claim.says.sources:
                key = written.setdefault(source, self._renamed(source))
                declared[key] = set()
                if key is not source:
                    originals[key].add(source.id)
                elif self.facts.aliases:
                    originals[key].add(key.id)
        self._declare(listings, written, declared)
        for key in sorted(declared, key=lambda s: (s.id, s.role, s.relation)):
            by = declared[key]
            ids = sorted(originals[key]) if key in originals and originals[key] != {key.id} else []
            object = self._target(key.id)
            edge = self.edge(
                "derived_from", subject, object, by, key.role, key.relation,
                within_owner=True if self._within(key.id, owners) else None,
                original_object=ids[0] if ids else None,
                original_objects=tuple(ids),
            )  # fmt: skip
            yield edge, self._need(key.id, by)

    def _renamed(self, source: Source) -> Source:
        id = self._resolve(source.id)
        return source if id == source.id else Source(id, source.role, source.relation)

    def _declare(self, listings: list[Claim], written: dict[Source, Source], declared: dict[Source, set[str]]) -> None:
        """Note by whom each edge is stated. Most copies of a listing are equal to the one before, and that is cheap to see."""
        last: tuple[Source, ...] | None = None
        keys: list[set[str]] = []
        for claim in listings:
            if claim.says.sources != last:
                last = claim.says.sources
                found = (written.get(source) or self._renamed(source) for source in last)
                keys = [declared[key] for key in found if key in declared]
            for by in keys:
                by.add(claim.by)

    @staticmethod
    def _within(id: str, owners: tuple[str, ...]) -> bool:
        return id in owners or owner_of(id) in owners

    def _kind(self, id: str) -> Kind:
        """What an id that nothing describes must be: `x.y` is a product where `x` is a resource of the run (SPEC §3, stubs)."""
        return "product" if owner_of(id) in self.facts.resources else "resource"

    def _target(self, id: str) -> str:
        return self.mapping.curie("resource", id)

    def _need(self, id: str, by: Iterable[str]) -> list[Need]:
        return [] if id in self.facts.resources else [Need(self._kind(id), id, tuple(sorted(by)))]

    def pages(self, claims: Sequence[Claim], addresses: Addresses) -> Merged:
        """The documentation pages of one slug: told apart by their text where there are several (SPEC §3, node ids)."""
        texts = {claim.says.sha256: claim.says for claim in claims if isinstance(claim.says, PageStatement)}
        slug = claims[0].id
        nodes, edges = [], []
        for sha256, page in sorted(texts.items()):
            id = slug if len(texts) == 1 else f"{slug}~{sha256[:8]}"
            node = self.node("page", id, None, Description(name=page.title), (id,))
            nodes.append(node)
            counts: Counter[str] = Counter()
            for address, n in page.links.items():
                for resource in addresses.owners(address):
                    counts[resource] += n
            edges += [self.edge("mentions", node.id, resource, (id,), links=n) for resource, n in sorted(counts.items())]
        return Merged(nodes, edges, [], [])


def _difference(id: str, category: str | None, description: Description, chosen: list[Claim], claims: list[Claim]) -> Difference | None:
    """Who says something else than what was made of the claims, and about which properties."""
    if len(claims) == 1:
        return None
    sources = chosen[0].says.sources if len(chosen) == 1 and isinstance(chosen[0].says, Listing) else None
    fields: set[str] = set()
    records: set[str] = set()
    for claim in claims:
        says = claim.says
        found = {"category"} if says.category != category else set()
        if says.description != description:
            found |= {name for name in Description.__struct_fields__ if getattr(says.description, name) != getattr(description, name)}
        if sources is not None and says.sources != sources and set(says.sources) != set(sources):
            found.add("sources")
        if found:
            fields |= found
            records.add(claim.by)
    if sources is None and isinstance(claims[0].says, Listing) and len({frozenset(claim.says.sources) for claim in claims}) > 1:
        fields.add("sources")
        records |= {claim.by for claim in claims}
    return Difference(subject=id, records=tuple(sorted(records)), fields=tuple(sorted(fields))) if fields else None


def _object(fields: dict[str, str]) -> str:
    """The JSON text of a mapping whose values are JSON text already."""
    return "{" + ",".join(f"{json_text(key)}:{fields[key]}" for key in sorted(fields)) + "}"


def _united(statements: Sequence[Any]) -> tuple[str | None, Description]:
    """Category and description of one statement, or of several: lists are united and sorted, scalars the most frequent value (SPEC §3)."""
    if len(statements) == 1:
        return statements[0].category, statements[0].description
    descriptions: list[Description] = [statement.description for statement in statements]
    values: dict[str, Any] = {}
    for name in Description.__struct_fields__:
        found = [getattr(description, name) for description in descriptions]
        if name == "extra":
            keys = sorted({key for extra in found for key in extra})
            values[name] = {key: _united_json([extra[key] for extra in found if key in extra]) for key in keys}
        elif isinstance(found[0], tuple):
            values[name] = tuple(sorted({item for items in found for item in items}))
        else:
            values[name] = _most_frequent([value for value in found if value is not None], str)
    return _most_frequent([s.category for s in statements if s.category], str), Description(**values)


def _most_frequent(values: Sequence[_T], text: Callable[[_T], str]) -> _T | None:
    """The most frequent value, ties broken by the smallest UTF-8 text (code points sort as their UTF-8 bytes do)."""
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], text(value)), default=None)


def _united_json(texts: list[str]) -> str:
    """JSON texts of one field: lists are united, anything else is the most frequent."""
    if all(text.startswith("[") for text in texts):
        items = {json_text(item): item for text in texts for item in msgspec.json.decode(text)}
        return "[" + ",".join(sorted(items)) + "]"
    return _most_frequent(texts, str) or "null"
