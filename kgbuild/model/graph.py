"""The words of SPEC §1 as types: what a record states (Claim), and what a run makes of it (Node, Edge)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, ClassVar, Generic, Literal, TypeVar, get_type_hints

from msgspec import NODEFAULT, Struct, defstruct, structs

from kgbuild.model.rdf import Rdf

Role = Literal["original", "secondary"]
#: What a node is (SPEC §3, "Nodes"). An id that one record describes and another lists as a product is a product.
Kind = Literal["resource", "product", "organization", "page"]
#: What an edge says (SPEC §3, "Edges"); ``rollup`` is derived_from between resources, made by ``--rollup``.
EdgeKind = Literal["has_product", "derived_from", "mentions", "superseded_by", "has_contact", "rollup"]


class Source(Struct, frozen=True, array_like=True, gc=False):
    """One entry of a product's list of sources, with its relation type (``prov:…``) always said."""

    id: str
    role: Role
    relation: str


class Properties(Struct, frozen=True, kw_only=True, array_like=True):
    """The properties that a record can give its node, in the order of the columns (SPEC §3, node properties).

    Sizes are in bytes; dates are the text as written.
    """

    name: Annotated[str | None, Rdf("rdfs:label")] = None
    description: Annotated[str | None, Rdf("dcterms:description")] = None
    synonym: Annotated[tuple[str, ...], Rdf("skos:altLabel")] = ()
    xref: Annotated[tuple[str, ...], Rdf(form="curie")] = ()
    url: Annotated[
        str | None,
        Rdf(
            form="address",
            by_kind=MappingProxyType(
                {"resource": "dcat:landingPage", "product": "dcat:accessURL", "organization": "foaf:homepage", "page": "foaf:page"}
            ),
        ),
    ] = None
    license: Annotated[str | None, Rdf("dcterms:license", "license")] = None
    license_label: str | None = None
    taxa: Annotated[tuple[str, ...], Rdf(form="curie")] = ()
    publications: Annotated[tuple[str, ...], Rdf(form="curie")] = ()
    domain: Annotated[tuple[str, ...], Rdf("dcat:keyword", "keyword")] = ()
    format: str | None = None
    media_type: Annotated[str | None, Rdf("dcat:mediaType", "media_type")] = None
    compression: str | None = None
    file_size: Annotated[int | float | None, Rdf("dcat:byteSize", "bytes")] = None
    node_count: int | float | None = None
    edge_count: int | float | None = None
    version: Annotated[str | None, Rdf("dcat:version")] = None
    activity_status: str | None = None
    collection: tuple[str, ...] = ()
    creation_date: Annotated[str | None, Rdf("dcterms:created", "date")] = None
    update_date: Annotated[str | None, Rdf("dcterms:modified", "date")] = None
    repository: str | None = None
    contact: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Description(Properties, frozen=True, kw_only=True, array_like=True):
    """What one record says of one node.

    ``extra`` holds, as compact JSON text by written name, every field that has no property of its own.
    """

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


class _NodeColumns(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The columns of a node around those of Properties: the required ones stand before them, the others after them."""

    id: Annotated[str, Rdf(form="none")]
    category: Annotated[tuple[str, ...], Rdf("rdf:type", "class")]
    iri: Annotated[str, Rdf(form="none")]
    declared_in: Annotated[tuple[str, ...], Rdf(form="record")] = ()
    stub: bool | None = None
    kgrs_category: Annotated[str | None, Rdf("rdf:type", "class")] = None
    deprecated: bool | None = None
    extra: str | None = None


if TYPE_CHECKING:

    class Node(_NodeColumns, Properties, frozen=True, kw_only=True, omit_defaults=True):
        """A node as it is written: the order of the fields is the order of the columns (SPEC §3, node properties).

        ``kind`` is no column. A node that is made has the type of its kind (NODE_TYPES); this one is for rows that are read back.
        """

        kind: ClassVar[Kind]
        is_resource: ClassVar[bool]
        is_product: ClassVar[bool]

else:

    def _fields(of: type[Struct], *, required: bool) -> list[tuple[str, object, object]]:
        hints = get_type_hints(of, include_extras=True)
        return [(f.name, hints[f.name], f.default) for f in structs.fields(of) if (f.default is NODEFAULT) == required]

    _ordered = (*_fields(_NodeColumns, required=True), *_fields(Properties, required=False), *_fields(_NodeColumns, required=False))
    # msgspec puts the fields of a base first; the columns of a node stand on both sides of its properties.
    Node = defstruct(
        "Node",
        [(name, hint) if default is NODEFAULT else (name, hint, default) for name, hint, default in _ordered],
        frozen=True, kw_only=True, omit_defaults=True, module=__name__, namespace={"is_resource": False, "is_product": False},
    )  # fmt: skip


class ResourceNode(Node, frozen=True, kw_only=True):
    """A resource (SPEC §1)."""

    kind: ClassVar[Kind] = "resource"
    is_resource: ClassVar[bool] = True


class ProductNode(Node, frozen=True, kw_only=True):
    """A product (SPEC §1)."""

    kind: ClassVar[Kind] = "product"
    is_product: ClassVar[bool] = True


class DescribedProductNode(ProductNode, frozen=True, kw_only=True):
    """An id that a record describes and another one lists as a product: a product that is a resource too."""

    is_resource: ClassVar[bool] = True


class OrganizationNode(Node, frozen=True, kw_only=True):
    """An organization."""

    kind: ClassVar[Kind] = "organization"


class PageNode(Node, frozen=True, kw_only=True):
    """A documentation page."""

    kind: ClassVar[Kind] = "page"


#: The type of the nodes of each kind.
NODE_TYPES: Mapping[Kind, type[Node]] = MappingProxyType(
    {made.kind: made for made in (ResourceNode, ProductNode, OrganizationNode, PageNode)}
)


def node_types() -> tuple[type[Node], ...]:
    """Every type that a node of a run can have."""
    return (*NODE_TYPES.values(), DescribedProductNode)


class Edge(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An edge as it is written: the order of the fields is the order of the columns (SPEC §3, edge properties).

    ``links`` (of ``mentions``) and ``products`` (of rolled-up ``derived_from``) say how many links or products stand behind the edge.
    ``kind`` is no column. An edge that is made has the type of its kind (EDGE_TYPES); this one is for rows that are read back.
    """

    kind: ClassVar[EdgeKind]

    id: Annotated[str, Rdf(form="none")]
    subject: Annotated[str, Rdf("rdf:subject", "curie")]
    predicate: Annotated[str, Rdf("rdf:predicate", "curie")]
    object: Annotated[str, Rdf("rdf:object", "curie")]
    category: Annotated[tuple[str, ...], Rdf("rdf:type", "class")]
    knowledge_level: str
    agent_type: str
    relation_type: Annotated[str | None, Rdf(form="curie")] = None
    source_role: Role | None = None
    primary_knowledge_source: Annotated[str | None, Rdf(form="curie")] = None
    aggregator_knowledge_source: Annotated[tuple[str, ...], Rdf(form="curie")] = ()
    declared_in: Annotated[tuple[str, ...], Rdf(form="record")] = ()
    within_owner: bool | None = None
    original_predicate: Annotated[str | None, Rdf(form="curie")] = None
    original_object: str | None = None
    original_objects: tuple[str, ...] = ()
    links: int | None = None
    products: int | None = None


class HasProduct(Edge, frozen=True, kw_only=True):
    """Owner to product."""

    kind: ClassVar[EdgeKind] = "has_product"


class DerivedFrom(Edge, frozen=True, kw_only=True):
    """Product to source, as a record states it."""

    kind: ClassVar[EdgeKind] = "derived_from"


class Mentions(Edge, frozen=True, kw_only=True):
    """Documentation page to resource, by the links of the page."""

    kind: ClassVar[EdgeKind] = "mentions"


class SupersededBy(Edge, frozen=True, kw_only=True):
    """Resource to the resource that takes its place."""

    kind: ClassVar[EdgeKind] = "superseded_by"


class HasContact(Edge, frozen=True, kw_only=True):
    """Resource to an organization that answers for it."""

    kind: ClassVar[EdgeKind] = "has_contact"


class RolledUp(Edge, frozen=True, kw_only=True):
    """Resource to resource: the derivations between their products (``--rollup``)."""

    kind: ClassVar[EdgeKind] = "rollup"


#: The type of the edges of each kind.
EDGE_TYPES: Mapping[EdgeKind, type[Edge]] = MappingProxyType(
    {made.kind: made for made in (HasProduct, DerivedFrom, Mentions, SupersededBy, HasContact, RolledUp)}
)


class Difference(Struct, frozen=True, kw_only=True):
    """Listings (or records) of one id that do not say what was made of them: ``records`` say something else about ``fields``."""

    subject: str
    records: tuple[str, ...]
    fields: tuple[str, ...]
