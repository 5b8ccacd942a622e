"""Parts -> nodes and edges, or their bytes: a range of ids at a time, in several processes, in an order that depends on the ids alone.

Resources and products come first and organizations after them, in order of their ids, each with the edges that were merged with it.
Then come documentation pages, stubs, and rolled-up edges, which can only be made when all else is known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

import msgspec
from msgspec import Struct

from kgbuild import writers
from kgbuild.engines import pool
from kgbuild.engines.parts import Part, Said, ranges
from kgbuild.errors import KgbuildError
from kgbuild.links import Addresses
from kgbuild.mapping import Mapping
from kgbuild.merge import Merger, Need, RunFacts
from kgbuild.model import Claim, Difference, Edge, Kind, Node, PageStatement, Statement

#: Claims that one task merges: some thousand keep all its objects within a few megabytes.
_RANGE = 4_000
_stated_as = attrgetter("original_predicate", "predicate")


class Block(NamedTuple):
    """Some nodes and edges of the graph, and what they leave to be done at the end."""

    nodes: list[Node]
    edges: list[Edge]
    needs: list[Need]
    addresses: list[tuple[str, str]]
    nodeless: list[str]
    stale: list[str]
    differences: list[Difference]


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


class Plan(NamedTuple):
    """All that workers need to know. ``formats`` are names of WRITERS."""

    parts: Sequence[Part]
    mapping: Mapping
    facts: RunFacts
    formats: tuple[str, ...] = ()
    qualified: bool = False
    rollup: bool = False
    audited: bool = False


class Facts(Struct, frozen=True, array_like=True):
    """What rules about the graph need of some nodes and edges: of each the fields that _NODE and _EDGE name."""

    nodes: list[tuple[str, tuple[str, ...], tuple[str, ...], bool | None, str | None]]
    edges: list[
        tuple[str, str, str, str | None, str | None, tuple[str, ...], bool | None, str | None, str | None, tuple[str, ...], int | None]
    ]


_NODE = ("id", "category", "declared_in", "stub", "kgrs_category")
_EDGE = (
    "subject", "predicate", "object", "relation_type", "source_role", "declared_in", "within_owner", "original_predicate", "original_object",
    "original_objects", "products",
)  # fmt: skip
_of_node, _of_edge = attrgetter(*_NODE), attrgetter(*_EDGE)
_encode_facts, _decode_facts = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(Facts).decode


def known(chunks: Iterable[bytes]) -> tuple[list[Node], list[Edge]]:
    """Nodes and edges with no more than what rules about the graph need, from the facts of all chunks."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for chunk in chunks:
        facts = _decode_facts(chunk)
        nodes += [Node(i, c, "", declared_in=by, stub=stub, kgrs_category=own) for i, c, by, stub, own in facts.nodes]
        edges += [
            Edge("", s, p, o, (), "", "", relation, role, None, (), by, within, written, old, olds, None, products)  # type: ignore[arg-type]  # roles
            for s, p, o, relation, role, by, within, written, old, olds, products in facts.edges
        ]
    return nodes, edges


def blocks(plan: Plan, decoded: dict[bytes, Said] | None = None) -> Iterator[Block]:
    """The graph, a block at a time, in this process. ``decoded`` are statements that are known already, by their bytes."""
    ending = _Ending(plan)
    for span in ranges(plan.parts, _RANGE):
        block = _merge(plan, span, {} if decoded is None else decoded)
        ending.add(block)
        yield block
    yield ending.block()


def chunks(plan: Plan, jobs: int, tick: Callable[[int, int], None]) -> Iterator[Chunk]:
    """The graph as bytes, a chunk at a time; ``tick`` is told how many are done, and of how many.

    Raises KgbuildError where two edges have one id.
    """
    ending = _Ending(plan)
    spans = ranges(plan.parts, _RANGE)
    seen = _Ids()
    for done, (chunk, block) in enumerate(pool.run(_work, plan, spans, jobs if len(spans) > 1 else 1), 1):
        tick(done, len(spans))
        ending.add(block)
        seen.add(chunk.ids)
        yield chunk
    last = _render(plan, ending.block())
    seen.add(last.ids)
    yield last


class Gatherer:
    """What the formats of a plan write, in the order of the graph: heads, chunk after chunk, tails; each by the ending of the file's name."""

    def __init__(self, plan: Plan) -> None:
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

    def tails(self) -> dict[str, writers.Rendered]:
        """What each file ends with."""
        return {file: tail for files, writer in self._writers for file, tail in zip(files, writer.tail(), strict=True)}


def _work(plan: Plan, span: tuple[str, str | None]) -> tuple[Chunk, Block]:
    """A chunk, and of its block what is needed at the end: not the nodes and edges, but what they leave to be done."""
    block = _merge(plan, span, {})
    chunk = _render(plan, block)
    return chunk, block._replace(nodes=[], edges=block.edges if plan.rollup else [])


def _merge(plan: Plan, span: tuple[str, str | None], decoded: dict[bytes, Said]) -> Block:
    """Merge all claims about the ids of a range."""
    groups: defaultdict[str, list[Claim[Statement]]] = defaultdict(list)
    first, end = span
    for part in plan.parts:
        if part.keys and part.keys[-1] >= first and (end is None or part.keys[0] < end):
            for claim in part.claims(first, end, decoded):
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


def _render(plan: Plan, block: Block) -> Chunk:
    files: dict[str, writers.Rendered] = {}
    for name in plan.formats:
        writer = writers.writer(name, plan.mapping, qualified=plan.qualified)
        files |= zip(writers.WRITERS[name].files, writer.render(block.nodes, block.edges), strict=True)
    nodes, categories = _counts(plan.mapping, block.nodes)
    return Chunk(
        files=files,
        nodes=nodes,
        edges=_by_predicate(block.edges),
        categories=categories,
        facts=_encode_facts((list(map(_of_node, block.nodes)), list(map(_of_edge, block.edges)))) if plan.audited else b"",
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


def _counts(mapping: Mapping, nodes: Sequence[Node]) -> tuple[Counter[str], Counter[str]]:
    """Nodes by kind, where stubs count in their kind and once more as stubs; and by their specific class."""
    spaces = mapping.prefixes.spaces
    others = {spaces["organization"]: "organization", spaces["page"]: "documentation page"}
    product = {mapping.categories.product.class_, mapping.categories.product.biolink}
    kinds: Counter[str] = Counter()
    for node in nodes:
        kind = others.get(node.id.partition(":")[0]) or ("product" if not product.isdisjoint(node.category) else "resource")
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


class _Ending:
    """What is known when everything else has been merged: pages, stubs, rolled-up edges."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._merger = Merger(plan.mapping, plan.facts)
        self._needs: defaultdict[tuple[Kind, str], set[str]] = defaultdict(set)
        self._addresses: list[tuple[str, str]] = []
        self._nodeless: set[str] = set()
        self._rollup = Rollup(plan.mapping, plan.facts) if plan.rollup else None

    def add(self, block: Block) -> None:
        for need in block.needs:
            self._needs[need.kind, need.id].update(need.by)
        self._addresses.extend(block.addresses)
        self._nodeless.update(block.nodeless)
        if self._rollup:
            self._rollup.add(block)

    def block(self) -> Block:
        block = Block([], [], [], [], [], [], [])
        for merged in self._pages():
            block.nodes.extend(merged[0])
            block.edges.extend(merged[1])
        if self._rollup:
            block.edges.extend(self._rollup.edges(self._merger))
        block.nodes.extend(self._stubs())
        return block

    def _pages(self) -> Iterator[tuple[list[Node], list[Edge]]]:
        groups: defaultdict[str, list[Claim[PageStatement]]] = defaultdict(list)
        for part in self._plan.parts:
            for claim in part.pages:
                groups[claim.about].append(claim)
        addresses = Addresses(self._addresses) if groups else None
        for about in sorted(groups):
            if addresses is not None:
                merged = self._merger.pages(groups[about], addresses)
                yield merged.nodes, merged.edges

    def _stubs(self) -> Iterator[Node]:
        """A node for each id that an edge needs and nothing describes, in order of their ids."""
        wanted = {self._plan.mapping.curie(kind, id): Need(kind, id, tuple(sorted(by))) for (kind, id), by in self._needs.items()}
        described: set[str] = set()
        for part in self._plan.parts:
            described |= wanted.keys() & part.keys
        for curie in sorted(wanted.keys() - (described - self._nodeless)):
            yield self._merger.stub(wanted[curie])


class Rollup:
    """``--rollup``: derived_from between the owners of products and of their sources, with the number of products behind it.

    It needs no node that no other edge needs: an owner is the subject of a has_product edge, or a resource of the run.
    """

    def __init__(self, mapping: Mapping, facts: RunFacts) -> None:
        self._derived_from, _ = mapping.predicates("derived_from")
        self._has_product, _ = mapping.predicates("has_product")
        self._resources = frozenset(mapping.curie("resource", id) for id in facts.resources)
        self._owners: defaultdict[str, list[str]] = defaultdict(list)
        self._derived: list[Edge] = []

    def add(self, block: Block) -> None:
        """Keep the derivations of a block, and whose its products are. (All of them: whose a source is may be known only later.)"""
        for edge in block.edges:
            if edge.predicate == self._derived_from:
                self._derived.append(edge)
            elif edge.predicate == self._has_product:
                self._owners[edge.object].append(edge.subject)

    def _belongs_to(self, source: str) -> list[str]:
        """The resources that a source belongs to: its owners; of a stub product, the resource that its id names; else the source itself."""
        head, dot, _ = source.partition(".")
        if source in self._owners:
            return self._owners[source]
        return [head] if dot and head in self._resources and source not in self._resources else [source]

    def edges(self, merger: Merger) -> list[Edge]:
        """The rolled-up edges in order of subject and object."""
        products: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        declared: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for edge in self._derived:
            for subject in self._owners.get(edge.subject, ()):
                for object in self._belongs_to(edge.object):
                    if subject != object:
                        products[subject, object].add(edge.subject)
                        declared[subject, object].update(edge.declared_in)
        return [merger.rolled_up(s, o, declared[s, o], len(products[s, o])) for s, o in sorted(products)]
