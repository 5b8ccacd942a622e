"""The triples of a build as a store of Oxigraph, in memory."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from kgbuild.errors import UsageError
from kgbuild.mapping.load import RegistryMapping
from kgbuild.pipeline.artifact import Build, first_of

if TYPE_CHECKING:
    from pyoxigraph import Store

#: What a build must have one of, the quickest to load first.
FORMATS = ("ntriples", "turtle", "kgx-jsonl")


def chosen(build: Build) -> str:
    """The format that the triples of a build are read from. Raises UsageError where it has none that will do."""
    return first_of(build, FORMATS, todo="ntriples")


def load(build: Build, vocabulary: RegistryMapping, predicates: Collection[str] = ()) -> Store:
    """All triples, in the default graph. From KGX JSON Lines they are made as an export makes them.

    With ``predicates`` (IRIs), others may be left out, which takes half the time: for a query that names all of its predicates.

    Raises UsageError for a file that is no RDF, and for JSON Lines that were made under other mappings.
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

    from kgbuild import writers
    from kgbuild.query.rows import row_batches

    for nodes, edges in row_batches(build, vocabulary, "export again with --format ntriples too"):
        (data,) = writers.whole(writers.writer("ntriples", vocabulary, qualified=build.manifest.qualified), nodes, edges)
        store.bulk_load(data, format=RdfFormat.N_TRIPLES)  # the text of all triples would take more memory than the store
