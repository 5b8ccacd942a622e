"""The fields of nodes and edges as typed columns."""

from __future__ import annotations

from kgbuild.model.graph import Edge, Node
from kgbuild.writers.columns import Column, columns

#: The columns that hold something else than one text, or that every row has.
NODE = {
    "texts": "category synonym xref taxa publications domain collection contact warnings declared_in",
    "number": "file_size node_count edge_count",
    "boolean": "stub deprecated",
}
EDGE = {
    "texts": "category aggregator_knowledge_source declared_in original_objects",
    "integer": "links products",
    "boolean": "within_owner",
}


def expected(fields: tuple[str, ...], special: dict[str, str], required: str) -> list[tuple[str, str, bool]]:
    types = {name: type for type, names in special.items() for name in names.split()}
    return [(name, types.get(name, "text"), name in required.split()) for name in fields]


def told(columns: tuple[Column, ...]) -> list[tuple[str, str, bool]]:
    return [(column.name, column.type, column.required) for column in columns]


def test_columns_of_nodes() -> None:
    assert told(columns(Node)) == expected(Node.__struct_fields__, NODE, "id category iri")


def test_columns_of_edges() -> None:
    assert told(columns(Edge)) == expected(Edge.__struct_fields__, EDGE, "id subject predicate object category knowledge_level agent_type")
