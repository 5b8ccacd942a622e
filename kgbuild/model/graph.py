"""The terms of SPEC §1 as types: the statements of a record (Claim), and the graph that a run builds from them (Node, Edge)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, ClassVar, Generic, Literal, TypeVar, get_type_hints

from msgspec import NODEFAULT, Struct, defstruct, structs

from kgbuild.model.rdf import Rdf

Role = Literal["original", "secondary"]
#: The kind of a node (SPEC §3, "Nodes"). An id that one record describes and another lists as a product is a product.
Kind = Literal["resource", "product", "organization", "page"]
#: The kind of an edge (SPEC §3, "Edges"). ``rollup`` is derived_from between resources, which ``--rollup`` adds.
EdgeKind = Literal["has_product", "derived_from", "mentions", "superseded_by", "has_contact", "rollup"]


class Source(Struct, frozen=True, array_like=True, gc=False):
    """One entry of a product's list of sources. The relation type (``prov:…``) is the default of the list if the entry has none."""

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
    """The properties that one record states of one node.

    ``extra`` maps the name of each field without a property of its own to its value as compact JSON text.
    """

    extra: dict[str, str] = {}


class ResourceStatement(Struct, frozen=True, kw_only=True, array_like=True, tag="r"):
    """A record about a resource: its properties, its successors, and the organizations responsible for it."""

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
    """A generated copy of a listing, which does not create a product. ``says`` is the copy, in a run that compares copies."""

    says: Listing | None = None


Statement = ResourceStatement | Listing | OrganizationStatement | PageStatement | ProductPage


def listing_of(says: Statement) -> Listing | None:
    """Return the statement if it is a listing, or the listing that a generated page copies; else None."""
    if isinstance(says, ProductPage):
        return says.says
    return says if isinstance(says, Listing) else None


S_co = TypeVar("S_co", bound=Statement, covariant=True)


class Claim(Struct, Generic[S_co], frozen=True, array_like=True):
    """One statement of one record.

    ``about`` is the CURIE by which claims are grouped, ``id`` the id as written, and ``by`` the id of the record that states it (for
    pages, the name of the file inside its input). ``contained`` marks a record of a ``resources:`` container, which counts only
    if no page has the same id.
    """

    about: str
    id: str
    by: str
    says: S_co
    contained: bool = False


class _NodeColumns(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The columns of a node besides those of Properties. The required ones come before them, the others after them."""

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
        """A node. The order of the fields is the order of the columns (SPEC §3, node properties).

        ``kind`` is not a column. New nodes have the type of their kind (NODE_TYPES); this type is for rows read from an export.
        """

        kind: ClassVar[Kind]
        is_resource: ClassVar[bool]
        is_product: ClassVar[bool]

else:

    def _fields(of: type[Struct], *, required: bool) -> list[tuple[str, object, object]]:
        hints = get_type_hints(of, include_extras=True)
        return [(f.name, hints[f.name], f.default) for f in structs.fields(of) if (f.default is NODEFAULT) == required]

    _ordered = (*_fields(_NodeColumns, required=True), *_fields(Properties, required=False), *_fields(_NodeColumns, required=False))
    # msgspec puts the fields of a base class first, but a node has columns both before and after its properties.
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
    """A product that is also a resource: one record describes the id, and another one lists it as a product."""

    is_resource: ClassVar[bool] = True


class OrganizationNode(Node, frozen=True, kw_only=True):
    """An organization."""

    kind: ClassVar[Kind] = "organization"


class PageNode(Node, frozen=True, kw_only=True):
    """A documentation page."""

    kind: ClassVar[Kind] = "page"


#: The node type of each kind.
NODE_TYPES: Mapping[Kind, type[Node]] = MappingProxyType(
    {type.kind: type for type in (ResourceNode, ProductNode, OrganizationNode, PageNode)}
)


def node_types() -> tuple[type[Node], ...]:
    """Return all types that a node of a run can have."""
    return (*NODE_TYPES.values(), DescribedProductNode)


class Edge(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An edge. The order of the fields is the order of the columns (SPEC §3, edge properties).

    ``links`` (of ``mentions``) and ``products`` (of rolled-up ``derived_from``) are the number of links or products behind the edge.
    ``kind`` is not a column. New edges have the type of their kind (EDGE_TYPES); this type is for rows read from an export.
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
    """An edge from an owner to its product."""

    kind: ClassVar[EdgeKind] = "has_product"


class DerivedFrom(Edge, frozen=True, kw_only=True):
    """An edge from a product to its source, as a record states it."""

    kind: ClassVar[EdgeKind] = "derived_from"


class Mentions(Edge, frozen=True, kw_only=True):
    """An edge from a documentation page to a resource to which it links."""

    kind: ClassVar[EdgeKind] = "mentions"


class SupersededBy(Edge, frozen=True, kw_only=True):
    """An edge from a resource to its successor."""

    kind: ClassVar[EdgeKind] = "superseded_by"


class HasContact(Edge, frozen=True, kw_only=True):
    """An edge from a resource to an organization responsible for it."""

    kind: ClassVar[EdgeKind] = "has_contact"


class RolledUp(Edge, frozen=True, kw_only=True):
    """An edge from resource to resource that summarises the derivations between their products (``--rollup``)."""

    kind: ClassVar[EdgeKind] = "rollup"


#: The edge type of each kind.
EDGE_TYPES: Mapping[EdgeKind, type[Edge]] = MappingProxyType(
    {type.kind: type for type in (HasProduct, DerivedFrom, Mentions, SupersededBy, HasContact, RolledUp)}
)


class Difference(Struct, frozen=True, kw_only=True):
    """A disagreement of listings or records of one id: ``records`` have other values of ``fields`` than the merged node."""

    subject: str
    records: tuple[str, ...]
    fields: tuple[str, ...]
