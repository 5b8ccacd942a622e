"""The build that is asked, where the user names one and where not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from kgbuild.built import Build
from kgbuild.queries import sql as tables
from kgbuild.queries import triples
from kgbuild.readers.inputs import MANIFEST_ENDING

_OUTPUT = Path("output")


class Wanted(Protocol):
    """What `cli_build` says of the build that a command was asked to use."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Records."""

    @property
    def folder(self) -> Path | None:
        """The folder of an export."""

    def at_hand(self, formats: Sequence[str], *, whole: bool = True) -> AbstractContextManager[Build]:
        """The build, in some formats."""


def default() -> Path | None:
    """The folder that is asked where neither records nor an export are named: `output`, if an export is there."""
    return _OUTPUT if list(_OUTPUT.glob(f"*{MANIFEST_ENDING}")) else None


@contextmanager
def opened(wanted: Wanted, *, sql: bool) -> Iterator[Build]:
    """The build, of which the file that will be read is as the manifest says. Raises what ``at_hand`` raises."""
    if wanted.folder is None:
        with wanted.at_hand(("kgx-jsonl",) if sql else ("ntriples",), whole=False) as build:
            yield build
        return
    with wanted.at_hand((), whole=False) as build:
        format = tables.chosen(build) if sql else triples.chosen(build)
    with wanted.at_hand((format,), whole=False) as build:
        yield build
