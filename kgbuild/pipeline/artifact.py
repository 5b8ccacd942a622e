"""Open a build: the files of an existing export, verified against its manifest, or a temporary export of records."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from kgbuild import writers
from kgbuild.errors import UsageError, as_text
from kgbuild.mapping.load import RegistryMapping
from kgbuild.options import ExportTarget, ReadOptions
from kgbuild.pipeline import manifest as manifests
from kgbuild.pipeline.export import export
from kgbuild.pipeline.read import Progress, quiet
from kgbuild.pipeline.temporary import temporary_folder
from kgbuild.readers.inputs import MANIFEST_ENDING

#: Characters of a build id: 64 bits of a hash, enough to tell apart the graphs in one database.
_ID = 16
#: The files that contain the whole graph. The build id is made from their hashes.
_GRAPH = ("_nodes.jsonl", "_edges.jsonl")


class Build(NamedTuple):
    """The files of one export. ``name`` is the prefix of their names."""

    folder: Path
    name: str
    manifest: manifests.Manifest

    def path(self, ending: str) -> Path:
        """Return the path of the file with this ending in WRITERS (``_nodes.jsonl``, ``.nt``)."""
        return self.folder / writers.file_name(self.name, ending)

    def written(self, ending: str) -> manifests.WrittenFile:
        """Return the entry of the file in the manifest. Raises KeyError if it was not written."""
        name = as_text(writers.file_name(self.name, ending))
        for item in self.manifest.written:
            if item.file == name:
                return item
        raise KeyError(name)

    def id(self, *endings: str) -> str:
        """Return the id of the graph: a hash, in hexadecimal, over the hashes of files, by default those of KGX JSON Lines."""
        hashes = "".join(self.written(ending).sha256 for ending in endings or _GRAPH)
        return hashlib.sha256(hashes.encode()).hexdigest()[:_ID]


def find(folder: Path, formats: Sequence[str], *, name: str | None = None, whole: bool = True) -> Build:
    """Return the build in a folder. Each file of some formats must match the manifest: its size, and its hash if ``whole``.

    Raises UsageError if there is no build, if there are several and no name is given, and if a file is missing or does not match.
    """
    manifest = _manifest(folder, name)
    build = Build(folder, manifest.name.removesuffix(MANIFEST_ENDING), _decoded(manifest))
    missing = [format for format in formats if format not in build.manifest.formats]
    if missing:
        has = ", ".join(build.manifest.formats)
        raise UsageError(f"{manifest}: expected {', '.join(missing)}, got {has}; export again with --format {','.join(missing)} too")
    for format in formats:
        compare(build, format, whole=whole)
    return build


def first_of(build: Build, formats: Sequence[str], *, todo: str) -> str:
    """Return the first of some formats that a build has. Raises UsageError if it has none; ``todo`` is the format to export."""
    for format in formats:
        if format in build.manifest.formats:
            return format
    has = ", ".join(build.manifest.formats)
    raise UsageError(f"{build.folder}: expected a build with {' or '.join(formats)}, got {has}; export again with --format {todo} too")


def compare(build: Build, format: str, *, whole: bool) -> None:
    """Raise UsageError if a file of a format does not match the manifest: its size, and its hash if ``whole``."""
    for ending in writers.WRITERS[format].files:
        _compare(build.path(ending), build.written(ending), whole=whole)


def _manifest(folder: Path, name: str | None) -> Path:
    found = [folder / f"{name}{MANIFEST_ENDING}"] if name else sorted(folder.glob(f"*{MANIFEST_ENDING}"))
    found = [path for path in found if path.is_file()]
    if not found:
        what = f"{name}{MANIFEST_ENDING}" if name else f"a file *{MANIFEST_ENDING}"
        raise UsageError(f"{folder}: expected {what}, got none; give a folder that `kgbuild export` wrote")
    if len(found) > 1:
        names = ", ".join(path.name.removesuffix(MANIFEST_ENDING) for path in found)
        raise UsageError(f"{folder}: expected one build, got {names}; choose one with --name")
    return found[0]


def _decoded(path: Path) -> manifests.Manifest:
    try:
        return manifests.decode(path.read_bytes())
    except msgspec.DecodeError as error:
        raise UsageError(f"{path}: expected a manifest of kgbuild, got another file ({error}); export again") from None


def _compare(path: Path, written: manifests.WrittenFile, *, whole: bool) -> None:
    size = path.stat().st_size if path.is_file() else None
    if size != written.bytes:
        got = "none" if size is None else f"{size}"
        raise UsageError(f"{path}: expected a file of {written.bytes} bytes, as the manifest says, got {got}; export again")
    if whole:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != written.sha256:
                raise UsageError(f"{path}: expected the content in the manifest, got other bytes of the same length; export again")


class BuildSource(Protocol):
    """The build that a command uses (``kgbuild.cli.options.BuildRequest``)."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The records."""

    def vocabulary(self) -> RegistryMapping:
        """Load the mapping files."""

    @property
    def folder(self) -> Path | None:
        """The folder of an export."""

    def open_build(self, formats: Sequence[str], *, whole: bool = True) -> AbstractContextManager[Build]:
        """Open the build in some formats."""


@contextmanager
def open_build(
    options: ReadOptions, formats: Sequence[str], *, folder: Path | None, name: str | None, whole: bool = True, progress: Progress = quiet
) -> Iterator[Build]:
    """Open the build in ``folder`` or, if it is None, a temporary one of the records of ``options``, which is removed afterwards.

    Raises the errors of ``find`` and ``export``.
    """
    if folder is not None:
        yield find(folder, formats, name=name, whole=whole)
        return
    with temporary_folder() as temporary:
        target = ExportTarget(formats=tuple(formats), output=temporary, name=name or "graph")
        outcome = export(options, target, progress)
        yield Build(target.output, target.name, outcome.manifest)
