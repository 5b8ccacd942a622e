"""Write statements as text, one block per subject. The bytes of a block depend only on its statements, not on how the work was split.

The block of a node has its properties and the edges that leave it. Most of these edges are rendered with the node. Edges from an owner to a
product and rolled-up edges are not: they wait until the whole graph is rendered and then join the block of their subject.
The nodes come first, in the order of the graph, then the edges as resources (``--qualified``), in the same order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import Edge, Node
from kgbuild.writers import Rendered, Waiting, Writer
from kgbuild.writers.rdf.forms import RdfTerms
from kgbuild.writers.rdf.walk import Walk


class Notation(RdfTerms, Protocol):
    """A text form of RDF. A statement is a predicate and an object, separated by one space.

    The predicate contains no space, and neither of them contains a line break.
    """

    def head(self) -> str:
        """Return the beginning of the file."""

    def block(self, subject: str, statements: Sequence[str]) -> str:
        """Return the text of the statements of a subject. They are sorted, and there is at least one."""

    def statements(self, block: str) -> list[str]:
        """Return the statements of a ``block``."""


class _BlockPiece(msgspec.Struct, frozen=True, array_like=True):
    """The blocks of some nodes with their subjects and sizes in bytes, and those of the edges as resources."""

    subjects: list[str]
    sizes: list[int]
    nodes: bytes
    edges: bytes


_encode = msgspec.msgpack.Encoder().encode
_piece = msgspec.msgpack.Decoder(_BlockPiece).decode
#: Decode statements by subject, for subjects that were not among the nodes they were rendered with.
_apart = msgspec.msgpack.Decoder(dict[str, list[str]]).decode


class RdfWriter(Writer):
    """The file of an export. Rendered pieces wait, since the last node can add a statement to the block of the first."""

    def __init__(self, mapping: RegistryMapping, notation: Notation, qualified: bool) -> None:
        self._notation, self._qualified = notation, qualified
        self._walk = Walk(mapping, notation)
        self._apart: defaultdict[str, list[str]] = defaultdict(list)

    def head(self) -> tuple[bytes, ...]:
        return (self._notation.head().encode(),)

    def render(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[Rendered, ...]:
        leaving = self._walk.leaving(edges)
        subjects, sizes, blocks = [], [], []
        rows = 0
        for node in nodes:
            subject = self._walk.resource(node.id)
            statements = _sorted(self._walk.node(node), leaving.pop(node.id, ()))
            block = self._notation.block(subject, statements).encode()
            subjects.append(subject)
            sizes.append(len(block))
            blocks.append(block)
            rows += len(statements)
        resources = [(edge.id, _sorted(self._walk.edge(edge))) for edge in edges] if self._qualified else []
        rows += sum(len(statements) for _, statements in resources)
        text = "".join([self._notation.block(self._notation.iri(id), statements) for id, statements in resources])
        apart = {self._walk.resource(subject): statements for subject, statements in leaving.items()}
        piece = _BlockPiece(subjects, sizes, b"".join(blocks), text.encode())
        return (Rendered(_encode(apart), rows, Counter(), _encode(piece)),)

    def gather(self, rendered: tuple[Rendered, ...]) -> tuple[Rendered, ...]:
        """Keep the statements that belong to blocks of other pieces. The pieces wait."""
        for subject, statements in _apart(rendered[0].data).items():
            self._apart[subject] += statements
        return (rendered[0]._replace(data=b""),)

    def settle(self, waiting: Sequence[Waiting]) -> Iterator[tuple[int, Rendered]]:
        """Yield the complete blocks of all nodes, then those of the edges."""
        (pieces,) = waiting
        for data in pieces():
            yield 0, self._completed(_piece(data))
        for subject in sorted(self._apart):  # edges whose subject was not rendered as a node
            statements = _sorted(self._apart[subject])
            yield 0, Rendered(self._notation.block(subject, statements).encode(), len(statements), Counter())
        for data in pieces() if self._qualified else ():
            yield 0, Rendered(_piece(data).edges, 0, Counter())

    def _completed(self, piece: _BlockPiece) -> Rendered:
        """Return the blocks of a piece, each with the statements that were rendered apart from it."""
        if self._apart.keys().isdisjoint(piece.subjects):
            return Rendered(piece.nodes, 0, Counter())
        blocks, start, rows = [], 0, 0
        for subject, size in zip(piece.subjects, piece.sizes, strict=True):
            block = piece.nodes[start : start + size]
            start += size
            if more := self._apart.pop(subject, None):
                old = self._notation.statements(block.decode())
                statements = _sorted(old, more)
                rows += len(statements) - len(old)
                block = self._notation.block(subject, statements).encode()
            blocks.append(block)
        return Rendered(b"".join(blocks), rows, Counter())


def _sorted(statements: Iterable[str], more: Iterable[str] = ()) -> list[str]:
    """Return each statement once, in the order of code points, which is the order of the bytes in UTF-8."""
    return sorted({*statements, *more})
