"""Turtle 1.1, serialized by Oxigraph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyoxigraph

from kgbuild.mapping import Mapping
from kgbuild.model import Edge, Node
from kgbuild.writers import Rendered
from kgbuild.writers.rdf import Walk


class Turtle:
    """One file. The prefixes stand at its head, once."""

    def __init__(self, mapping: Mapping, qualified: bool) -> None:
        self._walk = Walk(mapping, qualified)
        self._prefixes = dict(sorted(mapping.prefixes.prefixes.items()))
        self._head = self._serialize([])

    def _serialize(self, triples: list[pyoxigraph.Triple]) -> bytes:
        return pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.TURTLE, prefixes=self._prefixes) or b""

    def head(self) -> tuple[bytes, ...]:
        return (b"".join(sorted(self._head.splitlines(keepends=True))) + b"\n",)

    def render(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[Rendered, ...]:
        triples = list(self._walk.triples(nodes, edges))
        return (Rendered(self._serialize(triples)[len(self._head) :], len(triples), Counter()),)


def writer(mapping: Mapping, qualified: bool) -> Turtle:
    return Turtle(mapping, qualified)
