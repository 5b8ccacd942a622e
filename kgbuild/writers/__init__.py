"""Writers: nodes and edges -> bytes of files. One file per format; a new format is a file here and a line in WRITERS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from kgbuild.errors import MissingExtra, UsageError
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.graph import Edge, Node


class Loss(NamedTuple):
    """What a format could not hold as it is: the column, and what was done to its values."""

    file: str
    column: str
    what: str


class Rendered(NamedTuple):
    """The bytes that some nodes and edges add to one file, the rows among them, and what was lost.

    ``later`` is a piece of what comes after the ``data`` of all of the graph (``Writer.settle``).
    """

    data: bytes
    rows: int
    losses: Counter[Loss]
    later: bytes = b""


#: Reads the pieces that wait for one file, each as it was rendered, in the order of the graph; it can be called again.
Waiting = Callable[[], Iterator[bytes]]


class Writer(Protocol):
    """Renders one format, whose files are those of its entry in WRITERS: head, what is gathered, what comes later, tail."""

    def head(self) -> tuple[bytes, ...]:
        """What each file begins with."""

    def render(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[Rendered, ...]:
        """What some nodes and edges add to each file; in any process."""

    def gather(self, rendered: tuple[Rendered, ...]) -> tuple[Rendered, ...]:
        """What was rendered, as it goes to the files; in one process, and in the order of the graph. Most formats have nothing to add."""
        return rendered

    def settle(self, waiting: Sequence[Waiting]) -> Iterator[tuple[int, Rendered]]:
        """What the pieces that wait for each file add to it, by its number, when all is gathered: most formats add them as they are."""
        for file, pieces in enumerate(waiting):
            for piece in pieces():
                yield file, Rendered(piece, 0, Counter())

    def tail(self) -> tuple[Rendered, ...]:
        """What each file ends with, when all is gathered: nothing in most formats."""
        return tuple(Rendered(b"", 0, Counter()) for _ in self.head())


class Format(NamedTuple):
    """A format as users see it: what it is, the endings of its files, and the module whose ``writer(mapping, qualified)`` makes its writer.

    ``files`` in a folder have names of their own. ``needs`` is the package of an extra, which is called like the format.
    """

    about: str
    files: tuple[str, ...]
    module: str
    needs: str = ""


WRITERS: Mapping[str, Format] = MappingProxyType(
    {
        "kgx-tsv": Format("KGX tables", ("_nodes.tsv", "_edges.tsv"), "kgbuild.writers.kgx_tsv"),
        "kgx-jsonl": Format("KGX JSON Lines", ("_nodes.jsonl", "_edges.jsonl"), "kgbuild.writers.kgx_jsonl"),
        "turtle": Format("RDF, for people and stores", (".ttl",), "kgbuild.writers.rdf.turtle"),
        "ntriples": Format("the same RDF, a triple a line", (".nt",), "kgbuild.writers.rdf.ntriples"),
        "neo4j": Format(
            "for neo4j-admin database import full",
            ("neo4j/nodes.csv", "neo4j/nodes_fractions.csv", "neo4j/relationships.csv", "neo4j/import.sh", "neo4j/constraints.cypher"),
            "kgbuild.writers.neo4j",
        ),
        "parquet": Format("typed tables", ("_nodes.parquet", "_edges.parquet"), "kgbuild.writers.parquet", needs="pyarrow"),
        "graphml": Format("for Gephi, yEd and Cytoscape", (".graphml",), "kgbuild.writers.graphml"),
    }
)

#: Names that stand for several formats.
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType({"kgx": ("kgx-tsv", "kgx-jsonl"), "all": tuple(WRITERS)})


def choose(names: Sequence[str]) -> tuple[str, ...]:
    """The formats that names (repeated, comma-separated, groups) stand for, in the order of WRITERS.

    Raises UsageError for an unknown one, MissingExtra for one whose package is not installed.
    """
    wanted = [name.strip() for given in names for name in given.split(",") if name.strip()]
    for name in wanted:
        if name not in WRITERS and name not in GROUPS:
            known = ", ".join((*GROUPS, *WRITERS))
            raise UsageError(f"--format: expected one of {known}, got {name!r}; `kgbuild formats` tells what each is")
    chosen = {member for name in wanted for member in GROUPS.get(name, (name,))}
    if not chosen:
        raise UsageError("--format: expected a format, got none; `kgbuild formats` lists them")
    for name in sorted(chosen):
        needs = WRITERS[name].needs
        if needs and find_spec(needs) is None:
            raise MissingExtra(f"--format {name} needs {needs}, which is not installed; install it with: pip install 'kgbuild[{name}]'")
    return tuple(name for name in WRITERS if name in chosen)


def writer(name: str, mapping: RegistryMapping, *, qualified: bool = False) -> Writer:
    """The writer of a format, imported on use."""
    made: Any = import_module(WRITERS[name].module).writer(mapping, qualified)
    writer: Writer = made
    return writer


def whole(writer: Writer, nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[bytes, ...]:
    """The files of a graph that is in memory."""
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
    """The file of an export called ``name``, from its entry in WRITERS.

    >>> file_name("graph", "_nodes.tsv"), file_name("graph", "neo4j/nodes.csv")
    ('graph_nodes.tsv', 'neo4j/nodes.csv')
    """
    return ending if "/" in ending else name + ending
