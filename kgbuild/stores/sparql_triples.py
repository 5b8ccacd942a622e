"""N-Triples -> how many distinct triples they are, and a digest that their order does not change; in memory that does not grow with the file."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple

#: Bytes of a triple's hash: no two of a graph share one by chance.
_HASH = 16
_MODULUS = 1 << (8 * _HASH)
#: Bytes of a file whose hashes are held in memory at a time, and the most files that wait for their turn.
_AT_A_TIME, _MOST = 16 * 2**20, 256
#: XSD 1.1 Part 2 §3.4.13 ff.: the types whose values are integers. Some stores keep the value, and give it back as an integer.
_INTEGER = re.compile(
    rb"\^\^<http://www\.w3\.org/2001/XMLSchema#(?:nonNegativeInteger|nonPositiveInteger|positiveInteger|negativeInteger"
    rb"|long|int|short|byte|unsignedLong|unsignedInt|unsignedShort|unsignedByte)> \.$"
)


class Triples(NamedTuple):
    """A file of N-Triples, its bytes, its distinct triples, and their digest."""

    path: Path
    bytes: int
    count: int
    digest: int


def counted(path: Path) -> Triples:
    """What a file of N-Triples holds, a triple a line as one serializer writes it. Raises OSError."""
    size = path.stat().st_size
    parts = min(1 + size // _AT_A_TIME, _MOST)
    count = digest = 0
    with tempfile.TemporaryDirectory(prefix="kgbuild-") as folder:
        hashes = [Path(folder, str(number)) for number in range(parts)]
        _spread(path, hashes)
        for part in hashes:
            data = part.read_bytes()
            distinct = {data[i : i + 2 * _HASH] for i in range(0, len(data), 2 * _HASH)}
            count += len(distinct)
            digest += sum(int.from_bytes(pair[_HASH:]) for pair in distinct)
    return Triples(path, size, count, digest % _MODULUS)


def _spread(path: Path, parts: list[Path]) -> None:
    """Write the hashes of each line, as it is and by value, to the part that the first one says: equal lines meet in one part."""
    files: list[BinaryIO] = []
    try:
        files += [part.open("wb") for part in parts]
        with path.open("rb") as lines:
            for line in lines:
                name = _hash(line.rstrip())
                files[int.from_bytes(name[:4]) % len(files)].write(name + _by_value(line))
    finally:
        for file in files:
            file.close()


def digest(chunks: Iterable[bytes]) -> tuple[int, int]:
    """The number of the triples that come in pieces of N-Triples, none of them twice, and their digest.

    >>> digest([b"<a:> <b:> <c:> .\\n<a:> <b:> <d", b":> ."]) == digest([b"<a:> <b:> <d:> .\\n<a:> <b:> <c:> .\\n"])
    True
    """
    count = total = 0
    for line in _lines(chunks):
        count += 1
        total += int.from_bytes(_by_value(line))
    return count, total % _MODULUS


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from filter(None, lines)
    if rest:
        yield rest


def _by_value(line: bytes) -> bytes:
    """The hash of a triple whose literal may have come back with another type of the same value."""
    return _hash(_INTEGER.sub(b"^^<http://www.w3.org/2001/XMLSchema#integer> .", line.rstrip()))


def _hash(line: bytes) -> bytes:
    return blake2b(line, digest_size=_HASH).digest()
