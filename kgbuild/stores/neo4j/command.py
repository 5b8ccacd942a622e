"""The command `kgbuild load neo4j`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kgbuild.errors import visible
from kgbuild.options import QUIET

if TYPE_CHECKING:
    from kgbuild.pipeline.artifact import BuildSource
    from kgbuild.stores.neo4j.load import LoadOutcome
    from kgbuild.stores.neo4j.server import Neo4jTarget

PASSWORD, ADDRESS = "KGBUILD_NEO4J_PASSWORD", "KGBUILD_NEO4J_URI"


@click.command()
@click.option("--uri", envvar=ADDRESS, default="bolt://localhost:7687", show_default=True, metavar="URI", show_envvar=True,
              help="Address of the server: bolt:// or neo4j://, with +s or +ssc for TLS.")  # fmt: skip
@click.option("--user", default="neo4j", show_default=True, help="User to authenticate as.")
@click.option("--password-file", metavar="FILE", type=click.Path(),
              help=f"File that contains the password; alternatively set {PASSWORD}. Without either, no authentication is used.")  # fmt: skip
@click.option("--database", metavar="NAME", help="Database to load into.  [default: the user's home database]")
@click.option("--timeout", type=click.FloatRange(min=0), default=60, show_default=True, metavar="SECONDS",
              help="Time to wait for an answer of the server.")  # fmt: skip
@click.option("--swap-limit", type=click.IntRange(min=0), default=200_000, show_default=True, metavar="NODES",
              help="Largest number of nodes to change in one transaction; a larger change is made in batches.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help=QUIET.help)
def neo4j(
    request: BuildSource,
    uri: str,
    user: str,
    password_file: str | None,
    database: str | None,
    timeout: float,
    swap_limit: int,
    quiet: bool,
) -> int:
    """Load the graph into Neo4j 5.26 or later. It replaces the graph of the same name from an earlier load.

    INPUT is as in `kgbuild export`. With --from DIR, kgbuild loads an existing export that has the format kgx-jsonl (or kgx). The load changes
    all or nothing, and never changes other data in the database.
    """
    from kgbuild.stores.neo4j.load import load
    from kgbuild.stores.neo4j.server import Neo4jTarget, check_address
    from kgbuild.stores.password import in_file

    check_address(uri)
    password = in_file(password_file) if password_file is not None else os.environ.get(PASSWORD) or None
    target = Neo4jTarget(uri, user, password, database, timeout)
    own = request.vocabulary().prefixes.spaces["term"]

    def say(line: str) -> None:
        if not quiet:
            click.echo(visible(line), err=True)

    with request.open_build(("kgx-jsonl",)) as build:
        outcome = load(build, target, own=own, say=say, swap_limit=swap_limit)
    for line in _lines(outcome, target):
        say(line)
    return 0


def _lines(outcome: LoadOutcome, target: Neo4jTarget) -> Iterator[str]:
    """Yield the lines that report what was loaded and what changed."""
    tally, plan = outcome.tally, outcome.plan
    types = ", ".join(f"{count:,} {type}" for type, count in tally.types.items())
    yield f"nodes         {tally.nodes:,}"
    yield f"relationships {tally.relationships:,}" + (f" ({types})" if types else "")
    if plan is not None:
        nodes = f"{len(plan.added):,} nodes added, {len(plan.removed):,} removed, {len(plan.changed):,} changed"
        yield f"changes       {nodes}; {len(plan.relinked):,} with other relationships"
    state = "unchanged     " if outcome.unchanged else "loaded        "
    yield f"{state}build {outcome.build} as {outcome.graph}, {target}"
