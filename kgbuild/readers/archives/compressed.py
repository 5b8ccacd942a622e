"""Decompress a file: yield its bytes in chunks of about 1 MiB, or raise InputError."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import BinaryIO, NamedTuple, Protocol

from kgbuild.errors import InputError, Problem

CHUNK = 1 << 20
#: The most frames (gzip: members) in one file. A million empty frames take seconds.
FRAMES = 1_000_000
#: The largest window of a zstd frame, in bytes: the limit of the ``zstd`` tool without ``--long``.
WINDOW = 128 << 20


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class _Codec(NamedTuple):
    """A compression format. ``piece`` is the number of bytes that are decompressed in one step, chosen so that at most 8 MiB result.

    ``padding`` are bytes that may follow a stream and mean nothing.
    """

    name: str
    piece: int
    magics: tuple[bytes, ...]
    decoder: Callable[[], _Decoder]
    error: type[Exception]
    padding: bytes = b""


def _gzip() -> _Codec:
    """Return the gzip codec (RFC 1952 §2.3.1). With ``wbits=31`` zlib checks header, length and CRC. One byte expands to at most 1,032.

    Tapes and block devices pad a file with zeros, which gzip and Python's ``gzip`` skip.
    """
    return _Codec("gzip", 1 << 12, (b"\x1f\x8b",), lambda: zlib.decompressobj(wbits=31), zlib.error, padding=b"\0")


def _zstd() -> _Codec:
    """Return the zstd codec (RFC 8878 §3.1): Zstandard frames and 16 kinds of skippable frames. Four bytes can expand to 128 KiB (§3.1.1.2)."""
    import zstandard

    magics = (b"\x28\xb5\x2f\xfd", *(bytes((kind, 0x2A, 0x4D, 0x18)) for kind in range(0x50, 0x60)))
    return _Codec("zstd", 1 << 8, magics, zstandard.ZstdDecompressor(max_window_size=WINDOW).decompressobj, zstandard.ZstdError)


CODECS: Mapping[str, Callable[[], _Codec]] = MappingProxyType({".gz": _gzip, ".tgz": _gzip, ".zst": _zstd})


def open_stream(path: Path, shown: str, *, limit: int) -> Iterator[bytes]:
    """Yield the bytes of ``path``, decompressed if its name ends in one of ``CODECS``, in chunks of 1 to 9 MiB (the last may be shorter).

    ``shown`` is the file as the user named it, ``limit`` the largest number of decompressed bytes. Raises InputError if the file
    cannot be read, or if its stream is cut off, damaged, in another format, or too large.
    """
    return _limited(_joined(_decompressed(path, shown)), shown, limit)


def expand(data: bytes, name: str, shown: str, *, limit: int) -> Iterator[bytes]:
    """Decompress bytes in memory, such as a member of an archive, as ``open_stream`` does. The ending of ``name`` gives the format."""
    codec = CODECS.get(PurePosixPath(name).suffix.lower())
    return _limited(_joined(_frames(BytesIO(data), codec(), shown) if codec else iter([data])), shown, limit)


def _limited(chunks: Iterable[bytes], shown: str, limit: int) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > limit:
            raise refused(shown, f"at most {limit:,} bytes of data", "more", "split the file")
        yield chunk


def refused(shown: str, expected: str, got: str, todo: str) -> InputError:
    """Return an InputError with one problem of a whole file."""
    return InputError([Problem(shown, 0, 0, "", expected, got, todo)])


def unreadable(shown: str, error: OSError) -> InputError:
    """Return the error for a file that the system refuses to read."""
    return refused(shown, "a readable file", f"the error '{error.strerror}'", "check the path and its permissions")


def _decompressed(path: Path, shown: str) -> Iterator[bytes]:
    codec = CODECS.get(path.suffix.lower())
    try:
        with path.open("rb", buffering=CHUNK) as file:
            yield from _frames(file, codec(), shown) if codec else iter(lambda: file.read(CHUNK), b"")
    except OSError as error:
        raise unreadable(shown, error) from error


def _joined(parts: Iterable[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for part in parts:
        if len(part) >= CHUNK and not buffer:
            yield part
            continue
        buffer += part
        if len(buffer) >= CHUNK:
            yield bytes(buffer)
            buffer.clear()
    if buffer:
        yield bytes(buffer)


def _frames(file: BinaryIO, codec: _Codec, shown: str) -> Iterator[bytes]:
    """Decompress one frame after the other, to the end of the file."""
    rest = _started(file, codec, file.read(codec.piece))
    if not rest:
        raise refused(shown, f"a {codec.name} stream", "an empty file", "copy or compress the file again")
    if not _starts(codec, rest):
        raise refused(shown, f"a {codec.name} stream", "something else", "compress the file, or rename it with the ending of its format")
    for _ in range(FRAMES):
        rest = _started(file, codec, _unpadded(file, codec, (yield from _frame(file, codec, rest, shown))))
        if not rest:
            return
        if not _starts(codec, rest):
            raise refused(shown, f"nothing after the {codec.name} stream", "other data", "copy or compress the file again")
    raise refused(shown, f"at most {FRAMES:,} {codec.name} streams in one file", "more", "compress the file again as one stream")


def _unpadded(file: BinaryIO, codec: _Codec, rest: bytes) -> bytes:
    """Return the bytes after the padding that follows a frame; an empty text at the end of the file."""
    rest = rest.lstrip(codec.padding) if codec.padding else rest
    while codec.padding and not rest and (more := file.read(codec.piece)):
        rest = more.lstrip(codec.padding)
    return rest


def _started(file: BinaryIO, codec: _Codec, rest: bytes) -> bytes:
    """Return at least four bytes if the file has them, which is enough to recognise the format."""
    return rest if len(rest) >= 4 else rest + file.read(codec.piece)


def _starts(codec: _Codec, data: bytes) -> bool:
    return any(magic.startswith(data[: len(magic)]) for magic in codec.magics)


def _frame(file: BinaryIO, codec: _Codec, data: bytes, shown: str) -> Generator[bytes, None, bytes]:
    """Decompress one frame that begins with ``data``. Return the bytes that were read after its end."""
    decoder = codec.decoder()
    try:
        while data:
            yield decoder.decompress(data)
            if decoder.eof:
                return decoder.unused_data
            data = file.read(codec.piece)
    except codec.error as error:
        raise _undecodable(codec, shown, error) from error
    raise refused(shown, f"a whole {codec.name} stream", "one that ends in the middle", "copy or compress the file again")


def _undecodable(codec: _Codec, shown: str, error: Exception) -> InputError:
    if "too much memory" in str(error):
        return refused(shown, f"a zstd window of at most {WINDOW:,} bytes", "a larger one", "compress the file again without --long")
    return refused(shown, f"a sound {codec.name} stream", "a damaged one", "copy or compress the file again")
