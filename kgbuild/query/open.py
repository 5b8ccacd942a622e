"""Open the build that a query reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from kgbuild.pipeline.artifact import Build, BuildSource, compare
from kgbuild.query import lineage, sql, triples
from kgbuild.query.question import Engine

#: For each engine, the format to export for it, and the function that chooses which format of a build to read.
_READ: Mapping[Engine, tuple[str, Callable[[Build], str]]] = MappingProxyType(
    {"lineage": ("kgx-jsonl", lineage.chosen), "sparql": ("ntriples", triples.chosen), "sql": ("kgx-jsonl", sql.chosen)}
)


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
