"""The commands that load a graph into a store: `kgbuild load neo4j` and `kgbuild load sparql`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import cast

import click

from kgbuild.cli.options import takes_a_build

#: Name of the command of each store -> the Click command. The arguments and options of the build are added here.
STORES: Mapping[str, str] = MappingProxyType(
    {
        "neo4j": "kgbuild.stores.neo4j.command:neo4j",
        "sparql": "kgbuild.stores.sparql.command:sparql",
    }
)


@click.group()
def load() -> None:
    """Load the graph into a store. It replaces the graph of an earlier load and is verified afterwards."""


def _of_store(place: str) -> click.Command:
    """Return the command of a store, with the options of the build before its own. It gets the build as ``request``."""
    module, _, name = place.partition(":")
    own: click.Command = getattr(import_module(module), name)
    command = click.command(own.name, help=own.help)(takes_a_build("load")(cast("Callable[..., int]", own.callback)))
    command.params += own.params
    return command


for _store in STORES.values():
    load.add_command(_of_store(_store))
