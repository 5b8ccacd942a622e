"""Load a build into Neo4j: stage it under a separate label, count it, and replace the graph. A graph that is already this build stays unchanged."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from kgbuild.errors import KgbuildError
from kgbuild.pipeline.artifact import Build
from kgbuild.stores.neo4j import stage as staging
from kgbuild.stores.neo4j.plan import LoadPlan, plan, values
from kgbuild.stores.neo4j.rows import RowTally, tally
from kgbuild.stores.neo4j.server import Neo4jServer, Neo4jTarget
from kgbuild.stores.neo4j.stage import StagedRecord
from kgbuild.stores.neo4j.swap import Swap, in_place

Say = Callable[[str], None]
SWAP_LIMIT = 200_000


class LoadOutcome(NamedTuple):
    """The result of a load. ``plan`` lists the changes and is None if there was no graph before. ``unchanged`` means that nothing was written."""

    build: str
    graph: str
    tally: RowTally
    plan: LoadPlan | None
    unchanged: bool


def load(
    build: Build, target: Neo4jTarget, *, own: str, say: Say, swap_limit: int = SWAP_LIMIT, progress: Callable[[int], None] = lambda _: None
) -> LoadOutcome:
    """Replace the graph that has the name of the build with the build.

    ``own`` is the prefix of the schema's own terms. ``say`` receives one line at a time for the user. ``progress`` receives the number of rows
    of each staged batch.

    Raises StoreError if the server does not answer, refuses a statement, or has other counts than the build; UsageError if the address is
    invalid; MissingExtra if the driver is not installed. After an error the previous graph is complete, unless ``say`` announced batches.
    """
    counted = tally(build, own)
    place = staging.place(build.name, secrets.token_hex(8))
    with Neo4jServer(target, say) as server:
        server.check_version()
        record = staging.read(server, place) or StagedRecord(graph=place.key, name=place.name, state="none")
        parameters = values(record, counted)
        if in_place(server, place, record, parameters, build, counted) and not staging.leftover(server, place):
            return LoadOutcome(build.id(), place.graph, counted, None, unchanged=True)
        if staging.prepare(server, place):
            say("note          an earlier load was interrupted; kgbuild removed its staged data")
        swap = Swap(server, place, build, counted, parameters, swap_limit)
        changes = _guarded(swap, say, progress)
        staging.clear(server, place)
    return LoadOutcome(build.id(), place.graph, counted, changes, unchanged=False)


def _guarded(swap: Swap, say: Say, progress: Callable[[int], None]) -> LoadPlan | None:
    """Stage and swap. If that fails and the server still answers, remove the staged data."""
    try:
        return _stage_and_swap(swap, say, progress)
    except staging.TakenOver:
        raise
    except KgbuildError:
        swap.server.patience = 0
        with suppress(KgbuildError):  # the next load removes the staged data, and the first error is the one to report
            staging.clear(swap.server, swap.place)
        raise


def _stage_and_swap(swap: Swap, say: Say, progress: Callable[[int], None]) -> LoadPlan | None:
    server, place = swap.server, swap.place
    first = not staging.any_in_place(server, place)
    staging.stage(server, place, swap.build, swap.tally, first=first, progress=progress)
    if first:
        _announce(swap.tally.nodes, swap.limit, say)
        swap.first()
        return None
    changes = plan(server, place, swap.values)
    if changes.decorated:
        example = f"for example {changes.decorated[0]}"
        say(f"note          {len(changes.decorated):,} removed nodes have labels or properties of others, {example}; these are lost")
    _announce(changes.nodes, swap.limit, say)
    swap.replace(changes)
    return changes


def _announce(nodes: int, limit: int, say: Say) -> None:
    if nodes > limit:
        consequence = "readers may see some of the changes before the others"
        say(f"note          {nodes:,} nodes change, more than --swap-limit ({limit:,}): they change in batches, and {consequence}")
