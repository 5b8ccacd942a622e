"""The words of SPEC §1 as types: what a record states (Claim), and what a run makes of it (Node, Edge)."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from msgspec import Struct

Role = Literal["original", "secondary"]
Kind = Literal["resource", "product", "organization", "page"]


class Source(Struct, frozen=True, array_like=True, gc=False):
    """One entry of a product's list of sources, with its relation type (``prov:…``) always said."""

    id: str
    role: Role
    relation: str


class Description(Struct, frozen=True, kw_only=True, array_like=True):
    """What one record says of one node, under the names that node properties have.

    ``extra`` holds, as compact JSON text by written name, every field that has no property of its own.
    Sizes are in bytes; dates are the text as written.
    """

    name: str | None = None
    description: str | None = None
    synonym: tuple[str, ...] = ()
    xref: tuple[str, ...] = ()
    url: str | None = None
    license: str | None = None
    license_label: str | None = None
    taxa: tuple[str, ...] = ()
    publications: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    format: str | None = None
    media_type: str | None = None
    compression: str | None = None
    file_size: int | float | None = None
    node_count: int | float | None = None
    edge_count: int | float | None = None
    version: str | None = None
    activity_status: str | None = None
    collection: tuple[str, ...] = ()
    creation_date: str | None = None
    update_date: str | None = None
    repository: str | None = None
    contact: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    extra: dict[str, str] = {}


class ResourceStatement(Struct, frozen=True, kw_only=True, array_like=True, tag="r"):
    """A record about a resource: what it is, what replaces it, and the organizations that answer for it."""

    category: str | None
    description: Description
    superseded_by: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()


class Listing(Struct, frozen=True, kw_only=True, array_like=True, tag="l"):
    """One entry of a record's ``products`` (SPEC §1): a statement about the product, not about its owner."""

    category: str | None
    description: Description
    sources: tuple[Source, ...] = ()


class OrganizationStatement(Struct, frozen=True, kw_only=True, array_like=True, tag="o"):
    """A record about an organization."""

    category: str | None
    description: Description


class PageStatement(Struct, frozen=True, kw_only=True, array_like=True, tag="d"):
    """A documentation page: its title, the SHA-256 of its text, and how often it links to each normalised address."""

    title: str
    sha256: str
    links: dict[str, int]


class ProductPage(Struct, frozen=True, kw_only=True, array_like=True, tag="p"):
    """A generated copy of a listing: it makes no product. ``says`` is what it copies, in a run that wants to compare it."""

    says: Listing | None = None


Statement = ResourceStatement | Listing | OrganizationStatement | PageStatement | ProductPage


def listing_of(says: Statement) -> Listing | None:
    """The listing that a statement is, or that a generated page copies."""
    if isinstance(says, ProductPage):
        return says.says
    return says if isinstance(says, Listing) else None


S_co = TypeVar("S_co", bound=Statement, covariant=True)


class Claim(Struct, Generic[S_co], frozen=True, array_like=True):
    """One statement of one record.

    ``about`` is the CURIE under which claims are grouped, ``id`` the id as written, ``by`` the id of the record that says so
    (for pages, the file's name inside its input). ``contained`` marks a record of a ``resources:`` container, which gives way
    to a page of the same id.
    """

    about: str
    id: str
    by: str
    says: S_co
    contained: bool = False


class Node(Struct, frozen=True, omit_defaults=True):
    """A node as it is written: the order of the fields is the order of the columns (SPEC §3, node properties).

    From ``name`` to ``warnings`` they are those of Description.
    """

    id: str
    category: tuple[str, ...]
    iri: str
    name: str | None = None
    description: str | None = None
    synonym: tuple[str, ...] = ()
    xref: tuple[str, ...] = ()
    url: str | None = None
    license: str | None = None
    license_label: str | None = None
    taxa: tuple[str, ...] = ()
    publications: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    format: str | None = None
    media_type: str | None = None
    compression: str | None = None
    file_size: int | float | None = None
    node_count: int | float | None = None
    edge_count: int | float | None = None
    version: str | None = None
    activity_status: str | None = None
    collection: tuple[str, ...] = ()
    creation_date: str | None = None
    update_date: str | None = None
    repository: str | None = None
    contact: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    declared_in: tuple[str, ...] = ()
    stub: bool | None = None
    kgrs_category: str | None = None
    deprecated: bool | None = None
    extra: str | None = None


class Edge(Struct, frozen=True, omit_defaults=True):
    """An edge as it is written: the order of the fields is the order of the columns (SPEC §3, edge properties).

    ``links`` (of ``mentions``) and ``products`` (of rolled-up ``derived_from``) say how many links or products stand behind the edge.
    """

    id: str
    subject: str
    predicate: str
    object: str
    category: tuple[str, ...]
    knowledge_level: str
    agent_type: str
    relation_type: str | None = None
    source_role: Role | None = None
    primary_knowledge_source: str | None = None
    aggregator_knowledge_source: tuple[str, ...] = ()
    declared_in: tuple[str, ...] = ()
    within_owner: bool | None = None
    original_predicate: str | None = None
    original_object: str | None = None
    original_objects: tuple[str, ...] = ()
    links: int | None = None
    products: int | None = None


class Difference(Struct, frozen=True, kw_only=True):
    """Listings (or records) of one id that do not say what was made of them: ``records`` say something else about ``fields``."""

    subject: str
    records: tuple[str, ...]
    fields: tuple[str, ...]
