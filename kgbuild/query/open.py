"""The build that is asked, where the user names one and where not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from kgbuild.pipeline.artifact import Build, compare
from kgbuild.query import sql as tables
from kgbuild.query import triples


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
def opened(wanted: BuildSource, *, sql: bool) -> Iterator[Build]:
    """The build, of which the file that will be read is as the manifest says. Raises what ``open_build`` raises."""
    if wanted.folder is None:
        with wanted.open_build(("kgx-jsonl",) if sql else ("ntriples",), whole=False) as build:
            yield build
        return
    with wanted.open_build((), whole=False) as build:
        compare(build, tables.chosen(build) if sql else triples.chosen(build), whole=False)
        yield build
