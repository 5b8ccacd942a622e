"""Measures the CPU time of the rules about the graph (PG and RF) on a graph of any size, and how much memory they take.

A fifth of the nodes are resources, the rest are their products. Every product has an owner and cites it; what is left of the edges goes
from products to other resources. `--cycles 0` makes them so that no resources source each other: each cites those with smaller numbers.
`--cycles 5` adds five rings of a tenth of all resources each, and `--random` lets all cite all, so that nearly all resources are one group.
The same arguments make the same graph.

    python bench/graph.py [--nodes 1000000] [--edges 5000000] [--cycles 0] [--random]
"""

import argparse
import gc
import random
import resource
import time
from collections.abc import Iterator
from itertools import count

from kgbuild.checks.rules import provenance, references
from kgbuild.checks.view import AuditLimits, View
from kgbuild.mapping.load import load_mapping
from kgbuild.model.graph import Description, Edge, Node
from kgbuild.transform.factory import GraphFactory

NOTHING = Description()
CATEGORIES = ("DataSource", "KnowledgeGraph", "Aggregator")


def make_nodes(maker: GraphFactory, resources: int, products: int) -> Iterator[Node]:
    for n in range(resources):
        yield maker.node("resource", f"r{n}", CATEGORIES[n % len(CATEGORIES)], NOTHING, (f"r{n}",))
    for n in range(products):
        yield maker.node("product", product(n, resources), "Product", NOTHING, (f"r{n % resources}",))


def product(n: int, resources: int) -> str:
    return f"r{n % resources}.p{n // resources}"


def make_edges(maker: GraphFactory, resources: int, products: int, edges: int, cycles: int, *, everywhere: bool) -> Iterator[Edge]:
    """`has_product` and `derived_from`, product by product. The ids of edges are numbers: hashing millions of them is not what is measured."""
    owned, derived = maker.edge("has_product", "a", "b", ()), maker.edge("derived_from", "a", "b", (), "original", "prov:hadPrimarySource")
    chosen = random.Random(1)  # noqa: S311  # no secret: the same graph every time
    names = [f"kgr:r{n}" for n in range(resources)]
    by = [(f"r{n}",) for n in range(resources)]
    ring = resources // 10
    numbers = count()

    def edge(like: Edge, subject: str, target: str, *, within: bool | None = None) -> Edge:
        return type(like)(
            id=str(next(numbers)), subject=subject, predicate=like.predicate, object=target, category=like.category,
            knowledge_level=like.knowledge_level, agent_type=like.agent_type, relation_type=like.relation_type, source_role=like.source_role,
            declared_in=by[owner], within_owner=within,
        )  # fmt: skip

    for n in range(products):
        id, owner = f"kgr:{product(n, resources)}", n % resources
        yield edge(owned, names[owner], id)
        yield edge(derived, id, names[owner], within=True)
        ringed = n < min(cycles, 10) * ring
        if ringed:
            yield edge(derived, id, names[n - n % ring + (n + 1) % ring])
        for _ in range((n + 1) * edges // products - n * edges // products - 2 - ringed):
            target = int(chosen.random() * (resources if everywhere else owner))
            yield edge(derived, id, names[target], within=target == owner or None)


def megabytes() -> int:
    """The largest resident size so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--edges", type=int, default=5_000_000)
    parser.add_argument("--cycles", type=int, default=0, help="rings of a tenth of all resources each")
    parser.add_argument("--random", action="store_true", help="any product may cite any resource")
    options = parser.parse_args()
    gc.disable()  # as `kgbuild check` does
    resources = options.nodes // 5
    products = options.nodes - resources
    maker = GraphFactory(load_mapping(None))
    nodes = list(make_nodes(maker, resources, products))
    edges = list(make_edges(maker, resources, products, options.edges, options.cycles, everywhere=options.random))
    view = View(maker.mapping, AuditLimits(), nodes, edges)
    print(f"{len(nodes):,} nodes, {len(edges):,} edges: {megabytes():,} MB")
    total = 0.0
    for what, work in (
        ("tables of the view", lambda: (view.graph.derivations, view.graph.products)),
        *((rule.code, lambda rule=rule: list(rule.check(view))) for rule in (*provenance.RULES, *references.RULES)),
    ):
        start = time.process_time()
        found = work()
        seconds = time.process_time() - start
        total += seconds
        told = f", {len(found):,} findings" if isinstance(found, list) else ""
        print(f"{what:20} {seconds:6.2f} s{told}")
    print(f"{'all':20} {total:6.2f} s, {megabytes():,} MB")


if __name__ == "__main__":
    main()
