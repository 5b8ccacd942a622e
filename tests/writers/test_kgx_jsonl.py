"""KGX JSON Lines: what a node or edge has, and nothing else."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, descriptions, laws

from kgbuild.model.graph import Description, Edge, Node
from kgbuild.transform.factory import GraphFactory
from kgbuild.writers.kgx_jsonl import KgxJsonl

FACTORY = GraphFactory(MAPPING)


def test_a_node_and_an_edge_are_a_line_each() -> None:
    node = FACTORY.node("product", "a.x", None, Description(name='é "|"\n', file_size=1.5, synonym=("b",)), ["a"], stub=True)
    edge = FACTORY.edge("has_product", "kgr:a", "kgr:a.x", ("a",))
    nodes, edges = KgxJsonl().render([node], [edge])
    assert nodes.data.decode() == (
        '{"id":"kgr:a.x","category":["kgrs:Product","biolink:DatasetDistribution"],"iri":"https://w3id.org/kg-registry/a.x",'
        '"name":"é \\"|\\"\\n","synonym":["b"],"file_size":1.5,"declared_in":["a"],"stub":true}\n'
    )
    assert edges.data.decode() == (
        f'{{"id":"{edge.id}","subject":"kgr:a","predicate":"kgrs:has_product","object":"kgr:a.x","category":["biolink:Association"],'
        '"knowledge_level":"knowledge_assertion","agent_type":"manual_agent","declared_in":["a"]}\n'
    )
    assert (nodes.rows, edges.rows, nodes.losses, edges.losses) == (1, 1, {}, {})


@laws
@given(st.lists(descriptions, max_size=5))
def test_lines_read_back_and_their_keys_are_columns_in_order(descriptions: list[Description]) -> None:
    nodes = [FACTORY.node("product", f"a.{n}", None, says, ["a"]) for n, says in enumerate(descriptions)]
    lines = KgxJsonl().render(nodes, [])[0].data.splitlines()
    for line, node in zip(lines, nodes, strict=True):
        row = json.loads(line)
        assert list(row) == [name for name in Node.__struct_fields__ if name in row]
        held = {name: getattr(node, name) for name in Node.__struct_fields__}
        assert row == {name: list(v) if isinstance(v, tuple) else v for name, v in held.items() if v is not None and v != ()}


def test_nothing_is_no_line() -> None:
    assert [rendered.data for rendered in KgxJsonl().render([], list[Edge]())] == [b"", b""] == list(KgxJsonl().head())
