"""The command `kgbuild load sparql`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kgbuild.cli.options import BuildRequest, click_option, takes_a_build
from kgbuild.errors import UsageError
from kgbuild.options import QUIET

if TYPE_CHECKING:
    from kgbuild.stores.sparql.http import Session, StoreAddresses

#: Where graphs are named that nobody names.
_GRAPHS = "https://w3id.org/kg-registry/graph/"


@click.command()
@takes_a_build("sparql")
@click.option("--endpoint", metavar="URL", help="Address of an Oxigraph (http://HOST:7878), of a dataset of Fuseki (http://HOST:3030/DATASET) "
              "or of a Virtuoso (http://HOST:8890); where it takes queries, updates and graphs is found by asking.")  # fmt: skip
@click.option("--query", metavar="URL", help="Of another store: where it takes queries (SPARQL 1.1 Protocol),")
@click.option("--update", metavar="URL", help="updates,")
@click.option("--graph-store", metavar="URL", help="and graphs (SPARQL 1.1 Graph Store HTTP Protocol).")
@click.option("--graph", metavar="IRI", help=f"The graph to replace.  [default: {_GRAPHS}NAME]")
@click.option("--user", metavar="USER", help="Who loads.  [default: as .netrc says of the host]")
@click.option("--password-file", metavar="FILE", type=click.Path(),
              help="File with the password.  [default: KGBUILD_SPARQL_PASSWORD, or .netrc]")  # fmt: skip
@click.option("--auth", type=click.Choice(["auto", "basic", "digest"]), default="auto", show_default=True,
              help="How the password is shown; auto: as the server asks.")  # fmt: skip
@click.option("--strategy", type=click.Choice(["auto", "put", "stage"]), default="auto", show_default=True,
              help="One PUT, or a staging graph first; auto: one PUT where the store shows that it is atomic.")  # fmt: skip
@click.option("--timeout", type=click.FloatRange(min=1), default=1800, show_default=True, metavar="SECONDS",
              help="How long the server may take for one answer.")  # fmt: skip
@click_option("quiet", False, QUIET)
def sparql(
    wanted: BuildRequest, endpoint: str | None, query: str | None, update: str | None, graph_store: str | None, graph: str | None, user: str | None,
    password_file: str | None, auth: Any, strategy: Any, timeout: float, quiet: bool,
) -> int:  # fmt: skip
    """Load the graph into a triplestore, in place of one named graph.

    INPUT is records, as for export; or --from names a folder with an export that has N-Triples. The triples in the store are counted, and
    other graphs are left alone. A graph that has the very triples already is left as it is.
    """
    from kgbuild.model.ids import encode_id
    from kgbuild.stores.sparql.addresses import checked_graph
    from kgbuild.stores.sparql.auth import credentials
    from kgbuild.stores.sparql.http import Session
    from kgbuild.stores.sparql.load import Load
    from kgbuild.stores.sparql.triples import counted

    def say(what: str, text: str) -> None:
        if not quiet:
            click.echo(f"{what:9} {text}", err=True)

    single = _single(endpoint, query, update, graph_store)
    known = credentials(endpoint or single.query, user, password_file, auth)
    iri = checked_graph(graph) if graph is not None else None
    with wanted.open_build(("ntriples",)) as build, Session(known, timeout) as session:
        iri = iri or _GRAPHS + encode_id(build.name)
        at = _found(session, endpoint, say) if endpoint else single
        triples = counted(build.path(".nt"))
        say("build", f"{build.id('.nt')}, {triples.number:,} triples")
        loaded = Load(session, at, iri, say).run(triples, strategy)
    if loaded.unchanged:
        say("unchanged", f"<{iri}>: it has the same {loaded.triples:,} triples already")
    else:
        say("loaded", f"{loaded.triples:,} triples into <{iri}>, in place of {loaded.before:,}")
    return 0


def _single(endpoint: str | None, query: str | None, update: str | None, graph_store: str | None) -> StoreAddresses:
    """The addresses that were given one by one. Raises UsageError where some are missing, or given beside --endpoint."""
    from kgbuild.stores.sparql.addresses import checked
    from kgbuild.stores.sparql.http import StoreAddresses

    given = {"--query": query, "--update": update, "--graph-store": graph_store}
    got = [option for option, address in given.items() if address]
    if endpoint and got:
        raise UsageError(f"--endpoint: expected it or {', '.join(given)}, got both; leave one of them out")
    if not endpoint and len(got) < len(given):
        said = ", ".join(got) or "none"
        raise UsageError(f"--endpoint: expected an address of a store, got {said}; give --endpoint, or {', '.join(given)}")
    if endpoint:
        checked("--endpoint", endpoint)
    return StoreAddresses(*(checked(option, address or endpoint or "") for option, address in given.items()))


def _found(session: Session, endpoint: str, say: Any) -> StoreAddresses:
    """The addresses below an endpoint, said to the user. Raises StoreError."""
    from kgbuild.errors import StoreError
    from kgbuild.stores.sparql.addresses import find
    from kgbuild.stores.sparql.http import RequestError

    try:
        name, at = find(session, endpoint)
    except RequestError as error:
        raise StoreError(error.sentence("nothing was changed")) from None
    say("found", f"the addresses of {name}: {', '.join(dict.fromkeys(at))}")
    return at
