"""Write KGX JSON Lines: lists, numbers and booleans keep their type, and missing values are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import Edge, Node
from kgbuild.writers import Rendered, Writer

_encode = msgspec.json.Encoder().encode_lines


class KgxJsonl(Writer):
    """The two files of an export. The keys are the fields of the types, as in the columns of the TSV."""

    def head(self) -> tuple[bytes, ...]:
        return b"", b""

    def render(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[Rendered, ...]:
        return Rendered(_encode(nodes), len(nodes), Counter()), Rendered(_encode(edges), len(edges), Counter())


def writer(mapping: RegistryMapping, qualified: bool) -> KgxJsonl:
    return KgxJsonl()
