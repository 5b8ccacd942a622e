"""What tests of the lineage share: small provenance graphs of random sources with many cycles in them, and graphs made by hand."""

from __future__ import annotations

import random
from typing import NamedTuple

from hypothesis import strategies as st

from kgbuild.lineage.grades import GradedWalks
from kgbuild.lineage.graph import ProvenanceGraph
from kgbuild.mapping.load import load_mapping
from kgbuild.model.graph import DescribedProductNode, Description, Edge, Node
from kgbuild.transform.factory import GraphFactory

MAPPING = load_mapping()
MAKER = GraphFactory(MAPPING)
DATA, NOT_DATA = "GraphProduct", "ProgrammingInterface"
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


class Drawn(NamedTuple):
    """Products with their owners, category and whether a record describes them too; and who is made from what."""

    resources: tuple[str, ...]
    products: dict[str, tuple[tuple[str, ...], str, bool]]
    sources: tuple[tuple[str, str], ...]

    def owners(self, id: str) -> tuple[str, ...]:
        return self.products[id][0] if id in self.products else ()

    def within(self, subject: str, source: str) -> bool:
        """Whether a source is the own resource, a sibling, or a product of the resource that cites it."""
        return bool({subject, *self.owners(subject)} & {source, *self.owners(source)} - ({subject} if subject in self.products else set()))


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    resources = tuple(f"r{n}" for n in range(draw(st.integers(2, 5))))
    categories = st.sampled_from([DATA, NOT_DATA, NOT_DATA, "Unheard"])
    products: dict[str, tuple[tuple[str, ...], str, bool]] = {}
    for owner in resources:
        for n in range(draw(st.integers(0, 2))):
            products[f"{owner}.p{n}"] = ((owner,), draw(categories), False)
    for n in range(draw(st.integers(0, 2))):  # without a dot: owned by several, or by none; some are a resource that owns products
        owners = draw(st.sets(st.sampled_from(resources), max_size=2))
        products[f"d{n}"] = (tuple(sorted(owners)), draw(categories), draw(st.booleans()))
        if products[f"d{n}"][2]:
            products[f"d{n}.own"] = ((f"d{n}",), draw(categories), False)
    subjects = [*products, *products, *products, *resources] if products else [*resources]
    pairs = st.tuples(st.sampled_from(subjects), st.sampled_from([*resources, *resources, *products, "stub"]))
    return Drawn(resources, products, tuple(draw(st.sets(pairs, max_size=12))))


def rows(of: Drawn) -> tuple[list[Node], list[Edge]]:
    nodes = [MAKER.node("resource", id, "DataSource", Description(), (id,)) for id in of.resources]
    nodes.append(MAKER.node("resource", "stub", None, Description(), (), stub=True))
    for id, (_, category, described) in of.products.items():
        node = MAKER.node("product", id, category, Description(), ())
        nodes.append(DescribedProductNode(**{name: getattr(node, name) for name in node.__struct_fields__}) if described else node)
    edges = [MAKER.edge("has_product", f"kgr:{owner}", f"kgr:{id}", ()) for id, said in of.products.items() for owner in said[0]]
    for subject, source in sorted(of.sources):
        within = of.within(subject, source) or None
        edges.append(MAKER.edge("derived_from", f"kgr:{subject}", f"kgr:{source}", (), "original", "prov:hadPrimarySource", within))
    return nodes, edges


def graded(products: dict[str, str], *sources: tuple[str, str]) -> GradedWalks:
    """The walks over products by their category, which belong to what stands before the dot, and over sources."""
    nodes = [MAKER.node("product", id, category, Description(), ()) for id, category in products.items()]
    edges = [MAKER.edge("has_product", f"kgr:{id.partition('.')[0]}", f"kgr:{id}", ()) for id in products]
    for id, source in sources:
        within = id.partition(".")[0] == source.partition(".")[0] or None
        edges.append(MAKER.edge("derived_from", f"kgr:{id}", f"kgr:{source}", (), "original", "prov:used", within))
    return GradedWalks(ProvenanceGraph(nodes, edges), MAPPING.not_data)
