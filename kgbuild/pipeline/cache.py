"""Keep what runs parsed in the user's cache folder, so that a file that has not changed is not read again.

The cache maps a file's size, time and inode to the SHA-256 of its content and its claim batches. A cache that is damaged, belongs to another
version or was written with another key (cache_key.py) is treated as empty. A file that was younger than two seconds when it was read may change
without a new time, so it is read again.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hmac import compare_digest
from pathlib import Path

import msgspec
from msgspec import Struct

from kgbuild.errors import OutputError, as_text
from kgbuild.options import ReadOptions, cache_key_of
from kgbuild.pipeline import cache_key
from kgbuild.pipeline.engine.claim_batch import ClaimBatch
from kgbuild.pipeline.files import put
from kgbuild.pipeline.user_folders import cache_folder
from kgbuild.readers import ARCHIVES
from kgbuild.readers.inputs import STDIN, File
from kgbuild.version import __version__

_MAGIC = b"kgbuild cache 2\n"
#: A larger cache is not kept: reading it would be no faster than reading the files.
MAX_BYTES = 256 * 2**20
#: The number of caches to keep, the most recently written ones.
_KEPT = 16
#: The number of exports of the same content to keep in a cache.
_RUNS_KEPT = 8
_YOUNG_NS = 2 * 10**9
Stamp = tuple[int, int, int]


class CachedFile(Struct, frozen=True, array_like=True):
    """An input file: its stamp, whether the stamp can be trusted, the hashes of its content, and the positions of its batches in the body."""

    stamp: Stamp
    trusted: bool
    sha256: tuple[bytes, ...]
    batches: tuple[tuple[int, int], ...]


class Run(Struct, frozen=True, array_like=True):
    """An export that was written: the stamps of its files, by path as bytes, since a path may not be UTF-8, and the files of its inputs that were not
    read.
    """

    files: dict[bytes, Stamp]
    passed_over: dict[str, int]
    beside: tuple[tuple[str, str], ...] = ()


class Index(Struct, frozen=True, array_like=True):
    """The index file of a cache. ``entries`` are by path (``as_text``), ``body`` is the keyed hash of the body file, which contains the batches."""

    entries: dict[str, CachedFile]
    runs: dict[str, Run]
    body: bytes


class Unit(Struct, frozen=True):
    """The claim batches of one input file, and the hashes of its content."""

    batches: tuple[ClaimBatch, ...]
    sha256: tuple[bytes, ...]


def key_of(options: ReadOptions, mappings: str) -> str:
    """Return the name of the cache for some inputs, mappings and options. It changes with the version and with the code in a checkout."""
    real = [os.path.realpath(given) for given in options.inputs]
    package = Path(__file__).parents[1]
    code = [(str(path), stat.st_size, stat.st_mtime_ns) for path in package.rglob("*.py") for stat in (path.stat(),)]
    return hashlib.sha256(ascii((__version__, sorted(code), mappings, real, cache_key_of(options))).encode()).hexdigest()[:32]


def stamp_of(path: str | bytes) -> Stamp | None:
    """Return size, time and inode of a file; None if it does not exist."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


class Cache:
    """The cache of one set of inputs. If ``enabled`` is false or the user has no key, it is empty and keeps nothing."""

    def __init__(self, key: str, *, enabled: bool = True) -> None:
        self._key = cache_key.user_key() if enabled else None
        self._enabled = self._key is not None
        self._index_path = (cache_folder() if self._enabled else Path()) / f"{key}.index"
        self._body_path = self._index_path.with_suffix(".parts")
        self._index = self._load() if self._enabled else Index({}, {}, b"")
        self._body: bytes | None = None

    def _load(self) -> Index:
        with suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):  # a cache that cannot be read is empty
            data = self._index_path.read_bytes()
            tag, content = data[len(_MAGIC) :][: cache_key.TAG_BYTES], data[len(_MAGIC) + cache_key.TAG_BYTES :]
            if data.startswith(_MAGIC) and compare_digest(tag, self._tag(self._index_path, content)):
                return msgspec.msgpack.decode(content, type=Index)
        return Index({}, {}, b"")

    def _tag(self, path: Path, content: bytes) -> bytes:
        """Return the keyed hash of a file of the cache. It depends on the name too, so that a cache cannot take the place of another one."""
        return cache_key.tag(self._key or b"", path.name, content)

    def unchanged(self, files: Sequence[File], now_ns: int) -> bool:
        """Return whether the files are the same as in the cache. It reads files whose stamp changed or cannot be trusted."""
        if len(self._index.entries) != len(files) or not all(self._is_unchanged(file) for file in files):
            return False
        if not all(self._stamp_matches(file) for file in files):
            self._update_stamps(files, now_ns)
        return True

    def _stamp_matches(self, file: File) -> bool:
        """Return whether the stamp of a file is unchanged and can be trusted."""
        entry = self._index.entries.get(as_text(file.shown))
        return entry is not None and entry.trusted and entry.stamp == file.stamp

    def _is_unchanged(self, file: File) -> bool:
        """Return whether the stamp or the content of a file is unchanged.

        The content of an archive is not compared, since its hashes are those of its members.
        """
        if self._stamp_matches(file):
            return True
        entry = self._index.entries.get(as_text(file.shown))
        if entry is None or entry.stamp[0] != file.size or file.ending in ARCHIVES:
            return False
        try:
            with open(file.path, "rb") as opened:
                return entry.sha256 == (hashlib.file_digest(opened, "sha256").digest(),)
        except OSError:
            return False

    def _update_stamps(self, files: Sequence[File], now_ns: int) -> None:
        """Store the stamps of files with unchanged content, so that the next run need not read them."""
        entries = {as_text(file.shown): self._index.entries[as_text(file.shown)] for file in files}
        renewed = {
            as_text(file.shown): msgspec.structs.replace(
                entries[as_text(file.shown)], stamp=file.stamp, trusted=_can_be_trusted(file, now_ns)
            )
            for file in files
        }
        self._index = msgspec.structs.replace(self._index, entries=renewed)
        with suppress(OSError, OutputError):  # an export succeeds without a cache
            self._write_index(self._index)

    def run(self, key: str) -> Run | None:
        """Return the export with this key, if its files are unchanged."""
        run = self._index.runs.get(key)
        return run if run and _is_intact(run) else None

    def get(self, file: File) -> Unit | None:
        """Return the claim batches of a file, if it has not changed."""
        if not self._is_unchanged(file):
            return None
        entry = self._index.entries[as_text(file.shown)]
        body = self._read_body()
        if body is None:
            return None
        try:
            batches = tuple(_decode_batch(body[start : start + size]) for start, size in entry.batches)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        return Unit(batches, entry.sha256)

    def _read_body(self) -> bytes | None:
        if self._body is None:
            try:
                body = self._body_path.read_bytes()
            except OSError:
                body = b""
            self._body = body if compare_digest(self._tag(self._body_path, body), self._index.body) else b""
        return self._body or None

    def save(self, units: Sequence[tuple[File, Unit]], run_key: str, run: Run, now_ns: int) -> None:
        """Store the claim batches of a run. If the cache cannot be written, nothing is stored and no error is raised."""
        if not self._enabled or any(file.path == STDIN for file, _ in units):
            return
        entries: dict[str, CachedFile] = {}
        blobs: list[bytes] = []
        at = 0
        for file, unit in units:
            places = []
            for batch in unit.batches:
                blob = _encode_batch(batch)
                blobs.append(blob)
                places.append((at, len(blob)))
                at += len(blob)
            entries[as_text(file.shown)] = CachedFile(file.stamp, _can_be_trusted(file, now_ns), unit.sha256, tuple(places))
            if at > MAX_BYTES:
                return
        body = b"".join(blobs)
        runs = self._other_runs(entries) | ({run_key: run} if run.files else {})
        index = Index(entries, runs, self._tag(self._body_path, body))
        with suppress(OSError, OutputError):
            self._write(self._body_path, body)
            self._write_index(index)
            self._prune()

    def _other_runs(self, entries: Mapping[str, CachedFile]) -> dict[str, Run]:
        """Return the most recent other exports of the same content whose files are unchanged, such as one in another folder or format."""
        before = self._index.entries
        if {name: entry.sha256 for name, entry in before.items()} != {name: entry.sha256 for name, entry in entries.items()}:
            return {}
        return dict([(key, run) for key, run in self._index.runs.items() if _is_intact(run)][1 - _RUNS_KEPT :])

    def _write_index(self, index: Index) -> None:
        data = msgspec.msgpack.encode(index)
        self._write(self._index_path, _MAGIC + self._tag(self._index_path, data) + data)

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, data, todo="use --no-cache")

    def _prune(self) -> None:
        caches = sorted(self._index_path.parent.glob("*.index"), key=lambda path: -path.stat().st_mtime_ns)
        for path in caches[_KEPT:]:
            path.unlink(missing_ok=True)
            path.with_suffix(".parts").unlink(missing_ok=True)


def _is_intact(run: Run) -> bool:
    """Return whether the files of an export are as they were written."""
    return all(stamp_of(path) == stamp for path, stamp in run.files.items())


def _can_be_trusted(file: File, now_ns: int) -> bool:
    """Return whether a file is so old that a change would give it another time."""
    return now_ns - file.mtime_ns > _YOUNG_NS


_encode_batch = msgspec.msgpack.Encoder().encode
_decode_batch = msgspec.msgpack.Decoder(ClaimBatch).decode


def now_ns() -> int:
    """Return the time, to recognize files that changed recently. It does not reach any output."""
    return time.time_ns()
