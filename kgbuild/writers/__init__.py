"""Writers render nodes and edges as the bytes of files. There is one module per format; a new format is a module and a line in WRITERS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from kgbuild.errors import MissingExtra, UsageError, quoted
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import Edge, Node


class Loss(NamedTuple):
    """A change that a format made to values it cannot hold: the file, the column, and the change."""

    file: str
    column: str
    what: str


class Rendered(NamedTuple):
    """The bytes that some nodes and edges add to one file, the number of their rows, and the losses.

    ``later`` is a piece of what follows the ``data`` of the whole graph (``Writer.settle``).
    """

    data: bytes
    rows: int
    losses: Counter[Loss]
    later: bytes = b""


#: A function that yields the pieces waiting for one file as they were rendered, in the order of the graph. It can be called repeatedly.
Waiting = Callable[[], Iterator[bytes]]


class Writer(Protocol):
    """A writer of one format, whose files are listed in WRITERS. A file consists of head, gathered data, later pieces and tail."""

    def head(self) -> tuple[bytes, ...]:
        """Return the beginning of each file."""

    def render(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[Rendered, ...]:
        """Return what some nodes and edges add to each file. It can run in any process."""

    def gather(self, rendered: tuple[Rendered, ...]) -> tuple[Rendered, ...]:
        """Return the rendered data as it goes to the files. It runs in one process, in the order of the graph; most formats change nothing."""
        return rendered

    def settle(self, waiting: Sequence[Waiting]) -> Iterator[tuple[int, Rendered]]:
        """Yield what the waiting pieces add, with the number of the file, after everything is gathered. Most formats add them unchanged."""
        for file, pieces in enumerate(waiting):
            for piece in pieces():
                yield file, Rendered(piece, 0, Counter())

    def tail(self) -> tuple[Rendered, ...]:
        """Return the end of each file, after everything is gathered. It is empty in most formats."""
        return tuple(Rendered(b"", 0, Counter()) for _ in self.head())


class Format(NamedTuple):
    """A format: a description, the endings of its files, and the module whose ``writer(mapping, qualified)`` returns its writer.

    ``files`` in a folder have fixed names. ``requires`` is a package that the format requires; the extra that installs it has the name of the format.
    """

    about: str
    files: tuple[str, ...]
    module: str
    requires: str = ""


WRITERS: Mapping[str, Format] = MappingProxyType(
    {
        "kgx-tsv": Format("KGX tables", ("_nodes.tsv", "_edges.tsv"), "kgbuild.writers.kgx_tsv"),
        "kgx-jsonl": Format("KGX JSON Lines", ("_nodes.jsonl", "_edges.jsonl"), "kgbuild.writers.kgx_jsonl"),
        "turtle": Format("RDF, for people and stores", (".ttl",), "kgbuild.writers.rdf.turtle"),
        "ntriples": Format("the same RDF, one triple per line", (".nt",), "kgbuild.writers.rdf.ntriples"),
        "neo4j": Format(
            "for neo4j-admin database import full",
            ("neo4j/nodes.csv", "neo4j/nodes_fractions.csv", "neo4j/relationships.csv", "neo4j/import.sh", "neo4j/constraints.cypher"),
            "kgbuild.writers.neo4j",
        ),
        "parquet": Format("typed tables", ("_nodes.parquet", "_edges.parquet"), "kgbuild.writers.parquet", requires="pyarrow"),
        "graphml": Format("for Gephi, yEd and Cytoscape", (".graphml",), "kgbuild.writers.graphml"),
    }
)

#: Names that stand for several formats.
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType({"kgx": ("kgx-tsv", "kgx-jsonl"), "all": tuple(WRITERS)})


def choose(names: Sequence[str]) -> tuple[str, ...]:
    """Return the formats for names (repeated, comma-separated, groups), in the order of WRITERS.

    Raises UsageError for an unknown name, MissingExtra for a format whose package is not installed.
    """
    requested = [name.strip() for given in names for name in given.split(",") if name.strip()]
    for name in requested:
        if name not in WRITERS and name not in GROUPS:
            known = ", ".join((*GROUPS, *WRITERS))
            raise UsageError(f"--format: expected one of {known}, got {quoted(name)}; `kgbuild formats` describes them")
    chosen = {member for name in requested for member in GROUPS.get(name, (name,))}
    if not chosen:
        raise UsageError("--format: expected a format, got none; `kgbuild formats` lists them")
    for name in sorted(chosen):
        requires = WRITERS[name].requires
        if requires and find_spec(requires) is None:
            raise MissingExtra(
                f"--format {name} requires {requires}, which is not installed; install it with: pip install 'kgbuild[{name}]'"
            )
    return tuple(name for name in WRITERS if name in chosen)


def writer(name: str, mapping: RegistryMapping, *, qualified: bool = False) -> Writer:
    """Import and return the writer of a format."""
    created: Any = import_module(WRITERS[name].module).writer(mapping, qualified)
    writer: Writer = created
    return writer


def whole(writer: Writer, nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[bytes, ...]:
    """Return the files of a graph that is in memory."""
    files = [[head] for head in writer.head()]
    gathered = writer.gather(writer.render(nodes, edges))
    for file, rendered in zip(files, gathered, strict=True):
        file.append(rendered.data)
    for number, rendered in writer.settle([partial(iter, (each.later,) if each.later else ()) for each in gathered]):
        files[number].append(rendered.data)
    for file, rendered in zip(files, writer.tail(), strict=True):
        file.append(rendered.data)
    return tuple(map(b"".join, files))


def file_name(name: str, ending: str) -> str:
    """Return the file name of an export called ``name`` for an ending in WRITERS.

    >>> file_name("graph", "_nodes.tsv"), file_name("graph", "neo4j/nodes.csv")
    ('graph_nodes.tsv', 'neo4j/nodes.csv')
    """
    return ending if "/" in ending else name + ending
