"""N-Triples 1.1, serialized by Oxigraph: the triples of the Turtle, one a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyoxigraph

from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import Edge, Node
from kgbuild.writers import Rendered, Writer
from kgbuild.writers.rdf import Walk


class NTriples(Writer):
    """One file."""

    def __init__(self, mapping: RegistryMapping, qualified: bool) -> None:
        self._walk = Walk(mapping, qualified)

    def head(self) -> tuple[bytes, ...]:
        return (b"",)

    def render(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[Rendered, ...]:
        triples = list(self._walk.triples(nodes, edges))
        data = pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.N_TRIPLES) or b""
        return (Rendered(data, len(triples), Counter()),)


def writer(mapping: RegistryMapping, qualified: bool) -> NTriples:
    return NTriples(mapping, qualified)
