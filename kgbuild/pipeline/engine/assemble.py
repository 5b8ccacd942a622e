"""Assemble claim batches into nodes and edges, or their bytes: one range of ids at a time, in several processes, in the order of the ids.

Resources and products come first, then organizations, in order of their ids, each with the edges that were merged with it.
Documentation pages, stubs and rolled-up edges follow, since they require everything else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from kgbuild import writers
from kgbuild.errors import KgbuildError
from kgbuild.model.graph import Claim, Difference, Edge, Kind, Node, Statement
from kgbuild.pipeline.engine import local
from kgbuild.pipeline.engine.audit_rows import encode_rows
from kgbuild.pipeline.engine.claim_batch import ClaimBatch, EncodedClaim, ranges
from kgbuild.pipeline.engine.job import Job
from kgbuild.transform.finalize import Block, Finalizer
from kgbuild.transform.merge import Merger

#: The number of claims that one task merges, few enough to keep its objects within a few megabytes.
_RANGE = 4_000
#: The names of the kinds of node in counts.
_KIND_NAMES: dict[Kind, str] = {"resource": "resource", "product": "product", "organization": "organization", "page": "documentation page"}
_stated_as = attrgetter("original_predicate", "predicate")


class Span(NamedTuple):
    """A range of ids to merge, from ``first`` up to, not including, ``end``.

    ``batches`` contains its claims if the worker does not have the batches of the run.
    """

    first: str
    end: str | None
    batches: Sequence[ClaimBatch] | None = None


class Chunk(NamedTuple):
    """What a block adds to each file, and counts of its content.

    ``ids`` are the edge ids, 16 bytes each. ``audit_rows`` are the columns of its nodes and edges that rules read, as bytes, if the job is audited.
    """

    files: dict[str, writers.Rendered]
    nodes: Counter[str]
    edges: Counter[str]
    categories: Counter[str]
    ids: bytes
    audit_rows: bytes = b""
    stale: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


def blocks(plan: Job, decoded: dict[bytes, EncodedClaim] | None = None) -> Iterator[Block]:
    """Yield the graph one block at a time, in this process. ``decoded`` caches statements by their bytes."""
    finalizer = Finalizer(plan.mapping, plan.run_index, rollup=plan.rollup)
    for span in ranges(plan.batches, _RANGE):
        block = _merge(plan, Span(*span), {} if decoded is None else decoded)
        finalizer.add(block)
        yield block
    yield _last(plan, finalizer)


def chunks(plan: Job, jobs: int, tick: Callable[[int, int], None]) -> Iterator[Chunk]:
    """Yield the graph as bytes, one chunk at a time. ``tick`` is called with the number of ranges done and their total.

    Raises KgbuildError if two edges have the same id.
    """
    finalizer = Finalizer(plan.mapping, plan.run_index, rollup=plan.rollup)
    spans = ranges(plan.batches, _RANGE)
    jobs = jobs if len(spans) > 1 else 1
    state, tasks = plan, (Span(*span) for span in spans)
    if jobs > 1 and local.start_method() != "fork":  # these workers have no copy of this process's memory
        state = plan._replace(batches=())
        tasks = (Span(first, end, [batch.cut(first, end) for batch in plan.batches if batch.holds(first, end)]) for first, end in spans)
    seen = _Ids()
    for done, (chunk, block) in enumerate(local.run(_worker, state, tasks, jobs), 1):
        tick(done, len(spans))
        finalizer.add(block)
        seen.add(chunk.ids)
        yield chunk
    last = _render(plan, _last(plan, finalizer))
    seen.add(last.ids)
    yield last


def _last(plan: Job, finalizer: Finalizer) -> Block:
    """Return the block that requires everything else to be merged."""
    pages = (claim for batch in plan.batches for claim in batch.pages)
    return finalizer.block(pages, [batch.keys for batch in plan.batches])


class Gatherer:
    """Gather the output of the formats of a job: heads, chunks in the order of the graph, waiting pieces, tails; each by the ending of its file."""

    def __init__(self, plan: Job) -> None:
        self._writers = [
            (writers.WRITERS[name].files, writers.writer(name, plan.mapping, qualified=plan.qualified)) for name in plan.formats
        ]

    def heads(self) -> dict[str, bytes]:
        """Return the beginning of each file."""
        return {file: head for files, writer in self._writers for file, head in zip(files, writer.head(), strict=True)}

    def gather(self, chunk: Chunk) -> dict[str, writers.Rendered]:
        """Return what a chunk adds to each file."""
        return {
            file: rendered
            for files, writer in self._writers
            for file, rendered in zip(files, writer.gather(tuple(chunk.files[file] for file in files)), strict=True)
        }

    def settle(self, waiting: Mapping[str, writers.Waiting]) -> Iterator[tuple[str, writers.Rendered]]:
        """Yield what the waiting pieces add to each file after all chunks are gathered."""
        for files, writer in self._writers:
            for number, rendered in writer.settle([waiting[file] for file in files]):
                yield files[number], rendered

    def tails(self) -> dict[str, writers.Rendered]:
        """Return the end of each file."""
        return {file: tail for files, writer in self._writers for file, tail in zip(files, writer.tail(), strict=True)}


def _worker(plan: Job) -> Callable[[Span], tuple[Chunk, Block]]:
    """Return the function that merges and renders ranges in one process."""
    return partial(_work, plan)


def _work(plan: Job, span: Span) -> tuple[Chunk, Block]:
    """Return a chunk, and its block without the nodes and edges that the end of the run does not require."""
    block = _merge(plan, span, {})
    chunk = _render(plan, block)
    return chunk, block._replace(nodes=[], edges=block.edges if plan.rollup else [])


def _merge(plan: Job, span: Span, decoded: dict[bytes, EncodedClaim]) -> Block:
    """Merge all claims about the ids of a range."""
    groups: defaultdict[str, list[Claim[Statement]]] = defaultdict(list)
    for batch in plan.batches if span.batches is None else span.batches:
        if batch.holds(span.first, span.end):
            for claim in batch.claims(span.first, span.end, decoded):
                groups[claim.about].append(claim)
    merger = Merger(plan.mapping, plan.run_index)
    block = Block([], [], [], [], [], [], [])
    for about in sorted(groups):
        merged = merger.merge(groups[about])
        block.nodes.extend(merged.nodes)
        block.edges.extend(merged.edges)
        block.needs.extend(merged.needs)
        block.addresses.extend(merged.addresses)
        block.stale.extend(merged.stale)
        if merged.difference:
            block.differences.append(merged.difference)
        if not merged.nodes:
            block.nodeless.append(about)
    return block


def _render(plan: Job, block: Block) -> Chunk:
    files: dict[str, writers.Rendered] = {}
    for name in plan.formats:
        writer = writers.writer(name, plan.mapping, qualified=plan.qualified)
        files |= zip(writers.WRITERS[name].files, writer.render(block.nodes, block.edges), strict=True)
    nodes, categories = _counts(block.nodes)
    return Chunk(
        files=files,
        nodes=nodes,
        edges=_by_predicate(block.edges),
        categories=categories,
        audit_rows=encode_rows(block.nodes, block.edges) if plan.audited else b"",
        ids=bytes.fromhex("".join([edge.id[9:] for edge in block.edges]).replace("-", "")),
        stale=tuple(block.stale),
        differences=tuple(block.differences),
    )


def _by_predicate(edges: Sequence[Edge]) -> Counter[str]:
    """Count edges by the registry's own predicate, without its prefix."""
    counts: Counter[str] = Counter()
    for (original, predicate), count in Counter(map(_stated_as, edges)).items():
        counts[(original or predicate).partition(":")[2]] += count
    return counts


def _counts(nodes: Sequence[Node]) -> tuple[Counter[str], Counter[str]]:
    """Count nodes by kind, and stubs also as stubs; and nodes by their specific class."""
    kinds: Counter[str] = Counter()
    for node in nodes:
        kind = _KIND_NAMES[node.kind]
        kinds[kind] += 1
        if node.stub:
            kinds[f"stub {kind}"] += 1
    return kinds, Counter(node.kgrs_category or node.category[0] for node in nodes)


class _Ids:
    """The ids of all edges. A duplicate id would silently lose an edge, so it is an error."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._count = 0

    def add(self, ids: bytes) -> None:
        self._seen.update([ids[at : at + 16] for at in range(0, len(ids), 16)])
        self._count += len(ids) // 16
        if len(self._seen) != self._count:
            raise KgbuildError(
                "two edges have the same id: expected every edge to differ in subject, predicate, object, role or relation; please report it"
            )
