"""What tests of the lineage share: small provenance graphs of random sources with many cycles in them."""

from __future__ import annotations

import random

from kgbuild.lineage.graph import ProvenanceGraph
from kgbuild.mapping.load import load_mapping
from kgbuild.model.graph import Description, Node
from kgbuild.transform.factory import GraphFactory

MAPPING = load_mapping()
MAKER = GraphFactory(MAPPING)
CITED = ("derived_from", "original", "prov:hadPrimarySource")


def made(seed: int) -> ProvenanceGraph:
    """Resources, some of them a DataSource, that mostly cite themselves, each other, and each other's products; and two stubs."""
    chosen = random.Random(seed)
    resources = [f"r{n}" for n in range(chosen.randint(1, 7))]
    products = [f"{resource}.p{n}" for resource in resources for n in range(chosen.randint(0, 3))]
    often = chosen.choice([0.05, 0.3, 0.6])
    nodes = [node("resource", id, "DataSource" if chosen.random() < often else "Aggregator") for id in resources]
    nodes += [
        *(node("product", id, "Product") for id in products),
        node("resource", "zz", stub=True),
        node("product", "r0.stub", stub=True),
    ]
    edges = []
    for product in products:
        owner = product.partition(".")[0]
        edges.append(MAKER.edge("has_product", f"kgr:{owner}", f"kgr:{product}", (owner,)))
        cited = {owner} if chosen.random() < 0.8 else set()
        for _ in range(chosen.choice([0, 0, 1, 2, 3])):
            cited.add(chosen.choice([*resources, *products, "zz", "r0.stub"] if chosen.random() < 0.5 else resources))
        for source in sorted(cited):
            within = source.partition(".")[0] == owner or None
            edges.append(MAKER.edge(CITED[0], f"kgr:{product}", f"kgr:{source}", (owner,), CITED[1], CITED[2], within))
    return ProvenanceGraph(nodes, edges)


def node(kind: str, id: str, category: str | None = None, *, stub: bool | None = None) -> Node:
    return MAKER.node(kind, id, category, Description(), (), stub=stub)
