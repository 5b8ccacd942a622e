"""Statements, claims, nodes and edges: what they hold, and how they travel."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from statements import claims, laws

from kgbuild.model.graph import (
    Claim,
    Description,
    Difference,
    Edge,
    Listing,
    Node,
    OrganizationStatement,
    PageStatement,
    ProductPage,
    ResourceStatement,
    Source,
    Statement,
    listing_of,
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


def test_a_node_has_the_properties_of_a_description_in_the_same_order() -> None:
    described = [name for name in Description.__struct_fields__ if name != "extra"]
    assert [name for name in Node.__struct_fields__ if name in described] == described
    assert {name: Node.__annotations__[name] for name in described} == {name: Description.__annotations__[name] for name in described}


@pytest.mark.parametrize("type", [Claim, Description, Difference, Edge, Listing, Node, Source])
def test_values_are_frozen(type: type[msgspec.Struct]) -> None:
    assert type.__struct_config__.frozen
