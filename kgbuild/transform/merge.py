"""All claims about one id -> its node, the edges that are its own, and what they need. Looks at those claims, the mapping and RunFacts only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import (
    Claim,
    DescribedProductNode,
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
    Source,
    Statement,
)
from kgbuild.transform.factory import GraphFactory
from kgbuild.transform.links import Addresses
from kgbuild.transform.reconcile import difference, united

_S = TypeVar("_S", bound=Statement)
_source_order = attrgetter("id", "role", "relation")


class RunIndex(Struct, frozen=True, kw_only=True):
    """The few things about a whole run that merging needs (DESIGN, "The line").

    ``resources`` and ``organizations`` are the ids that have a record; ``pages`` the ids whose record is a page of its own, before
    which a copy in a container gives way; ``aliases`` old id -> id in use, empty with ``--no-aliases``; ``addressed`` says that
    there are documentation pages, for whose links addresses are wanted.
    """

    resources: frozenset[str]
    organizations: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()
    aliases: dict[str, str] = {}
    addressed: bool = True


class Need(NamedTuple):
    """An id at the end of an edge that may have no record: it becomes a stub if nothing describes it.

    ``owner`` is the id of the resource that a product belongs to.
    """

    kind: Kind
    id: str
    by: tuple[str, ...]
    owner: str | None = None


class Merged(NamedTuple):
    """What the claims about one id come to.

    ``addresses`` are (URL, resource) that links of pages can belong to; ``stale`` the files of generated pages of a product that no
    record lists.
    """

    nodes: list[Node]
    edges: list[Edge]
    needs: list[Need]
    addresses: list[tuple[str, str]]
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

    def __init__(self, mapping: RegistryMapping, facts: RunIndex) -> None:
        self.mapping, self.facts = mapping, facts
        self._make = GraphFactory(mapping)

    def merge(self, claims: Sequence[Claim[Statement]]) -> Merged:
        """Merge the claims about one id, in whatever order they come (SPEC §3, "Merging")."""
        copies = [claim for claim in claims if claim.contained and claim.by in self.facts.pages]
        if copies:
            return self._beside(copies, [claim for claim in claims if not (claim.contained and claim.by in self.facts.pages)])
        listings, records = _that_say(Listing, claims), _that_say(ResourceStatement, claims)
        if records:
            return self._both(records, listings) if listings else self._resource(records)
        if listings:
            return self._product(listings)
        organizations = _that_say(OrganizationStatement, claims)
        if organizations:
            return self._organization(organizations)
        return Merged([], [], [], [], stale=tuple(sorted(claim.by for claim in _that_say(ProductPage, claims))))

    def _beside(self, copies: list[Claim[Statement]], claims: list[Claim[Statement]]) -> Merged:
        """Copies in a container, beside records that have a page: compared with what the pages say, and not counted (SPEC §3)."""
        merged = self.merge(claims)
        said = [self._told(claim.says) for claim in claims]
        records = {claim.by for claim in copies if self._told(claim.says) not in said}
        if merged.difference is not None or not records:
            return merged
        return merged._replace(difference=Difference(subject=copies[0].about, records=tuple(sorted(records)), fields=("container",)))

    def _told(self, says: Statement) -> Statement:
        """A statement without the layout of its page, which an entry of a container does not have."""
        if isinstance(says, PageStatement | ProductPage):
            return says
        extra = {key: value for key, value in says.description.extra.items() if key != self.mapping.pages.field}
        return msgspec.structs.replace(says, description=msgspec.structs.replace(says.description, extra=extra))

    def pages(self, claims: Sequence[Claim[PageStatement]], addresses: Addresses) -> Merged:
        """The documentation pages of one slug: told apart by their text where there are several (SPEC §3, node ids)."""
        texts = {claim.says.sha256: claim.says for claim in claims}
        nodes, edges = [], []
        for sha256, page in sorted(texts.items()):
            id = claims[0].id if len(texts) == 1 else f"{claims[0].id}~{sha256[:8]}"
            node = self._make.node("page", id, None, Description(name=page.title), (id,))
            nodes.append(node)
            counts: Counter[str] = Counter()
            for address, count in page.links.items():
                for resource in addresses.owners(address):
                    counts[resource] += count
            edges += [self._make.edge("mentions", node.id, resource, (id,), links=count) for resource, count in sorted(counts.items())]
        return Merged(nodes, edges, [], [])

    def stub(self, need: Need) -> Node:
        """The node of an id that an edge needs and no record describes."""
        return self._make.node(need.kind, need.id, None, Description(), need.by, stub=True)

    def rolled_up(self, subject: str, object: str, by: Iterable[str], products: int) -> Edge:
        """The edge between two resources that stands for ``products`` of the one that derive from the other (``--rollup``)."""
        return self._make.edge("rollup", subject, object, tuple(sorted(by)), products=products)

    def _need(self, id: str, by: tuple[str, ...]) -> list[Need]:
        """The need of a source, owner or successor; `x.y` must be a product where `x` is a resource of the run (SPEC §3, stubs)."""
        if id in self.facts.resources:
            return []
        owner = owner_of(id)
        return [Need("product", id, by, owner) if owner in self.facts.resources else Need("resource", id, by)]

    def _resource(self, records: list[Claim[ResourceStatement]]) -> Merged:
        made = united([claim.says for claim in records])
        successors, organizations = _by_value(records, "superseded_by"), _by_value(records, "organizations")
        # The Biolink Model has no predicate for it (BIOLINK.md), so that profile says on the node that it was superseded.
        deprecated = True if successors and self.mapping.profile == "biolink" else None
        node = self._make.node("resource", records[0].id, *made, (claim.by for claim in records), deprecated=deprecated)
        edges = [self._make.edge("superseded_by", node.id, self._make.curie("resource", id), by) for id, by in successors.items()]
        edges += [self._make.edge("has_contact", node.id, self._make.curie("organization", id), by) for id, by in organizations.items()]
        needs = [need for id, by in successors.items() for need in self._need(id, by)]
        needs += [Need("organization", id, by) for id, by in organizations.items() if id not in self.facts.organizations]
        url = made[1].url
        addresses = [(url, node.id)] if url and self.facts.addressed else []
        return Merged([node], edges, needs, addresses, difference=difference(node.id, made, records, records))

    def _organization(self, records: list[Claim[OrganizationStatement]]) -> Merged:
        made = united([claim.says for claim in records])
        node = self._make.node("organization", records[0].id, *made, (claim.by for claim in records))
        return Merged([node], [], [], [], difference=difference(node.id, made, records, records))

    def _product(self, listings: list[Claim[Listing]]) -> Merged:
        """A product: its owner's own listing decides, or else all of them united (SPEC §3, "Merging")."""
        id = listings[0].id
        owners = self._owners(id, listings)
        own = [claim for claim in listings if claim.by in owners]
        chosen = own if len(own) == 1 else listings
        made = united([claim.says for claim in chosen])
        listers = tuple(sorted({claim.by for claim in listings}))
        node = self._make.node("product", id, *made, listers)
        merged = Merged([node], [], [], [], difference=difference(node.id, made, chosen, listings))
        for owner in owners:
            by = listers if owner_of(id) else (owner,)
            subject = self._make.curie("resource", owner)
            merged.edges.append(self._make.edge("has_product", subject, node.id, by))
            merged.needs.extend(self._need(owner, by))
            if made[1].url and self.facts.addressed and owner in self.facts.resources:
                merged.addresses.append((made[1].url, subject))
        for edge, needs in self._derivations(node.id, owners, chosen, listings):
            merged.edges.append(edge)
            merged.needs.extend(needs)
        return merged

    def _both(self, records: list[Claim[ResourceStatement]], listings: list[Claim[Listing]]) -> Merged:
        """One id that a record describes and another record lists: one node, which is a resource and a product."""
        resource, product = self._resource(records), self._product(listings)
        node, listed = resource.nodes[0], product.nodes[0]
        own = [curie for curie in (*node.category, *listed.category) if not curie.startswith("biolink:")]
        properties: dict[str, Any] = msgspec.structs.asdict(node)
        properties["category"] = tuple(dict.fromkeys((*own, *node.category)))
        properties["declared_in"] = tuple(sorted({*node.declared_in, *listed.declared_in}))
        both = DescribedProductNode(**properties)
        edges = resource.edges + [edge for edge in product.edges if edge.subject != edge.object]
        addresses = resource.addresses + product.addresses
        return Merged([both], edges, resource.needs + product.needs, addresses, difference=product.difference)

    def _owners(self, id: str, listings: list[Claim[Listing]]) -> tuple[str, ...]:
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

    def _renamed(self, source: Source) -> Source:
        """The source by its id in use."""
        id = self._resolve(source.id)
        return source if id == source.id else Source(id, source.role, source.relation)

    def _derivations(
        self, subject: str, owners: tuple[str, ...], chosen: list[Claim[Listing]], listings: list[Claim[Listing]]
    ) -> Iterator[tuple[Edge, Sequence[Need]]]:
        """One edge per (source, role, relation type) of the chosen listings, declared by every listing that says the same."""
        aliases, resources = self.facts.aliases, self.facts.resources
        keys: dict[Source, None] = {}
        written: dict[Source, set[str]] = {}
        for claim in chosen:
            for source in claim.says.sources:
                key = source
                if source.id in aliases:
                    key = self._renamed(source)
                    written.setdefault(key, set()).add(source.id)
                keys[key] = None
        declared = self._declared(keys, listings)
        for key in sorted(keys, key=_source_order):
            by, id = declared[key], key.id
            within = True if id in owners or owner_of(id) in owners else None
            originals = self._originals(key, written[key], chosen) if key in written else ()
            object = self._make.curie("resource", id)
            edge = self._make.edge("derived_from", subject, object, by, key.role, key.relation, within, originals)
            yield edge, () if id in resources else self._need(id, by)

    @staticmethod
    def _originals(key: Source, written: set[str], chosen: list[Claim[Listing]]) -> tuple[str, ...]:
        """The ids as written that became one source, sorted; none where it was written by its id in use alone."""
        if any(key in claim.says.sources for claim in chosen):
            written = written | {key.id}
        return () if written == {key.id} else tuple(sorted(written))

    def _declared(self, keys: Iterable[Source], listings: list[Claim[Listing]]) -> dict[Source, tuple[str, ...]]:
        """By whom each derivation is stated. Equal copies of a listing are one object, so what they say is looked at once."""
        listers: defaultdict[int, set[str]] = defaultdict(set)
        for claim in listings:
            listers[id(claim.says)].add(claim.by)
        if len(listers) == 1:
            return dict.fromkeys(keys, tuple(sorted(*listers.values())))
        declared: dict[Source, set[str]] = {key: set() for key in keys}
        for listing in {id(claim.says): claim.says for claim in listings}.values():
            for key in {self._renamed(source) for source in listing.sources} & declared.keys():
                declared[key] |= listers[id(listing)]
        return {key: tuple(sorted(by)) for key, by in declared.items()}


def _that_say(kind: type[_S], claims: Iterable[Claim[Statement]]) -> list[Claim[_S]]:
    """The claims that make one kind of statement."""
    return [claim for claim in claims if type(claim.says) is kind]  # type: ignore[misc]  # the condition is what narrows them


def _by_value(records: list[Claim[ResourceStatement]], field: str) -> dict[str, tuple[str, ...]]:
    """Each value of a field of ids, sorted, with the records that give it."""
    values = sorted({value for claim in records for value in getattr(claim.says, field)})
    return {value: tuple(sorted({claim.by for claim in records if value in getattr(claim.says, field)})) for value in values}
