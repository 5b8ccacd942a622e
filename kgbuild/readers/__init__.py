"""Readers: the bytes of a file -> documents. One file per kind of input; a new kind is a file here and a line in READERS."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Protocol, cast

from kgbuild.model.document import Document


class Reader(Protocol):
    """Parses the bytes of one file. Raises InputError with every problem of the file."""

    def __call__(self, path: str, data: bytes, *, exact: bool, containers: tuple[str, ...]) -> list[Document]:
        """Parse; with ``exact`` every scalar is text. ``containers`` are the keys of lists of records."""


#: Ending of a file's name -> the module whose ``read`` parses it.
READERS: Mapping[str, str] = MappingProxyType(
    {
        ".md": "kgbuild.readers.markdown",
        ".markdown": "kgbuild.readers.markdown",
        ".yaml": "kgbuild.readers.yaml.file",
        ".yml": "kgbuild.readers.yaml.file",
        ".json": "kgbuild.readers.json.file",
    }
)
#: Endings of files with a record a line, which are read in pieces (readers.jsonl).
LINES: tuple[str, ...] = (".jsonl", ".jsonl.gz", ".jsonl.zst")
#: Endings of archives, which are read in place (readers.archive).
ARCHIVES: tuple[str, ...] = (".tar", ".tar.gz", ".tgz", ".tar.zst", ".zip")


@cache
def reader(ending: str) -> Reader:
    """The reader of files with this ending, imported on use."""
    return cast("Reader", import_module(READERS[ending]).read)
