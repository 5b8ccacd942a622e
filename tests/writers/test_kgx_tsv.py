"""KGX TSV: one line a row whatever stands in the values, and every loss counted."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, laws

from kgbuild.model.graph import Description, Edge, Node
from kgbuild.transform.factory import GraphFactory
from kgbuild.writers import Loss
from kgbuild.writers.kgx_tsv import KgxTsv

FACTORY = GraphFactory(MAPPING)
texts = st.text(st.sampled_from('ab|\t\r\né"\\¦ '), max_size=6)


def cells(node: Node) -> dict[str, str]:
    """The cells of a node that are not empty."""
    (line,) = KgxTsv().render([node], [])[0].data.decode().split("\n")[:-1]
    row = dict(zip(Node.__struct_fields__, line.split("\t"), strict=True))
    return {name: cell for name, cell in row.items() if cell}


def node(**properties: object) -> Node:
    return FACTORY.node("product", "a.x", None, Description(**properties), ["a", "b"])  # type: ignore[arg-type]


PLAIN = {
    "id": "kgr:a.x",
    "category": "kgrs:Product|biolink:DatasetDistribution",
    "iri": "https://w3id.org/kg-registry/a.x",
    "declared_in": "a|b",
}


def test_lists_numbers_and_booleans() -> None:
    stub = FACTORY.node("product", "a.x", None, Description(synonym=("x", "y"), file_size=0, node_count=2.5), ["a", "b"], stub=True)
    assert cells(stub) == PLAIN | {"synonym": "x|y", "file_size": "0", "node_count": "2.5", "stub": "true"}
    assert cells(node()) == PLAIN


def test_what_a_cell_cannot_hold_is_replaced_and_counted() -> None:
    odd = node(name="a\t\r\nb|c", synonym=("x|y", "z"))
    assert cells(odd) == PLAIN | {"name": "a b¦c", "synonym": "x¦y|z"}
    bar, breaks = "`|` became `¦`", "tab, CR or LF became a space"
    losses = {("_nodes.tsv", "name", bar): 1, ("_nodes.tsv", "name", breaks): 1, ("_nodes.tsv", "synonym", bar): 1}
    assert KgxTsv().render([odd], [])[0].losses == {Loss(*loss): n for loss, n in losses.items()}


@laws
@given(texts, st.lists(texts, max_size=3))
def test_a_cell_says_the_value_but_for_bars_and_breaks(name: str, synonyms: list[str]) -> None:
    found = cells(node(name=name or None, synonym=tuple(synonyms)))

    def cell(text: str) -> str:
        return re.sub(r"[\t\r\n]+", " ", text.replace("|", "¦"))

    assert found.get("name", "") == cell(name)
    assert found.get("synonym", "") == "|".join(map(cell, synonyms))


def test_heads_are_the_columns() -> None:
    assert KgxTsv().head() == tuple(("\t".join(type.__struct_fields__) + "\n").encode() for type in (Node, Edge))


def test_an_edge() -> None:
    edge = FACTORY.edge("derived_from", "kgr:a.x", "kgr:b", ("a",), "original", "prov:used", within=False, links=3)
    line = KgxTsv().render([], [edge])[1].data.decode()
    row = dict(zip(Edge.__struct_fields__, line.removesuffix("\n").split("\t"), strict=True))
    assert {name: cell for name, cell in row.items() if cell} == {
        "id": edge.id,
        "subject": "kgr:a.x",
        "predicate": "kgrs:derived_from",
        "object": "kgr:b",
        "category": "biolink:Association",
        "knowledge_level": "knowledge_assertion",
        "agent_type": "manual_agent",
        "relation_type": "prov:used",
        "source_role": "original",
        "declared_in": "a",
        "within_owner": "false",
        "links": "3",
    }
