"""Parts -> nodes and edges, or their bytes: a range of ids at a time, in several processes, in an order that depends on the ids alone.

Resources and products come first and organizations after them, in order of their ids, each with the edges that were merged with it.
Then come documentation pages, stubs, and rolled-up edges, which can only be made when all else is known.
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

#: Claims that one task merges: some thousand keep all its objects within a few megabytes.
_RANGE = 4_000
#: What the kinds of node are called in counts.
_KIND_NAMES: dict[Kind, str] = {"resource": "resource", "product": "product", "organization": "organization", "page": "documentation page"}
_stated_as = attrgetter("original_predicate", "predicate")


class Span(NamedTuple):
    """A range of ids to merge: from ``first`` up to ``end``, which is left out. ``parts`` hold its claims, where a worker has none of the run."""

    first: str
    end: str | None
    parts: Sequence[ClaimBatch] | None = None


class Chunk(NamedTuple):
    """What a block adds to each file, and the counts of what is in it.

    ``ids`` are the edge ids, 16 bytes each; ``facts`` the Facts of its nodes and edges, where the plan asks for them, as bytes.
    """

    files: dict[str, writers.Rendered]
    nodes: Counter[str]
    edges: Counter[str]
    categories: Counter[str]
    ids: bytes
    facts: bytes = b""
    stale: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


def blocks(plan: Job, decoded: dict[bytes, EncodedClaim] | None = None) -> Iterator[Block]:
    """The graph, a block at a time, in this process. ``decoded`` are statements that are known already, by their bytes."""
    ending = Finalizer(plan.mapping, plan.facts, rollup=plan.rollup)
    for span in ranges(plan.parts, _RANGE):
        block = _merge(plan, Span(*span), {} if decoded is None else decoded)
        ending.add(block)
        yield block
    yield _last(plan, ending)


def chunks(plan: Job, jobs: int, tick: Callable[[int, int], None]) -> Iterator[Chunk]:
    """The graph as bytes, a chunk at a time; ``tick`` is told how many are done, and of how many.

    Raises KgbuildError where two edges have one id.
    """
    ending = Finalizer(plan.mapping, plan.facts, rollup=plan.rollup)
    spans = ranges(plan.parts, _RANGE)
    jobs = jobs if len(spans) > 1 else 1
    state, tasks = plan, (Span(*span) for span in spans)
    if jobs > 1 and local.start_method() != "fork":  # the workers then have none of what is in memory here
        state = plan._replace(parts=())
        tasks = (Span(first, end, [part.cut(first, end) for part in plan.parts if part.holds(first, end)]) for first, end in spans)
    seen = _Ids()
    for done, (chunk, block) in enumerate(local.run(_worker, state, tasks, jobs), 1):
        tick(done, len(spans))
        ending.add(block)
        seen.add(chunk.ids)
        yield chunk
    last = _render(plan, _last(plan, ending))
    seen.add(last.ids)
    yield last


def _last(plan: Job, finalizer: Finalizer) -> Block:
    """What can be made only when everything else has been merged."""
    pages = (claim for part in plan.parts for claim in part.pages)
    return finalizer.block(pages, [part.keys for part in plan.parts])


class Gatherer:
    """What the formats of a plan write: heads, chunk after chunk in the order of the graph, what waits, tails; each by its file's ending."""

    def __init__(self, plan: Job) -> None:
        self._writers = [
            (writers.WRITERS[name].files, writers.writer(name, plan.mapping, qualified=plan.qualified)) for name in plan.formats
        ]

    def heads(self) -> dict[str, bytes]:
        """What each file begins with."""
        return {file: head for files, writer in self._writers for file, head in zip(files, writer.head(), strict=True)}

    def gather(self, chunk: Chunk) -> dict[str, writers.Rendered]:
        """What a chunk adds to each file."""
        return {
            file: rendered
            for files, writer in self._writers
            for file, rendered in zip(files, writer.gather(tuple(chunk.files[file] for file in files)), strict=True)
        }

    def settle(self, waiting: Mapping[str, writers.Waiting]) -> Iterator[tuple[str, writers.Rendered]]:
        """What the pieces that wait for each file add to it, when all chunks are gathered."""
        for files, writer in self._writers:
            for number, rendered in writer.settle([waiting[file] for file in files]):
                yield files[number], rendered

    def tails(self) -> dict[str, writers.Rendered]:
        """What each file ends with."""
        return {file: tail for files, writer in self._writers for file, tail in zip(files, writer.tail(), strict=True)}


def _worker(plan: Job) -> Callable[[Span], tuple[Chunk, Block]]:
    """What merges and renders ranges in one process."""
    return partial(_work, plan)


def _work(plan: Job, span: Span) -> tuple[Chunk, Block]:
    """A chunk, and of its block what is needed at the end: not the nodes and edges, but what they leave to be done."""
    block = _merge(plan, span, {})
    chunk = _render(plan, block)
    return chunk, block._replace(nodes=[], edges=block.edges if plan.rollup else [])


def _merge(plan: Job, span: Span, decoded: dict[bytes, EncodedClaim]) -> Block:
    """Merge all claims about the ids of a range."""
    groups: defaultdict[str, list[Claim[Statement]]] = defaultdict(list)
    for part in plan.parts if span.parts is None else span.parts:
        if part.holds(span.first, span.end):
            for claim in part.claims(span.first, span.end, decoded):
                groups[claim.about].append(claim)
    merger = Merger(plan.mapping, plan.facts)
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
        facts=encode_rows(block.nodes, block.edges) if plan.audited else b"",
        ids=bytes.fromhex("".join([edge.id[9:] for edge in block.edges]).replace("-", "")),
        stale=tuple(block.stale),
        differences=tuple(block.differences),
    )


def _by_predicate(edges: Sequence[Edge]) -> Counter[str]:
    """Edges by our own predicate, without its prefix."""
    counts: Counter[str] = Counter()
    for (original, predicate), count in Counter(map(_stated_as, edges)).items():
        counts[(original or predicate).partition(":")[2]] += count
    return counts


def _counts(nodes: Sequence[Node]) -> tuple[Counter[str], Counter[str]]:
    """Nodes by kind, where stubs count in their kind and once more as stubs; and by their specific class."""
    kinds: Counter[str] = Counter()
    for node in nodes:
        kind = _KIND_NAMES[node.kind]
        kinds[kind] += 1
        if node.stub:
            kinds[f"stub {kind}"] += 1
    return kinds, Counter(node.kgrs_category or node.category[0] for node in nodes)


class _Ids:
    """The ids of all edges. Two edges of one id have never been seen, and would lose one of the two without a word."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._count = 0

    def add(self, ids: bytes) -> None:
        self._seen.update([ids[at : at + 16] for at in range(0, len(ids), 16)])
        self._count += len(ids) // 16
        if len(self._seen) != self._count:
            raise KgbuildError(
                "two edges have one id: expected every edge to differ in subject, predicate, object, role or relation; please report it"
            )
