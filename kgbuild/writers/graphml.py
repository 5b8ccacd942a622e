"""Write GraphML 1.0 for Gephi, yEd and Cytoscape: all nodes, then all edges, since some readers require the nodes of an edge before it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import Edge, Node
from kgbuild.writers import Loss, Rendered, Writer
from kgbuild.writers.columns import columns

_FILE = ".graphml"
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"
         xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
         xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
{keys}  <graph edgedefault="directed">
"""
_KEY = '  <key id="{id}" for="{kind}" attr.name="{name}" attr.type="{type}"/>\n'
_TAIL = b"  </graph>\n</graphml>\n"
#: The types of GraphML (GraphML-Attributes, attr.type). It has no list type.
_TYPES = {"text": "string", "texts": "string", "boolean": "boolean", "integer": "long", "number": "double"}
#: Characters that XML 1.0 does not allow, even escaped (§2.2, Char).
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Characters to escape. A carriage return would be read as a line feed (XML 1.0 §2.11).
_ESCAPED = re.compile('[&<>"\r]')
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}


class _Items:
    """Nodes or edges as elements. Fields that are attributes of the element (its id and its ends) are not written as data."""

    def __init__(self, kind: str, type: type[Node | Edge], own: tuple[str, ...]) -> None:
        self.kind = kind
        self._columns = [(n, column.name) for n, column in enumerate(columns(type)) if column.name not in own]
        self.keys = "".join(
            _KEY.format(id=f"{kind}_{column.name}", kind=kind, name=column.name, type=_TYPES[column.type])
            for column in columns(type)
            if column.name not in own
        )

    def data(self, item: Node | Edge, losses: Counter[Loss]) -> Iterator[str]:
        """Yield the children of the element, one line each, and its end tag."""
        values = msgspec.structs.astuple(item)
        for n, name in self._columns:
            value = values[n]
            if value is not None and value != ():
                yield f'      <data key="{self.kind}_{name}">{_cell(name, value, losses)}</data>\n'
        yield f"    </{self.kind}>\n"


def _cell(column: str, value: Any, losses: Counter[Loss]) -> str:
    if isinstance(value, tuple):
        if len(value) > 1:
            losses[Loss(_FILE, column, "a list became text joined with `|`")] += 1
        if any("|" in item for item in value):
            losses[Loss(_FILE, column, "`|` in a list became `¦`")] += 1
        return "|".join([_text(column, item.replace("|", "¦"), losses) for item in value])
    if isinstance(value, str):
        return _text(column, value, losses)
    return "true" if value is True else "false" if value is False else repr(value)


def _text(column: str, value: str, losses: Counter[Loss]) -> str:
    if _NOT_IN_XML.search(value):
        losses[Loss(_FILE, column, "a character that XML cannot hold became U+FFFD")] += 1
        value = _NOT_IN_XML.sub("\ufffd", value)
    return _escape(value)


def _escape(value: str) -> str:
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], value)


class GraphML(Writer):
    """The file of an export."""

    def __init__(self) -> None:
        self._nodes, self._edges = _Items("node", Node, ("id",)), _Items("edge", Edge, ("id", "subject", "object"))

    def head(self) -> tuple[bytes, ...]:
        return (_HEAD.format(keys=self._nodes.keys + self._edges.keys).encode(),)

    def render(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[Rendered, ...]:
        losses: Counter[Loss] = Counter()
        first, later = [], []
        for node in nodes:
            first.append(f'    <node id="{_escape(node.id)}">\n')
            first += self._nodes.data(node, losses)
        for edge in edges:
            later.append(f'    <edge id="{edge.id}" source="{_escape(edge.subject)}" target="{_escape(edge.object)}">\n')
            later += self._edges.data(edge, losses)
        return (Rendered("".join(first).encode(), len(nodes) + len(edges), losses, "".join(later).encode()),)

    def tail(self) -> tuple[Rendered, ...]:
        return (Rendered(_TAIL, 0, Counter()),)


def writer(mapping: RegistryMapping, qualified: bool) -> GraphML:
    return GraphML()
