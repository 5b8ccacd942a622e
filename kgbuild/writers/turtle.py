"""Turtle 1.1, serialized by Oxigraph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyoxigraph

from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import Edge, Node
from kgbuild.writers import Rendered, Writer
from kgbuild.writers.rdf import Walk


class Turtle(Writer):
    """One file. The prefixes stand at its head, once."""

    def __init__(self, mapping: RegistryMapping, qualified: bool) -> None:
        self._walk = Walk(mapping, qualified)
        self._prefixes = dict(sorted(mapping.prefixes.prefixes.items()))
        self._head = self._serialize([])

    def _serialize(self, triples: list[pyoxigraph.Triple]) -> bytes:
        return pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.TURTLE, prefixes=self._prefixes) or b""

    def head(self) -> tuple[bytes, ...]:
        return (b"".join(sorted(self._head.splitlines(keepends=True))) + b"\n",)

    def render(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[Rendered, ...]:
        triples = list(self._walk.triples(nodes, edges))
        if _ends_in_a_dot(nodes, edges):
            data = pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.TURTLE) or b""
        else:
            data = self._serialize(triples)[len(self._head) :]
        return (Rendered(data, len(triples), Counter()),)


def _ends_in_a_dot(nodes: Sequence[Node], edges: Sequence[Edge]) -> bool:
    """Whether an id does: `kgr:a\\.` is right (Turtle 1.1 §6.5, PN_LOCAL_ESC), and rdflib does not read it; so IRIs are written whole then."""
    return any(node.id.endswith(".") for node in nodes) or any(edge.object.endswith(".") for edge in edges)


def writer(mapping: RegistryMapping, qualified: bool) -> Turtle:
    return Turtle(mapping, qualified)
