"""Merge all claims about one id into its node and its edges. The result depends only on the claims, the mapping and the RunIndex."""

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
from kgbuild.transform.reconcile import difference, reconcile

_S = TypeVar("_S", bound=Statement)
_source_order = attrgetter("id", "role", "relation")


class RunIndex(Struct, frozen=True, kw_only=True):
    """The data of a whole run that merging requires.

    ``resources`` and ``organizations`` are the ids that have a record. ``pages`` are the ids whose record is a page of its own; a record
    of a container with the same id does not count. ``aliases`` maps old ids to ids in use; it is empty with ``--no-aliases``.
    ``addressed`` is true if the run has documentation pages, so that the addresses of resources are needed.
    """

    resources: frozenset[str]
    organizations: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()
    aliases: dict[str, str] = {}
    addressed: bool = True


class Need(NamedTuple):
    """An id that an edge requires and that may have no record. It becomes a stub if no claim describes it.

    ``owner`` is the id of the resource that a product belongs to.
    """

    kind: Kind
    id: str
    by: tuple[str, ...]
    owner: str | None = None


class Merged(NamedTuple):
    """The result of merging the claims about one id.

    ``addresses`` are pairs (URL, resource) for the links of pages. ``stale`` are the files of generated pages of a product that no
    record lists.
    """

    nodes: list[Node]
    edges: list[Edge]
    needs: list[Need]
    addresses: list[tuple[str, str]]
    stale: tuple[str, ...] = ()
    difference: Difference | None = None


def owner_of(id: str) -> str | None:
    """Return the owner in the id of a product, the part before the first dot; None if there is no dot (SPEC §1).

    >>> owner_of("goa.ftp"), owner_of("hetnetpy")
    ('goa', None)
    """
    head, dot, _ = id.partition(".")
    return head if dot else None


class Merger:
    """Merges claims by one mapping and the index of one run."""

    def __init__(self, mapping: RegistryMapping, index: RunIndex) -> None:
        self.mapping, self.index = mapping, index
        self._factory = GraphFactory(mapping)

    def merge(self, claims: Sequence[Claim[Statement]]) -> Merged:
        """Merge the claims about one id, independently of their order (SPEC §3, "Merging")."""
        is_copy = [claim.contained and claim.by in self.index.pages for claim in claims]
        if any(is_copy):
            copies = [claim for claim, copy in zip(claims, is_copy, strict=True) if copy]
            return self._with_copies(copies, [claim for claim, copy in zip(claims, is_copy, strict=True) if not copy])
        listings, records = _of_type(Listing, claims), _of_type(ResourceStatement, claims)
        if records:
            return self._both(records, listings) if listings else self._resource(records)
        if listings:
            return self._product(listings)
        organizations = _of_type(OrganizationStatement, claims)
        if organizations:
            return self._organization(organizations)
        return Merged([], [], [], [], stale=tuple(sorted(claim.by for claim in _of_type(ProductPage, claims))))

    def _with_copies(self, copies: list[Claim[Statement]], claims: list[Claim[Statement]]) -> Merged:
        """Merge claims of pages. Copies of them in a container are only compared with them, and do not count (SPEC §3)."""
        merged = self.merge(claims)
        statements = [self._without_layout(claim.says) for claim in claims]
        records = {claim.by for claim in copies if self._without_layout(claim.says) not in statements}
        if merged.difference is not None or not records:
            return merged
        return merged._replace(difference=Difference(subject=copies[0].about, records=tuple(sorted(records)), fields=("container",)))

    def _without_layout(self, says: Statement) -> Statement:
        """Return a statement without the layout of its page, which an entry of a container does not have."""
        if isinstance(says, PageStatement | ProductPage):
            return says
        extra = {key: value for key, value in says.description.extra.items() if key != self.mapping.pages.field}
        return msgspec.structs.replace(says, description=msgspec.structs.replace(says.description, extra=extra))

    def pages(self, claims: Sequence[Claim[PageStatement]], addresses: Addresses) -> Merged:
        """Merge the documentation pages of one slug. Pages with different text get different ids (SPEC §3, node ids)."""
        texts = {claim.says.sha256: claim.says for claim in claims}
        nodes, edges = [], []
        for sha256, page in sorted(texts.items()):
            id = claims[0].id if len(texts) == 1 else f"{claims[0].id}~{sha256[:8]}"
            node = self._factory.node("page", id, None, Description(name=page.title), (id,))
            nodes.append(node)
            counts: Counter[str] = Counter()
            for address, count in page.links.items():
                for resource in addresses.owners(address):
                    counts[resource] += count
            edges += [self._factory.edge("mentions", node.id, resource, (id,), links=count) for resource, count in sorted(counts.items())]
        return Merged(nodes, edges, [], [])

    def stub(self, need: Need) -> Node:
        """Return the node of an id that an edge requires and no record describes."""
        return self._factory.node(need.kind, need.id, None, Description(), need.by, stub=True)

    def rolled_up(self, subject: str, object: str, by: Iterable[str], products: int) -> Edge:
        """Return the edge of ``--rollup`` from one resource to another. ``products`` is the number of products that derive from it."""
        return self._factory.edge("rollup", subject, object, tuple(sorted(by)), products=products)

    def _need(self, id: str, by: tuple[str, ...]) -> list[Need]:
        """Return the need of a source, owner or successor. `x.y` is a product if `x` is a resource of the run (SPEC §3, stubs)."""
        if id in self.index.resources:
            return []
        owner = owner_of(id)
        return [Need("product", id, by, owner) if owner in self.index.resources else Need("resource", id, by)]

    def _resource(self, records: list[Claim[ResourceStatement]]) -> Merged:
        reconciled = reconcile([claim.says for claim in records])
        successors, organizations = _by_value(records, "superseded_by"), _by_value(records, "organizations")
        # The Biolink Model has no predicate for it (BIOLINK.md), so that profile marks the node as deprecated.
        deprecated = True if successors and self.mapping.profile == "biolink" else None
        node = self._factory.node("resource", records[0].id, *reconciled, (claim.by for claim in records), deprecated=deprecated)
        edges = [self._factory.edge("superseded_by", node.id, self._factory.curie("resource", id), by) for id, by in successors.items()]
        edges += [
            self._factory.edge("has_contact", node.id, self._factory.curie("organization", id), by) for id, by in organizations.items()
        ]
        needs = [need for id, by in successors.items() for need in self._need(id, by)]
        needs += [Need("organization", id, by) for id, by in organizations.items() if id not in self.index.organizations]
        url = reconciled[1].url
        addresses = [(url, node.id)] if url and self.index.addressed else []
        return Merged([node], edges, needs, addresses, difference=difference(node.id, reconciled, records, records))

    def _organization(self, records: list[Claim[OrganizationStatement]]) -> Merged:
        reconciled = reconcile([claim.says for claim in records])
        node = self._factory.node("organization", records[0].id, *reconciled, (claim.by for claim in records))
        return Merged([node], [], [], [], difference=difference(node.id, reconciled, records, records))

    def _product(self, listings: list[Claim[Listing]]) -> Merged:
        """Merge the listings of a product. If the owner has one listing, only that counts; else all do (SPEC §3, "Merging")."""
        id = listings[0].id
        owners = self._owners(id, listings)
        own = [claim for claim in listings if claim.by in owners]
        chosen = own if len(own) == 1 else listings
        reconciled = reconcile([claim.says for claim in chosen])
        listers = tuple(sorted({claim.by for claim in listings}))
        node = self._factory.node("product", id, *reconciled, listers)
        merged = Merged([node], [], [], [], difference=difference(node.id, reconciled, chosen, listings))
        for owner in owners:
            by = listers if owner_of(id) else (owner,)
            subject = self._factory.curie("resource", owner)
            merged.edges.append(self._factory.edge("has_product", subject, node.id, by))
            merged.needs.extend(self._need(owner, by))
            if reconciled[1].url and self.index.addressed and owner in self.index.resources:
                merged.addresses.append((reconciled[1].url, subject))
        for edge, needs in self._derivations(node.id, owners, chosen, listings):
            merged.edges.append(edge)
            merged.needs.extend(needs)
        return merged

    def _both(self, records: list[Claim[ResourceStatement]], listings: list[Claim[Listing]]) -> Merged:
        """Merge claims about an id that one record describes and another lists: the node is a resource and a product."""
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
        """Return the owners of a product (SPEC §3, has_product): the one in its id, or those that list it and that it does not cite."""
        owner = owner_of(id)
        if owner is not None:
            return (owner,)
        cited = {self._resolve(source.id) for claim in listings for source in claim.says.sources}
        listers = sorted({claim.by for claim in listings})
        return tuple(by for by in listers if by not in cited) or (tuple(listers) if len(listers) == 1 else ())

    def _resolve(self, id: str) -> str:
        """Return the id in use for a source id. An old id is replaced only if no record of the run has it (SPEC §3, "Aliases")."""
        new = self.index.aliases.get(id)
        return new if new is not None and id not in self.index.resources else id

    def _renamed(self, source: Source) -> Source:
        """Return the source with its id in use."""
        id = self._resolve(source.id)
        return source if id == source.id else Source(id, source.role, source.relation)

    def _derivations(
        self, subject: str, owners: tuple[str, ...], chosen: list[Claim[Listing]], listings: list[Claim[Listing]]
    ) -> Iterator[tuple[Edge, Sequence[Need]]]:
        """Yield one edge per (source, role, relation type) of the chosen listings, with all listings that state it."""
        aliases, resources = self.index.aliases, self.index.resources
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
            object = self._factory.curie("resource", id)
            edge = self._factory.edge("derived_from", subject, object, by, key.role, key.relation, within, originals)
            yield edge, () if id in resources else self._need(id, by)

    @staticmethod
    def _originals(key: Source, written: set[str], chosen: list[Claim[Listing]]) -> tuple[str, ...]:
        """Return the sorted ids as written of a source; empty if it was only written with its id in use."""
        if any(key in claim.says.sources for claim in chosen):
            written = written | {key.id}
        return () if written == {key.id} else tuple(sorted(written))

    def _declared(self, keys: Iterable[Source], listings: list[Claim[Listing]]) -> dict[Source, tuple[str, ...]]:
        """Return the records that state each derivation. Equal copies of a listing are one object, so each is read only once."""
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


def _of_type(kind: type[_S], claims: Iterable[Claim[Statement]]) -> list[Claim[_S]]:
    """Return the claims whose statement has the given type."""
    return [claim for claim in claims if type(claim.says) is kind]  # type: ignore[misc]  # mypy does not narrow by this condition


def _by_value(records: list[Claim[ResourceStatement]], field: str) -> dict[str, tuple[str, ...]]:
    """Return each value of a field of ids, sorted, with the records that state it."""
    values = sorted({value for claim in records for value in getattr(claim.says, field)})
    return {value: tuple(sorted({claim.by for claim in records if value in getattr(claim.says, field)})) for value in values}
