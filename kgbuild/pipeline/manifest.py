"""The manifest of a run: what was read, written, skipped and lost (SPEC §5). No clock and no path of the machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct

from kgbuild.model.graph import Difference
from kgbuild.options import ExportTarget, OptionField, ReadOptions, options_of


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


class Manifest(Struct, frozen=True, kw_only=True):
    """The whole of it; ``kgbuild`` is the version, ``mappings`` the SHA-256 of the mapping files, ``date`` what SOURCE_DATE_EPOCH asks for.

    ``options`` are those that say so where they are defined (kgbuild/options.py). ``findings`` counts what the audit found by severity and
    code, where it ran (``--check``).
    """

    kgbuild: str
    mappings: str
    date: str | msgspec.UnsetType = msgspec.UNSET
    options: Mapping[str, Any]
    read: Read
    graph: Counts
    differing: Sequence[Difference]
    findings: Mapping[str, Mapping[str, int]] | msgspec.UnsetType = msgspec.UNSET
    written: Sequence[WrittenFile]
    losses: Sequence[Lost]

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats that were written."""
        return tuple(self.options["formats"])

    @property
    def qualified(self) -> bool:
        """Whether RDF has each edge as a resource too."""
        return bool(self.options["qualified"])


def options_told(options: ReadOptions, target: ExportTarget) -> dict[str, Any]:
    """The options that are told, by their places in the manifest."""
    return {item.name: getattr(target if hasattr(target, item.name) else options, item.name) for item in _told()}


def _told() -> list[OptionField]:
    told = [item for item in options_of(ExportTarget, ReadOptions) if item.meaning.manifest is not None]
    return sorted(told, key=lambda item: item.meaning.manifest or 0)


@cache
def _shape() -> type[Struct]:
    """What the options of a manifest are checked against."""
    types = get_type_hints(ReadOptions) | get_type_hints(ExportTarget)
    return msgspec.defstruct("_ManifestOptions", [(item.name, types[item.name]) for item in _told()])


def encode(manifest: Manifest) -> bytes:
    """The manifest as indented JSON that ends with a line feed."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def decode(data: bytes) -> Manifest:
    """The manifest that ``encode`` wrote. Raises msgspec.DecodeError for anything else."""
    manifest = msgspec.json.decode(data, type=Manifest)
    msgspec.convert(manifest.options, _shape())
    return manifest
