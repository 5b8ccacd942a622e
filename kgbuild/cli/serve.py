"""The command `kgbuild serve`."""

from __future__ import annotations

import click

from kgbuild.cli.options import BuildRequest, click_option, takes_a_build
from kgbuild.errors import UsageError
from kgbuild.options import MEMORY, TIMEOUT


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=7878, show_default=True, help="Port to listen on; 0 is any that is free.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on. Any other than this machine's own lets others ask."
)
@click_option("timeout", 30.0, TIMEOUT)
@click_option("memory", 4.0, MEMORY)
@takes_a_build("serve")
def serve(wanted: BuildRequest, port: int, host: str, timeout: float, memory: float) -> int:
    """Serve a graph to notebooks and browsers: a read-only SPARQL endpoint at /query, and a page with the named questions.

    The graph is the export in DIR (--from), or that of the records in INPUT.  [default: the export in output, or else the records in input]
    """
    from kgbuild.query import triples
    from kgbuild.query.endpoint import EndpointServer, Served
    from kgbuild.query.open import opened
    from kgbuild.query.sandbox import Bounds

    vocabulary = wanted.vocabulary()
    with opened(wanted.settled("serving"), "sparql") as build:
        store = triples.load(build, vocabulary)
    try:
        server = EndpointServer(host, port, Served(store, vocabulary, Bounds(timeout, memory)))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{host}:{port}: expected an address that is free, got {reason!r}; choose another with --port or --host") from None
    with server:
        click.echo(f"{len(store):,} triples at {server.address}query, questions at {server.address} (Ctrl-C ends it)", err=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("ended", err=True)
    return 0
