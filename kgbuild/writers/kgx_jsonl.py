"""KGX JSON Lines: lists are lists, numbers numbers, booleans booleans, and what a node does not have is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import Edge, Node
from kgbuild.writers import Rendered, Writer

_encode = msgspec.json.Encoder().encode_lines


class KgxJsonl(Writer):
    """Both files of an export. The keys are the fields of the types, so they are the columns of the TSV."""

    def head(self) -> tuple[bytes, ...]:
        return b"", b""

    def render(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[Rendered, ...]:
        return Rendered(_encode(nodes), len(nodes), Counter()), Rendered(_encode(edges), len(edges), Counter())


def writer(mapping: RegistryMapping, qualified: bool) -> KgxJsonl:
    return KgxJsonl()
