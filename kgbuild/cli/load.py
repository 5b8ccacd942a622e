"""The commands that load a graph into a store: `kgbuild load neo4j` and `kgbuild load sparql`."""

from __future__ import annotations

import click

from kgbuild.cli.load_neo4j import neo4j
from kgbuild.cli.load_sparql import sparql


@click.group()
def load() -> None:
    """Load the graph into a store. It replaces the graph of an earlier load and is verified afterwards."""


load.add_command(neo4j)
load.add_command(sparql)
