"""The manifest of a run: what was read, written, skipped and lost (SPEC §5). No clock and no path of the machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from kgbuild.model.graph import Difference


class Skipped(Struct, frozen=True, kw_only=True):
    """A file, or a document of it, that adds nothing to the graph, and why."""

    file: str
    reason: str


class LeftOut(Struct, frozen=True, kw_only=True):
    """A record that could not be read and was left out (``--keep-going``)."""

    file: str
    problem: str


class Noted(Struct, frozen=True, kw_only=True):
    """Something unusual that was kept."""

    what: str
    value: str
    count: int


class Read(Struct, frozen=True, kw_only=True):
    """What was read. ``sha256`` is over the sorted hashes of the files; ``passed_over`` counts files by an ending that is none of ours."""

    sha256: str
    files: int
    documents: Mapping[str, int]
    passed_over: Mapping[str, int]
    skipped: Sequence[Skipped]
    left_out: Sequence[LeftOut]
    unusual: Sequence[Noted]


class Counts(Struct, frozen=True, kw_only=True):
    """What the graph holds."""

    nodes: Mapping[str, int]
    edges: Mapping[str, int]
    categories: Mapping[str, int]


class WrittenFile(Struct, frozen=True, kw_only=True):
    """A file of the export. Rows are nodes, edges or triples; a header is no row."""

    file: str
    bytes: int
    rows: int
    sha256: str


class Lost(Struct, frozen=True, kw_only=True):
    """Values that a format could not hold as they are."""

    file: str
    column: str
    what: str
    count: int


class ManifestOptions(Struct, frozen=True, kw_only=True):
    """The options that the output depends on."""

    formats: Sequence[str]
    profile: str
    aliases: bool
    rollup: bool
    qualified: bool
    check: str
    exclude: Sequence[str]


class Manifest(Struct, frozen=True, kw_only=True):
    """The whole of it; ``kgbuild`` is the version, ``mappings`` the SHA-256 of the mapping files, ``date`` what SOURCE_DATE_EPOCH asks for.

    ``findings`` counts what the audit found by severity and code, where it ran (``--check``).
    """

    kgbuild: str
    mappings: str
    date: str | msgspec.UnsetType = msgspec.UNSET
    options: ManifestOptions
    read: Read
    graph: Counts
    differing: Sequence[Difference]
    findings: Mapping[str, Mapping[str, int]] | msgspec.UnsetType = msgspec.UNSET
    written: Sequence[WrittenFile]
    losses: Sequence[Lost]


def encode(manifest: Manifest) -> bytes:
    """The manifest as indented JSON that ends with a line feed."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def decode(data: bytes) -> Manifest:
    """The manifest that ``encode`` wrote. Raises msgspec.DecodeError for anything else."""
    return msgspec.json.decode(data, type=Manifest)
