"""The input of the rules: the graph of a run, and the claims of its records. Rules read no files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol, TypeVar
from urllib.parse import unquote

from msgspec import Struct

from kgbuild.errors import Problem
from kgbuild.lineage.graph import ProvenanceGraph
from kgbuild.lineage.walks import Walks
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
    stale_after: int = 90
    infores: frozenset[str] | None = None


_KIND_OF: dict[type[Statement], RecordKind] = {Listing: "product", ProductPage: "product", OrganizationStatement: "organization"}


class StatedClaim(NamedTuple):
    """A claim, with where it stands: ``file`` is the number of the file in the run, ``nth`` counts the record's listings of one id from 0.

    ``id`` is the id of what it is about, as written; ``by`` the id of the record that says so (of a product page, the name of its file).
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
    """An entry of a record, told by what it says: the statement ``said``, a written field or property of it, and one of that field's values.

    ``at`` counts the entries of the field that are that value, from 0. Without a field it is the statement itself.
    """

    said: StatedClaim
    field: str = ""
    value: str = ""
    at: int = 0

    def names(self, mapping: RegistryMapping) -> tuple[str, ...]:
        """Return the written fields that may contain the entry: ``field``, and the fields of the property or role with this name."""
        property = "contacts" if self.field == "contact" else self.field
        return (self.field, *mapping.written(self.said.kind, property)) if self.field else ()


class Position(NamedTuple):
    """A known place in a file. Line and column count from 1, and are 0 if unknown."""

    path: str
    line: int
    column: int


class ClaimIndex(Protocol):
    """The claims of a run by the id that they are about."""

    def ids(self) -> Iterable[str]:
        """The ids that claims are about, in the order of their first claims."""

    def about(self, id: str) -> Sequence[StatedClaim]:
        """The claims about an id, in the order of the files."""


class _ByKind(dict[str, dict[type[Statement], list[StatedClaim]]]):
    """The claims about each id by the kind of their statements, from an index; an id is looked up when it is asked for the first time."""

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
        """The ids that claims are about."""
        return self._index.ids() if self._index else ()


_NOTHING: dict[type[Statement], list[StatedClaim]] = {}


class ClaimsByKind(Mapping[str, list[StatedClaim]]):
    """What statements of one kind say of each id."""

    def __init__(self, kind: type[Statement], claims: _ByKind) -> None:
        self._kind, self._claims = kind, claims

    def get(self, about: str, default: list[StatedClaim] | None = None) -> list[StatedClaim] | None:  # type: ignore[override]  # of one kind
        """What is said of an id."""
        return self._claims[about].get(self._kind, default)

    def __getitem__(self, about: str) -> list[StatedClaim]:
        return self._claims[about][self._kind]

    def __iter__(self) -> Iterator[str]:
        return (id for id in self._claims.ids() if self._kind in self._claims[id])

    def __len__(self) -> int:
        return sum(1 for _ in self)


_T = TypeVar("_T")


class View:
    """One run as rules see it. Keys are node ids (CURIEs) throughout; ``graph`` is its provenance.

    ``records``, ``organizations``, ``listings`` and ``pages`` (generated product pages) are what was said, by what it is about;
    ``files`` the paths of the files as the user named their input, ``problems`` why records could not be read.
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
    ) -> None:
        self.mapping, self.limits, self.files, self.problems = mapping, limits, files, problems
        self.graph = ProvenanceGraph(nodes, edges)
        self._made: dict[Callable[[View], Any], Any] = {}
        by_kind = _ByKind(claims)
        self.records = ClaimsByKind(ResourceStatement, by_kind)
        self.organizations = ClaimsByKind(OrganizationStatement, by_kind)
        self.listings = ClaimsByKind(Listing, by_kind)
        self.pages = ClaimsByKind(ProductPage, by_kind)

    @cached_property
    def walks(self) -> Walks:
        """The walks upstream that rules go by: of all grades (SPEC §8)."""
        return Walks(self.graph)

    def once(self, make: Callable[[View], _T]) -> _T:
        """What a function makes of this view: made for who asks first, and kept as long as the view is."""
        if make not in self._made:
            self._made[make] = make(self)
        made: _T = self._made[make]
        return made

    def name(self, id: str) -> str:
        """Return an id as written in records: without prefix and percent-encoding."""
        return unquote(id.partition(":")[2])

    def authoritative(self, product: str) -> StatedClaim | None:
        """The listing that a finding about a product points at: its owner's own, or else the first by record; None where nobody lists it."""
        listings = self.listings.get(product)
        if not listings:
            return None
        owners = {self.name(owner) for owner in self.graph.owners.get(product, ())}
        return min(listings, key=lambda said: (said.by not in owners, said.contained, said.by, said.nth))

    def copies(self, product: str) -> list[StatedClaim]:
        """The other listings of a product, and then its generated pages, each sorted by who says so."""
        first = self.authoritative(product)
        others = [said for said in self.listings.get(product) or () if said is not first]
        order = sorted(others, key=lambda said: (said.by, said.file, said.nth))
        return [*order, *sorted(self.pages.get(product) or (), key=lambda said: said.by)]

    def record(self, resource: str) -> StatedClaim | None:
        """The statement of a resource's or organization's record, a page before a container; None where it has none."""
        said = self.records.get(resource) or self.organizations.get(resource)
        return min(said, key=lambda s: (s.contained, s.file)) if said else None
