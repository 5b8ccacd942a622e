"""The manifest of a run: what was read, written, skipped and lost (SPEC §5). It contains no time and no path of the machine.

The name of a file that is not UTF-8 is in it as ``as_text`` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING
from functools import cache
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct

from kgbuild.errors import as_text
from kgbuild.model.graph import Difference
from kgbuild.options import ExportTarget, OptionField, ReadOptions, options_of
from kgbuild.transform.properties import HAS_USERINFO

#: The reason for which a generated page of a product that no record lists is skipped.
STALE = "stale product page"


class Skipped(Struct, frozen=True, kw_only=True):
    """A file or document that adds nothing to the graph, and the reason."""

    file: str
    reason: str


class LeftOut(Struct, frozen=True, kw_only=True):
    """A record that could not be read and was left out (``--keep-going``)."""

    file: str
    problem: str


class Noted(Struct, frozen=True, kw_only=True):
    """An unusual value that was kept."""

    what: str
    value: str
    count: int


class Read(Struct, frozen=True, kw_only=True):
    """What was read. ``sha256`` is the hash of the sorted hashes of the files; ``passed_over`` counts files by ending that kgbuild does not read."""

    sha256: str
    files: int
    documents: Mapping[str, int]
    passed_over: Mapping[str, int]
    skipped: Sequence[Skipped]
    left_out: Sequence[LeftOut]
    unusual: Sequence[Noted]


class Counts(Struct, frozen=True, kw_only=True):
    """The counts of nodes and edges in the graph."""

    nodes: Mapping[str, int]
    edges: Mapping[str, int]
    categories: Mapping[str, int]


class WrittenFile(Struct, frozen=True, kw_only=True):
    """A file of the export. Rows are nodes, edges or triples; a header is not counted."""

    file: str
    bytes: int
    rows: int
    sha256: str


class Lost(Struct, frozen=True, kw_only=True):
    """Values that a format could not hold unchanged."""

    file: str
    column: str
    what: str
    count: int


class Manifest(Struct, frozen=True, kw_only=True):
    """The manifest. ``kgbuild`` is the version, ``mappings`` the SHA-256 of the mapping files, ``date`` the date of SOURCE_DATE_EPOCH.

    ``options`` are the options with a place in the manifest (kgbuild/options.py). ``findings`` counts the findings of the audit by severity and
    code, if it ran (``--check``).
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
        """Whether RDF also has each edge as a resource."""
        return bool(self.options["qualified"])


def of_notes(notes: Mapping[tuple[str, str], int]) -> tuple[list[Noted], list[Lost]]:
    """Return the unusual values that were kept, and the fields from whose addresses user names and passwords were left out."""
    unusual = [Noted(what=what, value=value, count=n) for (what, value), n in sorted(notes.items()) if what != HAS_USERINFO]
    lost = "the user name or password of an address was left out"
    return unusual, [
        Lost(file="all files", column=field, what=lost, count=n) for (what, field), n in sorted(notes.items()) if what == HAS_USERINFO
    ]


def manifest_options(options: ReadOptions, target: ExportTarget) -> dict[str, Any]:
    """Return the options in the manifest, in their order."""
    values = {item.name: getattr(target if hasattr(target, item.name) else options, item.name) for item in _listed_options()}
    return {name: [as_text(item) for item in value] if isinstance(value, tuple) else value for name, value in values.items()}


def _listed_options() -> list[OptionField]:
    listed = [item for item in options_of(ExportTarget, ReadOptions) if item.meaning.manifest is not None]
    return sorted(listed, key=lambda item: item.meaning.manifest or 0)


@cache
def _schema() -> type[Struct]:
    """Return the type that the options of a manifest are checked against. An option that an older version did not have may be missing."""
    types = get_type_hints(ReadOptions) | get_type_hints(ExportTarget)
    fields = [
        (item.name, types[item.name]) if item.default is MISSING else (item.name, types[item.name], item.default)
        for item in _listed_options()
    ]
    return msgspec.defstruct("_ManifestOptions", fields, kw_only=True)


def encode(manifest: Manifest) -> bytes:
    """Return the manifest as indented JSON that ends with a line feed."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def decode(data: bytes) -> Manifest:
    """Parse a manifest written by ``encode``. Raises msgspec.DecodeError for anything else."""
    manifest = msgspec.json.decode(data, type=Manifest)
    msgspec.convert(manifest.options, _schema())
    return manifest
