"""Readers parse the bytes of a file into documents. There is one module per kind of input; a new kind is a module and a line in READERS."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Protocol, cast

from kgbuild.model.document import Document


class Reader(Protocol):
    """A function that parses the bytes of one file. It raises InputError with all problems of the file."""

    def __call__(self, path: str, data: bytes, *, exact: bool, containers: tuple[str, ...]) -> list[Document]:
        """Parse the file. With ``exact`` every scalar is text. ``containers`` are the keys of lists of records."""


#: The module whose ``read`` function parses files with each name ending.
READERS: Mapping[str, str] = MappingProxyType(
    {
        ".md": "kgbuild.readers.markdown",
        ".markdown": "kgbuild.readers.markdown",
        ".yaml": "kgbuild.readers.yaml.file",
        ".yml": "kgbuild.readers.yaml.file",
        ".json": "kgbuild.readers.json.file",
    }
)
#: Name endings of uncompressed files with one record per line, which are read in pieces (kgbuild.readers.json.jsonl). NDJSON
#: (https://github.com/ndjson/ndjson-spec) and JSON Lines (https://jsonlines.org) differ in their name only.
PLAIN_LINES: tuple[str, ...] = (".jsonl", ".ndjson")
#: Name endings of all files with one record per line.
LINES: tuple[str, ...] = tuple(ending + packed for packed in ("", ".gz", ".zst") for ending in PLAIN_LINES)
#: Name endings of archives, which are read without unpacking (kgbuild.readers.archives.archive).
ARCHIVES: tuple[str, ...] = (".tar", ".tar.gz", ".tgz", ".tar.zst", ".zip")


@cache
def reader(ending: str) -> Reader:
    """Import and return the reader of files with this name ending."""
    return cast("Reader", import_module(READERS[ending]).read)
