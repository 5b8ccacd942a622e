"""What rules may read: columns that every node and edge has, under the type that it has there."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

from kgbuild.model.audit import AuditEdge, AuditNode
from kgbuild.model.graph import EDGE_TYPES, Edge, EdgeKind, Kind, Node, node_types

#: What the type of a node or edge says of it; all else is a column.
OF_THE_TYPE = {"kind", "is_resource", "is_product"}


def read(protocol: type) -> dict[str, Any]:
    """What a protocol asks for, and its types."""
    return {name: get_type_hints(value.fget)["return"] for name, value in vars(protocol).items() if isinstance(value, property)}


def test_what_rules_read_of_a_node_is_a_column_of_the_same_type() -> None:
    asked, columns = read(AuditNode), get_type_hints(Node)
    assert {name: asked[name] for name in asked if name not in OF_THE_TYPE} == {
        name: columns[name] for name in asked if name not in OF_THE_TYPE
    }
    assert {name: asked[name] for name in OF_THE_TYPE} == {"kind": Kind, "is_resource": bool, "is_product": bool}


def test_what_rules_read_of_an_edge_is_a_column_of_the_same_type() -> None:
    asked, columns = read(AuditEdge), get_type_hints(Edge)
    assert {name: asked[name] for name in asked if name != "kind"} == {name: columns[name] for name in asked if name != "kind"}
    assert asked["kind"] == EdgeKind


def test_every_type_says_what_it_is() -> None:
    assert {type.__name__: (type.kind, type.is_resource, type.is_product) for type in node_types()} == {
        "ResourceNode": ("resource", True, False),
        "ProductNode": ("product", False, True),
        "DescribedProductNode": ("product", True, True),
        "OrganizationNode": ("organization", False, False),
        "PageNode": ("page", False, False),
    }
    assert {type.kind for type in EDGE_TYPES.values()} == {*get_args(EdgeKind)}
