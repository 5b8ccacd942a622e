"""Statements, claims, nodes and edges: what they hold, and how they travel."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from statements import claims, laws

from kgbuild.model.graph import (
    EDGE_TYPES,
    NODE_TYPES,
    Claim,
    DerivedFrom,
    DescribedProductNode,
    Description,
    Difference,
    Edge,
    HasContact,
    HasProduct,
    Listing,
    Mentions,
    Node,
    OrganizationNode,
    OrganizationStatement,
    PageNode,
    PageStatement,
    ProductNode,
    ProductPage,
    Properties,
    ResourceNode,
    ResourceStatement,
    RolledUp,
    Source,
    Statement,
    SupersededBy,
    listing_of,
    node_types,
)

LISTING = Listing(category="GraphProduct", description=Description(name="a"), sources=(Source("b", "original", "prov:used"),))


@laws
@given(claims)
def test_a_claim_reads_back_from_msgpack(claim: Claim[Statement]) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(claim), type=Claim[Statement]) == claim


def test_the_listing_of_a_statement_is_itself_or_what_a_generated_page_copies() -> None:
    others = [
        ResourceStatement(category=None, description=Description()),
        OrganizationStatement(category=None, description=Description()),
        PageStatement(title="a", sha256="", links={}),
    ]
    assert [listing_of(says) for says in (LISTING, ProductPage(says=LISTING), ProductPage(), *others)] == [
        LISTING,
        LISTING,
        None,
        None,
        None,
        None,
    ]


def test_a_node_has_the_properties_in_their_order_between_its_own_columns() -> None:
    fields = Node.__struct_fields__
    assert fields == ("id", "category", "iri", *Properties.__struct_fields__, "declared_in", "stub", "kgrs_category", "deprecated", "extra")
    assert Description.__struct_fields__ == (*Properties.__struct_fields__, "extra")


def test_each_kind_of_node_has_a_type_with_the_same_columns() -> None:
    assert {"resource": ResourceNode, "product": ProductNode, "organization": OrganizationNode, "page": PageNode} == NODE_TYPES
    assert node_types() == (ResourceNode, ProductNode, OrganizationNode, PageNode, DescribedProductNode)
    assert {made.__struct_fields__ for made in node_types()} == {Node.__struct_fields__}
    kinds = [(made.kind, made.is_resource, made.is_product) for made in node_types()]
    assert kinds == [
        ("resource", True, False), ("product", False, True), ("organization", False, False), ("page", False, False), ("product", True, True),
    ]  # fmt: skip


def test_each_kind_of_edge_has_a_type_with_the_same_columns() -> None:
    types = (HasProduct, DerivedFrom, Mentions, SupersededBy, HasContact, RolledUp)
    assert tuple(EDGE_TYPES.values()) == types
    assert [made.kind for made in types] == list(EDGE_TYPES)
    assert {made.__struct_fields__ for made in types} == {Edge.__struct_fields__}


@pytest.mark.parametrize("type", [Claim, Description, Difference, Edge, Listing, Node, Source])
def test_values_are_frozen(type: type[msgspec.Struct]) -> None:
    assert type.__struct_config__.frozen
