"""GraphML: XML whatever stands in the values, with the nodes before the edges."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, laws

from kgbuild.model.graph import Description, Edge, Node
from kgbuild.transform.factory import GraphFactory
from kgbuild.writers import Loss
from kgbuild.writers.graphml import GraphML

FACTORY = GraphFactory(MAPPING)
NAMESPACE = "{http://graphml.graphdrawing.org/xmlns}"
texts = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("<>&\"'\r\n\t\x00\x1b|\ufffe")), max_size=6)


def document(nodes: list[Node], edges: list[Edge]) -> ElementTree.Element:
    writer = GraphML()
    (rendered,), (tail,) = writer.render(nodes, edges), writer.tail()
    return ElementTree.fromstring(writer.head()[0] + rendered.data + rendered.later + tail.data)


def data(element: ElementTree.Element) -> dict[str, str]:
    return {child.attrib["key"]: child.text or "" for child in element}


@laws
@given(texts, st.lists(texts, max_size=3))
def test_text_reads_back_but_for_what_xml_cannot_hold(name: str, synonyms: list[str]) -> None:
    node = FACTORY.node("product", "a.x", None, Description(name=name or None, synonym=tuple(synonyms)), ["a"])
    (element,) = document([node], []).iter(f"{NAMESPACE}node")
    kept = str.maketrans({chr(n): "\ufffd" for n in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)})
    assert data(element).get("node_name", "") == name.translate(kept)
    assert data(element).get("node_synonym", "") == "|".join(text.translate(kept).replace("|", "¦") for text in synonyms)


def test_nodes_stand_before_edges_and_keys_have_types() -> None:
    node = FACTORY.node("product", "a.x", None, Description(file_size=2, synonym=("b", "c")), ["a"], stub=True)
    edge = FACTORY.edge("mentions", "kgr:a.x", "kgr:b", ("a",), links=2)
    root = document([node], [edge])
    keys = {key.attrib["id"]: key.attrib["attr.type"] for key in root.iter(f"{NAMESPACE}key")}
    assert [keys[id] for id in ("node_name", "node_synonym", "node_stub", "node_file_size", "edge_links")] == [
        "string", "string", "boolean", "double", "long",
    ]  # fmt: skip
    elements = list(root.find(f"{NAMESPACE}graph") or ())
    assert [(element.tag.removeprefix(NAMESPACE), element.attrib) for element in elements] == [
        ("node", {"id": "kgr:a.x"}),
        ("edge", {"id": edge.id, "source": "kgr:a.x", "target": "kgr:b"}),
    ]
    found = data(elements[0])
    assert (found["node_synonym"], found["node_stub"], found["node_file_size"], data(elements[1])["edge_links"]) == (
        "b|c",
        "true",
        "2",
        "2",
    )


def test_losses_are_counted() -> None:
    node = FACTORY.node("product", "a.x", None, Description(name="\x00", synonym=("b|", "c")), ["a"])
    said = {
        ("category", "a list became text joined with `|`"): 1,
        ("synonym", "a list became text joined with `|`"): 1,
        ("synonym", "`|` in a list became `¦`"): 1,
        ("name", "a character that XML cannot hold became U+FFFD"): 1,
    }
    assert GraphML().render([node], [])[0].losses == {Loss(".graphml", *loss): n for loss, n in said.items()}
