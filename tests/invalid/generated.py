"""Broken inputs that are too large, too deep or too odd to be kept as files: a name goes in, a file comes out."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import zstandard

DEPTH = 20_000
MEGABYTE = 1_000_000
RECORD = "id: goa\ncategory: DataSource\n"
PAGE = f"---\n{RECORD}---\n"
LINE = '{"id": "goa", "category": "DataSource"}\n'
LINES = "".join(LINE.replace("goa", f"goa{n}") for n in range(2_000)).encode()
MEBIBYTE_OF_ZEROS = gzip.compress(bytes(2**20), mtime=0)


def long_text(start: str, size: int, end: str) -> Iterator[bytes]:
    yield start.encode()
    for _ in range(size // MEGABYTE):
        yield b"x" * MEGABYTE
    yield end.encode()


def gzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """A gzip member for each chunk (RFC 1952 §2.2)."""
    return (gzip.compress(chunk, 1, mtime=0) for chunk in chunks)


def nested(before: str, opens: str, closes: str = "", after: str = "\n", depth: int = DEPTH) -> Iterator[bytes]:
    yield f"{before}{opens * depth}x{closes * depth}{after}".encode()


def nested_json(opens: str, closes: str, depth: int = DEPTH, line: bool = False) -> Iterator[bytes]:
    """A record with a field that is deep; as the second line of two, or over two lines."""
    yield (LINE if line else "").encode()
    middle = "1" if closes else ""
    yield f'{{"id": "goa",{" " if line else chr(10)}"x": {opens * depth}{middle}{closes * depth}}}\n'.encode()


def indented(depth: int) -> Iterator[bytes]:
    yield RECORD.encode()
    yield from (b" " * level + b"x:\n" for level in range(depth))


def aliases(depth: int) -> Iterator[bytes]:
    """A chain of anchors, each a list of the one before it: as text two levels deep."""
    yield b"a0: &a0 [x]\n"
    yield from (f"a{n}: &a{n} [*a{n - 1}]\n".encode() for n in range(1, depth))
    yield RECORD.encode()


def tar(*members: tuple[str, bytes, bytes]) -> bytes:
    """A tar of names, types and contents; links lead to `target`."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as packed:
        for name, kind, data in members:
            member = tarfile.TarInfo(name)
            member.type, member.size = kind, len(data)
            member.linkname = "target" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            packed.addfile(member, io.BytesIO(data))
    return out.getvalue()


def tar_of(name: str, kind: bytes = tarfile.REGTYPE, data: bytes = b"") -> Iterator[bytes]:
    yield tar(("bgee.md", tarfile.REGTYPE, PAGE.encode()), (name, kind, data))


def tar_bomb() -> Iterator[bytes]:
    """2 GiB of zeros in one member."""
    member = tarfile.TarInfo("zeros.md")
    member.size = 2**31
    yield gzip.compress(member.tobuf(tarfile.GNU_FORMAT), mtime=0)
    yield from (MEBIBYTE_OF_ZEROS for _ in range(2**11))


def zipped(*members: tuple[str, bytes], mode: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members:
            member = zipfile.ZipInfo(name)
            member.external_attr, member.compress_type = mode << 16, zipfile.ZIP_DEFLATED
            packed.writestr(member, data)
    return out.getvalue()


def once(make: Callable[[], bytes]) -> Iterator[bytes]:
    yield make()


def scattered() -> Iterator[bytes]:
    """A broken record in the first and in the last of many pieces that are read one by one."""
    line = LINE.replace("}", f', "description": "{"x" * 1_000}"}}')
    yield b'{"id": "first"\n'
    yield from (line.replace("goa", f"goa{n}").encode() for n in range(9_998))
    yield b'{"id": "last"]\n'


def compressed(data: bytes, keep: float = 1.0) -> bytes:
    whole = zstandard.ZstdCompressor(write_checksum=True).compress(data)
    return whole[: int(len(whole) * keep)]


def damaged(data: bytes) -> bytes:
    """The same with the bits of the CRC that ends it turned around (RFC 1952 §2.3.1)."""
    return data[:-8] + bytes(255 - byte for byte in data[-8:-4]) + data[-4:]


#: File name -> the chunks that it is made of.
CASES: Mapping[str, Callable[[], Iterator[bytes]]] = MappingProxyType(
    {
        "large-scalar.md": lambda: long_text(f"---\n{RECORD}name: ", 300 * MEGABYTE, "\n---\n"),
        "large-scalar.yaml": lambda: long_text(f"{RECORD}name: ", 300 * MEGABYTE, "\n"),
        "large-scalar.json": lambda: long_text('{"id": "goa", "name": "', 300 * MEGABYTE, '"}\n'),
        "large-scalar-gzipped.jsonl.gz": lambda: gzipped(long_text('{"id": "goa", "name": "', 300 * MEGABYTE, '"}\n')),
        "large-scalar-in-zip.zip": lambda: once(lambda: zipped(("goa.md", PAGE.encode() + bytes(100 * MEGABYTE)))),
        "large-line.jsonl": lambda: long_text(LINE + '{"id": "goa", "name": "', 100 * MEGABYTE, '"}\n'),
        "large-line-never-ends.jsonl.gz": lambda: (MEBIBYTE_OF_ZEROS for _ in range(4_000)),
        "deep-yaml-lists.yaml": lambda: nested(f"{RECORD}x: ", "[", "]"),
        "deep-yaml-maps.yaml": lambda: nested(f"{RECORD}x: ", "{a: ", "}"),
        "deep-yaml-dashes.yaml": lambda: nested(f"{RECORD}x:\n  ", "- "),
        "deep-yaml-dashes-alone.yaml": lambda: nested("", "- "),
        "deep-yaml-question-marks.yaml": lambda: nested(f"{RECORD}x:\n  ", "? "),
        "deep-yaml-dashes-and-question-marks.yaml": lambda: nested(f"{RECORD}x:\n  ", "- ? "),
        "deep-yaml-colons.yaml": lambda: nested(f"{RECORD}x: [", ": ", after="]\n"),
        "deep-yaml-colons-and-lines.yaml": lambda: nested(f"{RECORD}x: [", "\n : ", after="]\n"),
        "deep-yaml-colons-and-tags.yaml": lambda: nested(f"{RECORD}x: [", ": !a ", after="]\n"),
        "deep-yaml-colons-and-comments.yaml": lambda: nested(f"{RECORD}x: [", ": #\n ", after="]\n"),
        "deep-yaml-indentation.yaml": lambda: indented(5_000),
        "deep-yaml-aliases.yaml": lambda: aliases(1_000),
        "deep-yaml-never-closed.yaml": lambda: nested(f"{RECORD}x: ", "["),
        "deep-front-matter.md": lambda: nested(f"---\n{RECORD}x: ", "[", "]", "\n---\n"),
        "deep-json-lists.json": lambda: nested_json("[", "]"),
        "deep-json-objects.json": lambda: nested_json('{"a": ', "}"),
        "deep-json-101.json": lambda: nested_json("[", "]", 100),
        "deep-json-never-closed.json": lambda: nested_json("[", ""),
        "deep-jsonl-lists.jsonl": lambda: nested_json("[", "]", line=True),
        "deep-jsonl-objects.jsonl": lambda: nested_json('{"a": ', "}", line=True),
        "gzip-cut.jsonl.gz": lambda: once(lambda: gzip.compress(LINES, mtime=0)[:-2_000]),
        "gzip-damaged.jsonl.gz": lambda: once(lambda: damaged(gzip.compress(LINES, mtime=0))),
        "gzip-not-at-all.jsonl.gz": lambda: once(lambda: LINES),
        "gzip-empty.jsonl.gz": lambda: once(lambda: b""),
        "gzip-and-more.jsonl.gz": lambda: once(lambda: gzip.compress(LINES, mtime=0) + b"more"),
        "gzip-broken-line.jsonl.gz": lambda: once(lambda: gzip.compress(LINES + b'{"id": }\n', mtime=0)),
        "zstd-cut.jsonl.zst": lambda: once(lambda: compressed(LINES, 0.5)),
        "zstd-not-at-all.jsonl.zst": lambda: once(lambda: LINES),
        "zstd-broken-line.jsonl.zst": lambda: once(lambda: compressed(LINES + b'{"id": }\n')),
        "lines-far-apart.jsonl": scattered,
        "tar-parent.tar": lambda: tar_of("../goa.md", data=PAGE.encode()),
        "tar-absolute.tar": lambda: tar_of("/etc/goa.md", data=PAGE.encode()),
        "tar-symbolic-link.tar": lambda: tar_of("goa.md", tarfile.SYMTYPE),
        "tar-hard-link.tar": lambda: tar_of("goa.md", tarfile.LNKTYPE),
        "tar-device.tar": lambda: tar_of("goa.md", tarfile.CHRTYPE),
        "tar-name-twice.tar": lambda: tar_of("bgee.md", data=PAGE.encode()),
        "tar-cut.tar": lambda: once(lambda: tar(("goa.md", tarfile.REGTYPE, PAGE.encode() * 100))[:2_000]),
        "tar-not-at-all.tar": lambda: once(lambda: LINES),
        "tar-broken-record.tar": lambda: tar_of("resource/goa/goa.md", data=PAGE.replace("goa", "'goa").encode()),
        "tar-gzip-cut.tar.gz": lambda: once(lambda: gzip.compress(next(tar_of("goa.md", data=PAGE.encode())), mtime=0)[:-20]),
        "tar-zstd-cut.tar.zst": lambda: once(lambda: compressed(next(tar_of("goa.md", data=PAGE.encode())), 0.5)),
        "tar-bomb.tar.gz": tar_bomb,
        "zip-parent.zip": lambda: once(lambda: zipped(("../goa.md", PAGE.encode()))),
        "zip-absolute.zip": lambda: once(lambda: zipped(("/etc/goa.md", PAGE.encode()))),
        "zip-symbolic-link.zip": lambda: once(lambda: zipped(("goa.md", b"/etc/passwd"), mode=0o120777)),
        "zip-cut.zip": lambda: once(lambda: zipped(("goa.md", PAGE.encode()))[:-10]),
        "zip-not-at-all.zip": lambda: once(lambda: LINES),
        "zip-broken-record.zip": lambda: once(lambda: zipped(("goa.yaml", b"id: [goa\n"), ("bgee.jsonl", LINE.encode() + b"{}}\n"))),
    }
)
