"""What earlier runs parsed, kept in the user's cache folder: a file that has not changed is only looked at.

A file's size, time, inode -> the SHA-256 of its content -> its parts. Anything odd about a cache (damage, another version, another's file) makes it
an empty one. A file that was younger than two seconds when it was read may change without a trace, so it is read again.
"""

from __future__ import annotations

import hashlib
import os
import time
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from kgbuild.errors import OutputError
from kgbuild.options import ReadOptions, cache_key_of
from kgbuild.pipeline.engine.claim_batch import ClaimBatch
from kgbuild.pipeline.files import put
from kgbuild.readers import ARCHIVES
from kgbuild.readers.inputs import STDIN, File
from kgbuild.version import __version__

_MAGIC = b"kgbuild cache 1\n"
#: A cache of more bytes is not kept: reading it back would be no faster than reading the files.
MAX_BYTES = 256 * 2**20
#: Caches kept, the last used ones.
_KEPT = 16
#: Exports of one content that a cache knows of.
_RUNS_KEPT = 8
_YOUNG_NS = 2 * 10**9
Stamp = tuple[int, int, int]


class CachedFile(Struct, frozen=True, array_like=True):
    """An input file: its stamp, whether that can be trusted, the hashes of its content, and where its parts are in the body."""

    stamp: Stamp
    trusted: bool
    sha256: tuple[bytes, ...]
    parts: tuple[tuple[int, int], ...]


class Run(Struct, frozen=True, array_like=True):
    """An export that was written: the stamps of its files, by path."""

    files: dict[str, Stamp]
    passed_over: dict[str, int]


class Index(Struct, frozen=True, array_like=True):
    """The small file of a cache. ``body`` is the size and CRC of the large one, which holds the parts."""

    entries: dict[str, CachedFile]
    runs: dict[str, Run]
    body: tuple[int, int]


class Unit(Struct, frozen=True):
    """What one input file came to."""

    parts: tuple[ClaimBatch, ...]
    sha256: tuple[bytes, ...]


def folder() -> Path:
    """The user's cache folder for kgbuild."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("kgbuild", appauthor=False))


def key_of(options: ReadOptions, mappings: str) -> str:
    """The name of the cache for some inputs, mappings and options: another one for another version, and for a checkout whose code was changed."""
    real = [os.path.realpath(given) for given in options.inputs]
    package = Path(__file__).parents[1]
    code = [(str(path), stat.st_size, stat.st_mtime_ns) for path in package.rglob("*.py") for stat in (path.stat(),)]
    return hashlib.sha256(msgspec.json.encode((__version__, sorted(code), mappings, real, cache_key_of(options)))).hexdigest()[:32]


def stamp_of(path: str | Path) -> Stamp | None:
    """Size, time and inode of a file, None where there is none."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


class Cache:
    """The cache of one set of inputs. With ``enabled`` false it is empty and keeps nothing."""

    def __init__(self, key: str, *, enabled: bool = True) -> None:
        self._enabled = enabled
        self._index_path = (folder() if enabled else Path()) / f"{key}.index"
        self._body_path = self._index_path.with_suffix(".parts")
        self._index = self._load() if enabled else Index({}, {}, (0, 0))
        self._body: bytes | None = None

    def _load(self) -> Index:
        try:
            data = self._index_path.read_bytes()
            if data.startswith(_MAGIC) and zlib.crc32(data[len(_MAGIC) + 4 :]).to_bytes(4, "big") == data[len(_MAGIC) : len(_MAGIC) + 4]:
                return msgspec.msgpack.decode(data[len(_MAGIC) + 4 :], type=Index)
        except (OSError, msgspec.DecodeError):
            pass  # a cache that cannot be read is an empty one
        return Index({}, {}, (0, 0))

    def unchanged(self, files: Sequence[File], now_ns: int) -> bool:
        """Whether the files hold what they held, none more and none less. Those that only look changed, or may have, are read for it."""
        if len(self._index.entries) != len(files) or not all(self._holds_the_same(file) for file in files):
            return False
        if not all(self._fits(file) for file in files):
            self._renew(files, now_ns)
        return True

    def _fits(self, file: File) -> bool:
        """Whether a file looks unchanged."""
        entry = self._index.entries.get(file.shown)
        return entry is not None and entry.trusted and entry.stamp == file.stamp

    def _holds_the_same(self, file: File) -> bool:
        """Whether a file looks unchanged, or its content is (of one that is no archive, whose hashes are those of its members)."""
        if self._fits(file):
            return True
        entry = self._index.entries.get(file.shown)
        if entry is None or entry.stamp[0] != file.size or file.ending in ARCHIVES:
            return False
        try:
            with open(file.path, "rb") as opened:
                return entry.sha256 == (hashlib.file_digest(opened, "sha256").digest(),)
        except OSError:
            return False

    def _renew(self, files: Sequence[File], now_ns: int) -> None:
        """Note the stamps of files whose content is the same, so that next time it is enough to look at them."""
        entries = {file.shown: self._index.entries[file.shown] for file in files}
        renewed = {file.shown: msgspec.structs.replace(entries[file.shown], stamp=file.stamp, trusted=_old(file, now_ns)) for file in files}
        self._index = msgspec.structs.replace(self._index, entries=renewed)
        with suppress(OSError, OutputError):  # a cache that cannot be written is none
            self._write_index(self._index)

    def run(self, key: str) -> Run | None:
        """The export of these options, if its files are still as they were written."""
        run = self._index.runs.get(key)
        return run if run and _stands(run) else None

    def get(self, file: File) -> Unit | None:
        """What a file came to, if it has not changed since."""
        if not self._holds_the_same(file):
            return None
        entry = self._index.entries[file.shown]
        body = self._read_body()
        if body is None:
            return None
        try:
            parts = tuple(_decode_part(body[start : start + size]) for start, size in entry.parts)
        except msgspec.DecodeError:
            return None
        return Unit(parts, entry.sha256)

    def _read_body(self) -> bytes | None:
        if self._body is None:
            try:
                body = self._body_path.read_bytes()
            except OSError:
                body = b""
            self._body = body if (len(body), zlib.crc32(body)) == self._index.body else b""
        return self._body or None

    def save(self, units: Sequence[tuple[File, Unit]], run_key: str, run: Run, now_ns: int) -> None:
        """Keep what the files of a run came to. A cache that cannot be written is none: the export stands without it."""
        if not self._enabled or any(file.path == STDIN for file, _ in units):
            return
        entries: dict[str, CachedFile] = {}
        blobs: list[bytes] = []
        at = 0
        for file, unit in units:
            places = []
            for part in unit.parts:
                blob = _encode_part(part)
                blobs.append(blob)
                places.append((at, len(blob)))
                at += len(blob)
            entries[file.shown] = CachedFile(file.stamp, _old(file, now_ns), unit.sha256, tuple(places))
            if at > MAX_BYTES:
                return
        body = b"".join(blobs)
        index = Index(entries, self._runs_beside(entries) | ({run_key: run} if run.files else {}), (len(body), zlib.crc32(body)))
        with suppress(OSError, OutputError):
            self._write(self._body_path, body)
            self._write_index(index)
            self._prune()

    def _runs_beside(self, entries: Mapping[str, CachedFile]) -> dict[str, Run]:
        """The last other exports of the same content that are still there: one into another folder, or in another format, unmakes none."""
        before = self._index.entries
        if {name: entry.sha256 for name, entry in before.items()} != {name: entry.sha256 for name, entry in entries.items()}:
            return {}
        return dict([(key, run) for key, run in self._index.runs.items() if _stands(run)][1 - _RUNS_KEPT :])

    def _write_index(self, index: Index) -> None:
        data = msgspec.msgpack.encode(index)
        self._write(self._index_path, _MAGIC + zlib.crc32(data).to_bytes(4, "big") + data)

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, data, todo="use --no-cache")

    def _prune(self) -> None:
        caches = sorted(self._index_path.parent.glob("*.index"), key=lambda path: -path.stat().st_mtime_ns)
        for path in caches[_KEPT:]:
            path.unlink(missing_ok=True)
            path.with_suffix(".parts").unlink(missing_ok=True)


def _stands(run: Run) -> bool:
    """Whether the files of an export are as they were written."""
    return all(stamp_of(path) == stamp for path, stamp in run.files.items())


def _old(file: File, now_ns: int) -> bool:
    """Whether a file is so old that it cannot change again without another time."""
    return now_ns - file.mtime_ns > _YOUNG_NS


_encode_part = msgspec.msgpack.Encoder().encode
_decode_part = msgspec.msgpack.Decoder(ClaimBatch).decode


def now_ns() -> int:
    """The time, for telling young files; it reaches no output."""
    return time.time_ns()
