"""The command `kgbuild load sparql`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kgbuild.errors import UsageError, visible
from kgbuild.options import QUIET

if TYPE_CHECKING:
    from kgbuild.pipeline.artifact import BuildSource
    from kgbuild.stores.sparql.http import Session, StoreAddresses

#: The namespace of graph names, used without --graph.
_GRAPHS = "https://w3id.org/kg-registry/graph/"


@click.command()
@click.option("--endpoint", metavar="URL", help="Address of Oxigraph (http://HOST:7878), a Fuseki dataset (http://HOST:3030/DATASET) "
              "or Virtuoso (http://HOST:8890); kgbuild finds the addresses of its services.")  # fmt: skip
@click.option("--query", metavar="URL", help="For another store: address for queries (SPARQL 1.1 Protocol).")
@click.option("--update", metavar="URL", help="For another store: address for updates (SPARQL 1.1 Protocol).")
@click.option("--graph-store", metavar="URL", help="For another store: address for graphs (SPARQL 1.1 Graph Store HTTP Protocol).")
@click.option("--graph", metavar="IRI", help=f"Named graph to replace.  [default: {_GRAPHS}NAME]")
@click.option("--user", metavar="USER", help="User to authenticate as.  [default: the entry of the host in .netrc]")
@click.option("--password-file", metavar="FILE", type=click.Path(),
              help="File that contains the password.  [default: KGBUILD_SPARQL_PASSWORD, or .netrc]")  # fmt: skip
@click.option("--auth", type=click.Choice(["auto", "basic", "digest"]), default="auto", show_default=True,
              help="HTTP authentication scheme; auto uses the one that the server requests.")  # fmt: skip
@click.option("--strategy", type=click.Choice(["auto", "put", "stage"]), default="auto", show_default=True,
              help="Replace the graph with one PUT, or by way of a staging graph; auto uses one PUT if a test shows that PUT is atomic.")  # fmt: skip
@click.option("--timeout", type=click.FloatRange(min=1), default=1800, show_default=True, metavar="SECONDS",
              help="Time to wait for one answer of the server.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help=QUIET.help)
def sparql(
    request: BuildSource, endpoint: str | None, query: str | None, update: str | None, graph_store: str | None, graph: str | None, user: str | None,
    password_file: str | None, auth: Any, strategy: Any, timeout: float, quiet: bool,
) -> int:  # fmt: skip
    """Load the graph into a triplestore. It replaces one named graph.

    INPUT is as in `kgbuild export`. With --from DIR, kgbuild loads an existing export that has N-Triples. The load counts the triples in the
    store afterwards. It never changes other graphs, and skips a graph that already has the same triples.
    """
    from kgbuild.model.ids import encode_id
    from kgbuild.stores.sparql.addresses import checked_graph
    from kgbuild.stores.sparql.auth import credentials
    from kgbuild.stores.sparql.http import Session
    from kgbuild.stores.sparql.load import Load
    from kgbuild.stores.sparql.triples import counted

    def say(what: str, text: str) -> None:
        if not quiet:
            click.echo(visible(f"{what:9} {text}"), err=True)

    single = _single(endpoint, query, update, graph_store)
    known = credentials(endpoint or single.query, user, password_file, auth)
    iri = checked_graph(graph) if graph is not None else None
    with request.open_build(("ntriples",)) as build, Session(known, timeout) as session:
        iri = iri or _GRAPHS + encode_id(build.name)
        at = _found(session, endpoint, say) if endpoint else single
        triples = counted(build.path(".nt"))
        say("build", f"{build.id('.nt')}, {triples.number:,} triples")
        loaded = Load(session, at, iri, say).run(triples, strategy)
    if loaded.unchanged:
        say("unchanged", f"<{iri}> already has the same {loaded.triples:,} triples")
    else:
        say("loaded", f"{loaded.triples:,} triples into <{iri}>, in place of {loaded.before:,}")
    return 0


def _single(endpoint: str | None, query: str | None, update: str | None, graph_store: str | None) -> StoreAddresses:
    """Return the addresses that are given one by one. Raises UsageError if some are missing, or if they are given with --endpoint."""
    from kgbuild.stores.sparql.addresses import checked
    from kgbuild.stores.sparql.http import StoreAddresses

    given = {"--query": query, "--update": update, "--graph-store": graph_store}
    got = [option for option, address in given.items() if address]
    if endpoint and got:
        raise UsageError(f"--endpoint: expected it or {', '.join(given)}, got both; leave out one of the two")
    if not endpoint and len(got) < len(given):
        some = ", ".join(got) or "none"
        raise UsageError(f"--endpoint: expected the address of a store, got {some}; give --endpoint, or {', '.join(given)}")
    if endpoint:
        checked("--endpoint", endpoint)
    return StoreAddresses(*(checked(option, address or endpoint or "") for option, address in given.items()))


def _found(session: Session, endpoint: str, say: Any) -> StoreAddresses:
    """Return the addresses of a store's services, found below its endpoint, and print them. Raises StoreError."""
    from kgbuild.errors import StoreError
    from kgbuild.stores.sparql.addresses import find
    from kgbuild.stores.sparql.http import RequestError

    try:
        name, at = find(session, endpoint)
    except RequestError as error:
        raise StoreError(error.sentence("nothing was changed")) from None
    say("found", f"the addresses of {name}: {', '.join(dict.fromkeys(at))}")
    return at
