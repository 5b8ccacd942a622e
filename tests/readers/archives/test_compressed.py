"""What comes out of a compressed file, and what is said of one that cannot be trusted."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import pytest
import zstandard

from kgbuild.errors import InputError
from kgbuild.readers.archives import compressed
from kgbuild.readers.archives.compressed import CHUNK, open_stream

DATA = bytes(range(256)) * 9 + b"kgr:goa\n" * 300
GZIP = gzip.compress(DATA, mtime=0)
ZSTD = zstandard.ZstdCompressor(write_checksum=True).compress(DATA)
SKIPPABLE = b"\x50\x2a\x4d\x18" + struct.pack("<I", 4) + b"note"
AGAIN = "copy or compress the file again"


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def read(path: Path, limit: int = 1 << 30) -> bytes:
    return b"".join(open_stream(path, path.name, limit=limit))


def error(path: Path, limit: int = 1 << 30) -> str:
    with pytest.raises(InputError) as caught:
        read(path, limit)
    return str(caught.value)


def wide(window_log: int) -> bytes:
    """Return a zstd stream whose window is 2 ** window_log bytes, and whose length is not declared."""
    settings = zstandard.ZstdCompressionParameters(window_log=window_log, strategy=1, hash_log=6, chain_log=6)
    stream = zstandard.ZstdCompressor(compression_params=settings).compressobj()
    return stream.compress(DATA) + stream.flush()


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("a.jsonl", DATA, DATA),
        ("a.jsonl", b"", b""),
        ("a.jsonl.gz", GZIP, DATA),
        ("A.JSONL.GZ", GZIP, DATA),
        ("a.tgz", GZIP + GZIP, DATA + DATA),
        ("a.gz", gzip.compress(b"", mtime=0), b""),
        ("a.gz", GZIP + b"\0", DATA),
        ("a.gz", GZIP + bytes(10_000), DATA),
        ("a.gz", GZIP + bytes(4_096) + GZIP + bytes(7), DATA + DATA),
        ("a.jsonl.zst", ZSTD, DATA),
        ("a.zst", ZSTD + SKIPPABLE + ZSTD, DATA + DATA),
        ("a.zst", wide(27), DATA),
    ],
)
def test_all_frames_are_decompressed(tmp_path: Path, name: str, written: bytes, expected: bytes) -> None:
    assert read(write(tmp_path, name, written)) == expected


@pytest.mark.parametrize("name", ["a", "a.gz", "a.zst"])
def test_chunks_are_large_and_bounded(tmp_path: Path, name: str) -> None:
    data = bytes(40 * CHUNK)
    written = {"a": data, "a.gz": gzip.compress(data), "a.zst": zstandard.compress(data)}[name]
    sizes = [len(chunk) for chunk in open_stream(write(tmp_path, name, written), name, limit=len(data))]
    assert sum(sizes) == len(data)
    assert all(CHUNK <= size <= 9 * CHUNK for size in sizes[:-1])


@pytest.mark.parametrize(("kind", "whole"), [("gzip", GZIP), ("zstd", ZSTD), ("zstd", wide(20)), ("zstd", SKIPPABLE)])
def test_a_stream_cut_anywhere_is_refused(tmp_path: Path, kind: str, whole: bytes) -> None:
    name = {"gzip": "a.gz", "zstd": "a.zst"}[kind]
    expected = f"{name}: expected a whole {kind} stream, got one that ends in the middle; {AGAIN}"
    for cut in range(1, len(whole)):
        assert error(write(tmp_path, name, whole[:cut])) == expected
        assert error(write(tmp_path, name, whole + whole[:cut])) == expected


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("a.gz", b"", f"a.gz: expected a gzip stream, got an empty file; {AGAIN}"),
        ("a.zst", b"", f"a.zst: expected a zstd stream, got an empty file; {AGAIN}"),
        ("a.gz", ZSTD, "a.gz: expected a gzip stream, got something else; compress the file, or rename it with the ending of its format"),
        ("a.zst", GZIP, "a.zst: expected a zstd stream, got something else; compress the file, or rename it with the ending of its format"),
        ("a.gz", GZIP + bytes(512) + b"more", f"a.gz: expected nothing after the gzip stream, got other data; {AGAIN}"),
        (
            "a.gz",
            bytes(512) + GZIP,
            "a.gz: expected a gzip stream, got something else; compress the file, or rename it with the ending of its format",
        ),
        ("a.zst", ZSTD + bytes(512), f"a.zst: expected nothing after the zstd stream, got other data; {AGAIN}"),
        ("a.zst", ZSTD + b"more", f"a.zst: expected nothing after the zstd stream, got other data; {AGAIN}"),
        ("a.gz", GZIP[:-8] + bytes(8), f"a.gz: expected a sound gzip stream, got a damaged one; {AGAIN}"),
        ("a.gz", GZIP[:10] + b"\xff" * 40, f"a.gz: expected a sound gzip stream, got a damaged one; {AGAIN}"),
        ("a.zst", ZSTD[:-4] + bytes(4), f"a.zst: expected a sound zstd stream, got a damaged one; {AGAIN}"),
        (
            "a.zst",
            wide(28),
            "a.zst: expected a zstd window of at most 134,217,728 bytes, got a larger one; compress the file again without --long",
        ),
    ],
)
def test_what_is_said_of_a_bad_stream(tmp_path: Path, name: str, written: bytes, expected: str) -> None:
    assert error(write(tmp_path, name, written)) == expected


@pytest.mark.parametrize(("name", "written"), [("a", DATA), ("a.gz", GZIP), ("a.zst", ZSTD)])
def test_the_limit_is_the_most_that_comes_out(tmp_path: Path, name: str, written: bytes) -> None:
    path = write(tmp_path, name, written)
    assert read(path, len(DATA)) == DATA
    assert error(path, len(DATA) - 1) == f"{name}: expected at most 4,703 bytes of data, got more; split the file"


@pytest.mark.parametrize(("name", "kind", "frame"), [("a.gz", "gzip", GZIP), ("a.zst", "zstd", SKIPPABLE)])
def test_frames_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str, frame: bytes) -> None:
    monkeypatch.setattr(compressed, "FRAMES", 3)
    read(write(tmp_path, name, frame * 3))
    expected = f"{name}: expected at most 3 {kind} streams in one file, got more; compress the file again as one stream"
    assert error(write(tmp_path, name, frame * 4)) == expected


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    expected = "a.gz: expected a readable file, got the error 'No such file or directory'; check the path and its permissions"
    assert error(tmp_path / "a.gz") == expected
