"""Loading a build into Neo4j: staged under a label of its own, counted, put in place of the one that was there; or nothing, where it is there."""

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
    """What a load came to: ``plan`` is what it changed, None where no graph was; ``unchanged`` where nothing was to be done."""

    build: str
    graph: str
    tally: RowTally
    plan: LoadPlan | None
    unchanged: bool


def load(
    build: Build, target: Neo4jTarget, *, own: str, say: Say, swap_limit: int = SWAP_LIMIT, progress: Callable[[int], None] = lambda _: None
) -> LoadOutcome:
    """Make the graph called like the build what the build says. ``own`` is the prefix of our terms, ``say`` gets a line for the user.

    Raises StoreError (one sentence) where the server is away, refuses, or holds something else than it was sent; UsageError for an address that
    is none; MissingExtra without the driver. The graph that was there is whole then, unless ``say`` announced batches.
    """
    counted = tally(build, own)
    place = staging.place(build.name, secrets.token_hex(8))
    with Neo4jServer(target, say) as server:
        server.check_version()
        record = staging.read(server, place) or StagedRecord(graph=place.key, name=place.name, state="none")
        given = values(record, counted)
        if in_place(server, place, record, given, build, counted) and not staging.leftover(server, place):
            return LoadOutcome(build.id(), place.graph, counted, None, unchanged=True)
        if staging.prepare(server, place):
            say("note          an earlier load broke off; what it left is removed")
        swap = Swap(server, place, build, counted, given, swap_limit)
        changes = _guarded(swap, say, progress)
        staging.clear(server, place)
    return LoadOutcome(build.id(), place.graph, counted, changes, unchanged=False)


def _guarded(swap: Swap, say: Say, progress: Callable[[int], None]) -> LoadPlan | None:
    """Stage and swap; where that fails, what is staged is removed, if the server can still be asked."""
    try:
        return _stage_and_swap(swap, say, progress)
    except staging.TakenOver:
        raise
    except KgbuildError:
        swap.server.patience = 0
        with suppress(KgbuildError):  # the next load removes it, and the user is told what went wrong first
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
        with_ = f"labels or properties of others, as {changes.decorated[0]}"
        say(f"note          {len(changes.decorated):,} nodes that go have {with_}; they go with them")
    _announce(changes.nodes, swap.limit, say)
    swap.replace(changes)
    return changes


def _announce(nodes: int, limit: int, say: Say) -> None:
    if nodes > limit:
        said = "readers may see a part of the change until it is done"
        say(f"note          {nodes:,} nodes change, more than --swap-limit ({limit:,}): they change in batches, and {said}")
