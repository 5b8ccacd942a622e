"""The input of the rules: the graph of a run, and the claims of its records. Rules read no files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol, TypeVar
from urllib.parse import unquote

from msgspec import Struct

from kgbuild.errors import Problem
from kgbuild.lineage.grades import GradedWalks
from kgbuild.lineage.graph import ProvenanceGraph
from kgbuild.mapping.load import RegistryMapping
from kgbuild.mapping.schema import RecordKind
from kgbuild.model.audit import AuditEdge, AuditNode
from kgbuild.model.graph import Listing, OrganizationStatement, ProductPage, ResourceStatement, Statement, listing_of


class AuditLimits(Struct, frozen=True, kw_only=True):
    """Options of the rules.

    ``partial``: the input is a part of a registry, so missing records may be elsewhere. ``max_depth`` is a number of owners (PG004),
    ``stale_after`` a number of days (ST003). ``infores`` are the ids of a catalogue without ``infores:``, or None without a catalogue (ID003).
    """

    partial: bool = False
    max_depth: int = 6
    stale_after: int = 60
    infores: frozenset[str] | None = None


_KIND_OF: dict[type[Statement], RecordKind] = {Listing: "product", ProductPage: "product", OrganizationStatement: "organization"}


class StatedClaim(NamedTuple):
    """A claim with its place: ``file`` is the number of the file in the run, and ``nth`` numbers the record's listings of one id from 0.

    ``about`` is the node id of its subject, and ``id`` the same id as written. ``by`` is the id of the record with the claim, or for a product
    page the name of its file. ``contained`` means that the record is in a container.
    """

    about: str
    id: str
    by: str
    says: Statement
    file: int
    nth: int = 0
    contained: bool = False

    @property
    def kind(self) -> RecordKind:
        """Return the kind of record that has the fields of the statement."""
        return _KIND_OF.get(type(self.says), "resource")

    @property
    def listing(self) -> Listing | None:
        """Return the listing of the claim, or the copy of a listing in a generated page; None for other claims."""
        return listing_of(self.says)


class EntryRef(NamedTuple):
    """A reference to an entry of a record by its content: the ``claim``, a written field or a property of it, and a value of the field.

    ``at`` numbers the entries of the field with this value from 0. Without a field, the reference is to the whole statement.
    """

    claim: StatedClaim
    field: str = ""
    value: str = ""
    at: int = 0

    def names(self, mapping: RegistryMapping) -> tuple[str, ...]:
        """Return the written fields that may contain the entry: ``field``, and the fields of the property or role with this name."""
        property = "contacts" if self.field == "contact" else self.field
        return (self.field, *mapping.written(self.claim.kind, property)) if self.field else ()


class Position(NamedTuple):
    """A known place in a file. Line and column count from 1, and are 0 if unknown."""

    path: str
    line: int
    column: int


class ClaimIndex(Protocol):
    """The claims of a run by the node id of their subject."""

    def ids(self) -> Iterable[str]:
        """Return the node ids of all subjects, in the order of their first claims."""

    def about(self, id: str) -> Sequence[StatedClaim]:
        """Return the claims about a node id, in the order of the files."""


class _ByKind(dict[str, dict[type[Statement], list[StatedClaim]]]):
    """The claims about each id by the kind of their statements. An id is looked up in the index on its first use."""

    def __init__(self, index: ClaimIndex | None) -> None:
        super().__init__()
        self._index = index

    def __missing__(self, about: str) -> dict[type[Statement], list[StatedClaim]]:
        found: dict[type[Statement], list[StatedClaim]] = {}
        for claim in self._index.about(about) if self._index else ():
            found.setdefault(type(claim.says), []).append(claim)
        self[about] = found or _NOTHING
        return self[about]

    def ids(self) -> Iterable[str]:
        """Return the node ids of all subjects."""
        return self._index.ids() if self._index else ()


_NOTHING: dict[type[Statement], list[StatedClaim]] = {}


class ClaimsByKind(Mapping[str, list[StatedClaim]]):
    """The claims of one kind of statement by the node id of their subject."""

    def __init__(self, kind: type[Statement], claims: _ByKind) -> None:
        self._kind, self._claims = kind, claims

    def get(self, about: str, default: list[StatedClaim] | None = None) -> list[StatedClaim] | None:  # type: ignore[override]  # of one kind
        """Return the claims about an id, or the default if there are none."""
        return self._claims[about].get(self._kind, default)

    def __getitem__(self, about: str) -> list[StatedClaim]:
        return self._claims[about][self._kind]

    def __iter__(self) -> Iterator[str]:
        return (id for id in self._claims.ids() if self._kind in self._claims[id])

    def __len__(self) -> int:
        return sum(1 for _ in self)


_T = TypeVar("_T")


class View:
    """The input of the rules for one run. All keys are node ids (CURIEs). ``graph`` is the provenance graph.

    ``records``, ``organizations``, ``listings`` and ``pages`` (generated product pages) hold the claims by their subject. ``files`` are the paths
    of the files below the inputs as given. ``problems`` are the errors of records that could not be read, and ``unseen`` those of pages whose
    front matter is not seen.
    """

    def __init__(
        self,
        mapping: RegistryMapping,
        limits: AuditLimits,
        nodes: Iterable[AuditNode],
        edges: Iterable[AuditEdge],
        claims: ClaimIndex | None = None,
        files: Sequence[str] = (),
        problems: Sequence[Problem] = (),
        unseen: Sequence[Problem] = (),
    ) -> None:
        self.mapping, self.limits, self.files = mapping, limits, files
        self.problems, self.unseen = problems, unseen
        self.graph = ProvenanceGraph(nodes, edges)
        self._computed: dict[Callable[[View], Any], Any] = {}
        by_kind = _ByKind(claims)
        self.records = ClaimsByKind(ResourceStatement, by_kind)
        self.organizations = ClaimsByKind(OrganizationStatement, by_kind)
        self.listings = ClaimsByKind(Listing, by_kind)
        self.pages = ClaimsByKind(ProductPage, by_kind)

    @cached_property
    def walks(self) -> GradedWalks:
        """The walks upstream by grade (SPEC §8). Rules use the grades of `grades.AUDITED`, and no remote ones."""
        return GradedWalks(self.graph, self.mapping.not_data)

    def once(self, make: Callable[[View], _T]) -> _T:
        """Return the result of a function of this view. It is computed once, and kept as long as the view."""
        if make not in self._computed:
            self._computed[make] = make(self)
        result: _T = self._computed[make]
        return result

    def name(self, id: str) -> str:
        """Return an id as written in records: without prefix and percent-encoding."""
        return unquote(id.partition(":")[2])

    def authoritative(self, product: str) -> StatedClaim | None:
        """Return the listing that a finding about a product refers to: the owner's listing, or else the first by record; None without listings."""
        listings = self.listings.get(product)
        if not listings:
            return None
        owners = {self.name(owner) for owner in self.graph.owners.get(product, ())}
        return min(listings, key=lambda claim: (claim.by not in owners, claim.contained, claim.by, claim.nth))

    def copies(self, product: str) -> list[StatedClaim]:
        """Return the other listings of a product, and then its generated pages, each sorted by record."""
        first = self.authoritative(product)
        others = [claim for claim in self.listings.get(product) or () if claim is not first]
        order = sorted(others, key=lambda claim: (claim.by, claim.file, claim.nth))
        return [*order, *sorted(self.pages.get(product) or (), key=lambda claim: claim.by)]

    def record(self, resource: str) -> StatedClaim | None:
        """Return the claim of a resource's or organization's record, a page before an entry of a container; None if there is no record."""
        claims = self.records.get(resource) or self.organizations.get(resource)
        return min(claims, key=lambda claim: (claim.contained, claim.file)) if claims else None
