"""Open the build that a query reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from kgbuild.pipeline.artifact import Build, compare
from kgbuild.query import lineage, sql, triples
from kgbuild.query.question import Engine

#: For each engine, the format to export for it, and the function that chooses which format of a build to read.
_READ: Mapping[Engine, tuple[str, Callable[[Build], str]]] = MappingProxyType(
    {"lineage": ("kgx-jsonl", lineage.chosen), "sparql": ("ntriples", triples.chosen), "sql": ("kgx-jsonl", sql.chosen)}
)


class BuildSource(Protocol):
    """The build that a command uses (``kgbuild.cli.options.BuildRequest``)."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The records."""

    @property
    def folder(self) -> Path | None:
        """The folder of an export."""

    def open_build(self, formats: Sequence[str], *, whole: bool = True) -> AbstractContextManager[Build]:
        """Open the build in some formats."""


@contextmanager
def opened(source: BuildSource, engine: Engine) -> Iterator[Build]:
    """Open the build and verify the file that the engine reads against the manifest. Raises the errors of ``open_build``."""
    format, chosen = _READ[engine]
    if source.folder is None:
        with source.open_build((format,), whole=False) as build:
            yield build
        return
    with source.open_build((), whole=False) as build:
        compare(build, chosen(build), whole=False)
        yield build
