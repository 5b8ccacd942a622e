"""Statements -> text by subject: one block for each subject, whose bytes depend on its statements alone, however the work was cut.

A node's block has its properties and the edges that leave it. Most of these are rendered with the node. An owner's edge to a product and a
rolled-up edge are not: they wait until the whole graph was rendered, and then join the block of their subject.
The nodes come in the order of the graph, and after them the edges as resources (``--qualified``), in that order too.
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
    """A text form of RDF. A statement is predicate and object with a space between; neither has a space before that, nor a line break."""

    def head(self) -> str:
        """What the file begins with."""

    def block(self, subject: str, statements: Sequence[str]) -> str:
        """The text of a subject's statements, sorted ones, of which there is at least one."""

    def statements(self, block: str) -> list[str]:
        """The statements that ``block`` was made from."""


class _BlockPiece(msgspec.Struct, frozen=True, array_like=True):
    """The blocks of some nodes with their subjects and sizes in bytes, and those of the edges as resources."""

    subjects: list[str]
    sizes: list[int]
    nodes: bytes
    edges: bytes


_encode = msgspec.msgpack.Encoder().encode
_piece = msgspec.msgpack.Decoder(_BlockPiece).decode
#: Statements by subjects that were not among the nodes with which they were rendered.
_apart = msgspec.msgpack.Decoder(dict[str, list[str]]).decode


class RdfWriter(Writer):
    """One file. What is rendered waits as pieces, since the last node can add a statement to the block of the first."""

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
        """Keep what belongs to blocks of other pieces; the pieces wait."""
        for subject, statements in _apart(rendered[0].data).items():
            self._apart[subject] += statements
        return (rendered[0]._replace(data=b""),)

    def settle(self, waiting: Sequence[Waiting]) -> Iterator[tuple[int, Rendered]]:
        """The blocks of all nodes, each whole; then those of the edges."""
        (pieces,) = waiting
        for data in pieces():
            yield 0, self._completed(_piece(data))
        for subject in sorted(self._apart):  # an edge that leaves a node which is not among those rendered
            statements = _sorted(self._apart[subject])
            yield 0, Rendered(self._notation.block(subject, statements).encode(), len(statements), Counter())
        for data in pieces() if self._qualified else ():
            yield 0, Rendered(_piece(data).edges, 0, Counter())

    def _completed(self, piece: _BlockPiece) -> Rendered:
        """The blocks of a piece, each with the statements that were rendered apart from it."""
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
    """Each statement once, in the order of code points, which is that of the bytes in UTF-8."""
    return sorted({*statements, *more})
