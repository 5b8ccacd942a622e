"""The command `kgbuild serve`."""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import NoReturn

import click

from kgbuild.cli.console import tell
from kgbuild.cli.options import BuildRequest, click_option, takes_a_build
from kgbuild.errors import UsageError
from kgbuild.options import MEMORY, TIMEOUT


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=7878, show_default=True, help="Port to listen on; 0 selects a free port.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on. With 0.0.0.0, other machines can send queries too."
)
@click_option("timeout", 30.0, TIMEOUT)
@click_option("memory", 4.0, MEMORY)
@takes_a_build("serve")
def serve(request: BuildRequest, port: int, host: str, timeout: float, memory: float) -> int:
    """Serve a graph as a read-only SPARQL endpoint at /query, and a web page with the named questions.

    The graph is the export in DIR (--from) or the graph of the records in INPUT.
    [default: the export in output if there is one, otherwise the records in input]
    """
    from kgbuild.pipeline import interrupts
    from kgbuild.query import triples
    from kgbuild.query.endpoint import EndpointServer, Served
    from kgbuild.query.open import opened
    from kgbuild.query.sandbox import Bounds

    vocabulary = request.vocabulary()
    with opened(request.settled("serving"), "sparql") as build:
        store = triples.load(build, vocabulary)
    try:
        server = EndpointServer(host, port, Served(store, vocabulary, Bounds(timeout, memory)))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{host}:{port}: expected a free address, got {reason!r}; choose another with --port or --host") from None
    with server:
        tell(f"{len(store):,} triples at {server.address}query, questions at {server.address} (press Ctrl-C to stop)")
        with suppress(_Stopped):
            for number in interrupts.SIGNALS:
                signal.signal(number, _stop)
            server.serve_forever()
    tell("stopped")
    return 0


class _Stopped(BaseException):
    """A signal stops the server. Requests that are being answered are completed."""


def _stop(number: int, _: object) -> NoReturn:
    """Stop the server. A second signal ends it at once."""
    signal.signal(number, signal.SIG_DFL)
    raise _Stopped
