"""The command `kgbuild load sparql`."""

from __future__ import annotations

import click

from kgbuild.cli_build import Wanted, takes_a_build


@click.command()
@takes_a_build
def sparql(wanted: Wanted) -> int:
    """Load the graph."""
    raise NotImplementedError
