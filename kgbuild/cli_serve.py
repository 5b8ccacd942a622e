"""The command `kgbuild serve`."""

from __future__ import annotations

import click

from kgbuild.cli_build import Wanted, takes_a_build


@click.command()
@takes_a_build
def serve(wanted: Wanted) -> int:
    """Ask the graph."""
    raise NotImplementedError
