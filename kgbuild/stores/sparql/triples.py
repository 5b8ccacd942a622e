"""Count the distinct triples of N-Triples, and compute a digest of their content. The memory does not grow with their number."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple, cast

from pyoxigraph import Literal, Quad, RdfFormat, Triple, parse

from kgbuild.pipeline.temporary import temporary_folder

#: Bytes of a triple's hash. With 16 bytes, a collision in one graph is practically impossible.
_HASH = 16
#: Bytes of the input for each partition, whose hashes are in memory together, and the largest number of partitions.
_AT_A_TIME, _MOST = 16 * 2**20, 256
_XSD = "http://www.w3.org/2001/XMLSchema#"
#: XSD 1.1 Part 2 §3.3.3 and §3.4.13 ff.: decimals, and the types derived from them. Some stores keep only the value, and return it with another type.
_NUMBERS = frozenset(
    _XSD + name
    for name in (
        "decimal", "integer", "nonNegativeInteger", "nonPositiveInteger", "positiveInteger", "negativeInteger",
        "long", "int", "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
    )
)  # fmt: skip
_DECIMAL = re.compile(r"\+?(-?)([0-9]*)(?:\.([0-9]*))?")


class Triples(NamedTuple):
    """A file of N-Triples, with its size in bytes and its number of distinct triples."""

    path: Path
    size: int
    number: int


class Digest(NamedTuple):
    """A digest of triples that does not depend on their order: their number and the sum of their hashes."""

    number: int
    total: int


def counted(path: Path) -> Triples:
    """Count the distinct triples of a file with one triple per line. All lines must come from the same serializer. Raises OSError."""
    size = path.stat().st_size
    number = 0
    with temporary_folder() as folder:
        partitions = [folder / str(index) for index in range(min(1 + size // _AT_A_TIME, _MOST))]
        _spread(path, partitions)
        for partition in partitions:
            data = partition.read_bytes()
            number += len({data[i : i + _HASH] for i in range(0, len(data), _HASH)})
    return Triples(path, size, number)


def _spread(path: Path, partitions: list[Path]) -> None:
    """Write the hash of each line to the partition given by its first byte, so that equal lines are in the same partition."""
    files: list[BinaryIO] = []
    try:
        files += [partition.open("wb") for partition in partitions]
        with path.open("rb") as lines:
            for line in lines:
                hash = blake2b(line.rstrip(b"\r\n"), digest_size=_HASH).digest()
                files[hash[0] % len(files)].write(hash)
    finally:
        for file in files:
            file.close()


def digest(pieces: Iterator[bytes]) -> Digest:
    """Return the digest of N-Triples that come in pieces and have no duplicates. Raises SyntaxError.

    >>> one, two = b'<a:> <b:> "1"^^<http://www.w3.org/2001/XMLSchema#byte> .', b'<a:> <b:> "\\\\u0065" .'
    >>> digest(iter([one + b"\\n", two])) == digest(iter([b'<a:>\\t<b:>\\t"e" .\\n' + one.replace(b"byte", b"integer")]))
    True
    """
    number = total = 0
    for found in parse(cast("IO[bytes]", _Pieces(pieces)), format=RdfFormat.N_TRIPLES):
        number += 1
        total += int.from_bytes(blake2b(_by_value(found).encode(), digest_size=_HASH).digest())
    return Digest(number, total % (1 << 8 * _HASH))


def _by_value(found: Quad | Triple) -> str:
    """Return a text for a triple that is the same for all literals of the same value."""
    object = found.object
    number = _DECIMAL.fullmatch(object.value) if isinstance(object, Literal) and object.datatype.value in _NUMBERS else None
    if number is None:
        return f"{found.subject} {found.predicate} {object}"
    sign, whole, part = number[1], number[2].lstrip("0"), (number[3] or "").rstrip("0")
    return f"{found.subject} {found.predicate} {sign if whole or part else ''}{whole}.{part}"


class _Pieces(io.RawIOBase):
    """A readable file made of pieces of bytes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # io passes one of these types
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        now = self._rest[: len(buffer)]
        buffer[: len(now)] = now
        self._rest = self._rest[len(now) :]
        return len(now)
