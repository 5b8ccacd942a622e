"""The command `kgbuild serve`."""

from __future__ import annotations

import re

import click

from kgbuild.cli.console import tell
from kgbuild.cli.options import BuildRequest, click_option, takes_a_build
from kgbuild.errors import UsageError, quoted
from kgbuild.options import MEMORY, TIMEOUT

#: An origin as browsers write it (RFC 6454 §6.2).
_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")


def _origins(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001  # of Click
    """Return the origins in the spelling of browsers. Raises UsageError for one that no browser sends."""
    found = tuple(origin.strip().lower().removesuffix("/") for origin in given)
    for origin, written in zip(found, given, strict=True):
        if origin != "*" and not _ORIGIN.fullmatch(origin):
            raise UsageError(
                f"--allow-origin: expected scheme, host and port, got {quoted(written)}; write it as https://notebook.example:8888, or *"
            )
    return found


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=7878, show_default=True, help="Port to listen on; 0 selects a free port.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on. With 0.0.0.0, other machines can send queries too."
)
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    callback=_origins,
    help="Let web pages of this origin read the answers, for example https://notebook.example; * lets any page. Repeatable.",
)
@click_option("timeout", 30.0, TIMEOUT)
@click_option("memory", 4.0, MEMORY._replace(help="Memory for all queries together. Each of up to eight at a time has an eighth."))
@takes_a_build("serve")
def serve(request: BuildRequest, port: int, host: str, origins: tuple[str, ...], timeout: float, memory: float) -> int:
    """Serve a graph as a read-only SPARQL endpoint at /query, and a web page with the named questions.

    The graph is the export in DIR (--from) or the graph of the records in INPUT.
    [default: the export in output if there is one, otherwise the records in input]
    """
    from kgbuild.query import triples
    from kgbuild.query.endpoint import Endpoint
    from kgbuild.query.open import opened
    from kgbuild.query.sandbox import Bounds
    from kgbuild.query.server import EndpointServer

    vocabulary = request.vocabulary()
    with opened(request.settled("serving"), "sparql") as build:
        store = triples.load(build, vocabulary)
    try:
        server = EndpointServer(host, port, Endpoint(store, vocabulary, origins), Bounds(timeout, memory))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{host}:{port}: expected a free address, got {reason!r}; choose another with --port or --host") from None
    with server:
        tell(f"{len(store):,} triples at {server.address}query, questions at {server.address} (press Ctrl-C to stop)")
        server.serve()
    tell("stopped")
    return 0
