"""Load the triples of a build into an Oxigraph store in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING

from kgbuild import writers
from kgbuild.errors import UsageError
from kgbuild.mapping.load import RegistryMapping
from kgbuild.pipeline.artifact import Build, first_of
from kgbuild.query.rows import row_batches

if TYPE_CHECKING:
    from pyoxigraph import Store

#: The formats that can be read, the fastest to load first.
FORMATS = ("ntriples", "turtle", "kgx-jsonl")


def chosen(build: Build) -> str:
    """Return the format that the triples are read from. Raises UsageError if the build has no suitable format."""
    return first_of(build, FORMATS, todo="ntriples")


def loader(build: Build, vocabulary: RegistryMapping) -> Callable[[Collection[str]], Store]:
    """Return a function that calls ``load``. Everything that it requires is imported."""
    if chosen(build) == "kgx-jsonl":
        _writer(build, vocabulary)
    return partial(load, build, vocabulary)


def load(build: Build, vocabulary: RegistryMapping, predicates: Collection[str] = ()) -> Store:
    """Load all triples into the default graph. Those of KGX JSON Lines are generated as in an export.

    With ``predicates`` (IRIs), triples with other predicates may be left out, which takes half the time. The query must then name all predicates.

    Raises UsageError for a file that is not RDF, and for JSON Lines that were made with other mappings.
    """
    from pyoxigraph import RdfFormat, Store

    store = Store()
    format = chosen(build)
    if format == "kgx-jsonl":
        _make(store, build, vocabulary)
        return store
    path = build.path(".nt" if format == "ntriples" else ".ttl")
    data = path.read_bytes()
    if predicates and format == "ntriples":
        kept = {f"<{predicate}>".encode() for predicate in predicates}
        data = b"".join([line for line in data.splitlines(keepends=True) if line.split(b" ", 2)[1] in kept])
    try:
        store.bulk_load(data, format=RdfFormat.N_TRIPLES if format == "ntriples" else RdfFormat.TURTLE)
    except SyntaxError as error:
        raise UsageError(f"{path}: expected RDF as the export wrote it, got something else ({error}); export again") from None
    return store


def _make(store: Store, build: Build, vocabulary: RegistryMapping) -> None:
    from pyoxigraph import RdfFormat

    for nodes, edges in row_batches(build, vocabulary, "export again with --format ntriples too"):
        (data,) = writers.whole(_writer(build, vocabulary), nodes, edges)
        store.bulk_load(data, format=RdfFormat.N_TRIPLES)  # the text of all triples would take more memory than the store


def _writer(build: Build, vocabulary: RegistryMapping) -> writers.Writer:
    return writers.writer("ntriples", vocabulary, qualified=build.manifest.qualified)
