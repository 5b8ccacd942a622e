"""The build that is asked, where the user names one and where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from kgbuild.pipeline.artifact import Build, compare
from kgbuild.query import lineage, sql, triples
from kgbuild.query.question import Engine

#: What a build is made with for an engine, and the function that says which of a build's formats it reads.
_READ: Mapping[Engine, tuple[str, Callable[[Build], str]]] = MappingProxyType(
    {"lineage": ("kgx-jsonl", lineage.chosen), "sparql": ("ntriples", triples.chosen), "sql": ("kgx-jsonl", sql.chosen)}
)


class BuildSource(Protocol):
    """What `cli_build` says of the build that a command was asked to use."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Records."""

    @property
    def folder(self) -> Path | None:
        """The folder of an export."""

    def open_build(self, formats: Sequence[str], *, whole: bool = True) -> AbstractContextManager[Build]:
        """The build, in some formats."""


@contextmanager
def opened(wanted: BuildSource, engine: Engine) -> Iterator[Build]:
    """The build, of which the file that will be read is as the manifest says. Raises what ``open_build`` raises."""
    format, chosen = _READ[engine]
    if wanted.folder is None:
        with wanted.open_build((format,), whole=False) as build:
            yield build
        return
    with wanted.open_build((), whole=False) as build:
        compare(build, chosen(build), whole=False)
        yield build
