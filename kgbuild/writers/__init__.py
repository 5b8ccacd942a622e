"""Writers: nodes and edges -> bytes of files. One file per format; a new format is a file here and a line in WRITERS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from kgbuild.errors import UsageError
from kgbuild.mapping import Mapping as Vocabulary
from kgbuild.model import Edge, Node


class Loss(NamedTuple):
    """What a format could not hold as it is: the column, and what was done to its values."""

    file: str
    column: str
    what: str


class Rendered(NamedTuple):
    """The bytes that some nodes and edges add to one file, the rows among them, and what was lost."""

    data: bytes
    rows: int
    losses: Counter[Loss]


class Writer(Protocol):
    """Renders one format, whose files are those of its entry in WRITERS."""

    def head(self) -> tuple[bytes, ...]:
        """What each file begins with."""

    def render(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[Rendered, ...]:
        """What some nodes and edges add to each file."""


class Format(NamedTuple):
    """A format as users see it: what it is, the endings of its files, and the module whose ``writer(mapping, qualified)`` makes its writer."""

    about: str
    files: tuple[str, ...]
    module: str


WRITERS: Mapping[str, Format] = MappingProxyType(
    {
        "kgx-tsv": Format("KGX tables", ("_nodes.tsv", "_edges.tsv"), "kgbuild.writers.kgx_tsv"),
        "kgx-jsonl": Format("KGX JSON Lines", ("_nodes.jsonl", "_edges.jsonl"), "kgbuild.writers.kgx_jsonl"),
        "turtle": Format("RDF, for people and stores", (".ttl",), "kgbuild.writers.turtle"),
        "ntriples": Format("the same RDF, a triple a line", (".nt",), "kgbuild.writers.ntriples"),
    }
)

#: Names that stand for several formats.
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType({"kgx": ("kgx-tsv", "kgx-jsonl"), "all": tuple(WRITERS)})


def choose(names: Sequence[str]) -> tuple[str, ...]:
    """The formats that names (repeated, comma-separated, groups) stand for, in the order of WRITERS. Raises UsageError for an unknown one."""
    wanted = [name.strip() for given in names for name in given.split(",") if name.strip()]
    for name in wanted:
        if name not in WRITERS and name not in GROUPS:
            known = ", ".join((*GROUPS, *WRITERS))
            raise UsageError(f"--format: expected one of {known}, got {name!r}; `kgbuild formats` tells what each is")
    chosen = {member for name in wanted for member in GROUPS.get(name, (name,))}
    if not chosen:
        raise UsageError("--format: expected a format, got none; `kgbuild formats` lists them")
    return tuple(name for name in WRITERS if name in chosen)


def writer(name: str, mapping: Vocabulary, *, qualified: bool = False) -> Writer:
    """The writer of a format, imported on use."""
    made: Any = import_module(WRITERS[name].module).writer(mapping, qualified)
    writer: Writer = made
    return writer
