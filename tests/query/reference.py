"""The answers of the named questions by other means: networkx over the KGX JSON Lines of a build, in plain loops."""

from __future__ import annotations

import heapq
import json
from collections import Counter, defaultdict
from functools import cached_property
from pathlib import Path
from typing import Any

import networkx

#: Ids to ask about, of those that a corpus has: a graph of many sources, a resource, sources of many, those in cycles, one with a sibling
#: source, one that is a source product, and one that is product and owner at once.
IDS = (
    "spoke.graph", "spoke", "go", "ncbigene.mim2gene_medgen", "biogrid.ptms-latest", "biomarker.kg", "genecards.web.interface",
    "hra.knowledge-graph", "medgen", "orkg.python", "culture-knowledge-graph.cto", "hubmap.azimuth", "hp.genes_to_phenotype.txt", "alzkb", "sider",
    "gobp.web", "umber-atlas", "umber-keys.owl", "mauve-hub", "violet-files", "tool209", "teal-library", "zinc-library",
)  # fmt: skip
GRADES = ("stated", "possible", "remote")
NOT_DATA = {"DocumentationProduct", "GraphicalInterface", "ProcessProduct", "ProgrammingInterface"}
Row = tuple[Any, ...]
Rows = set[Row]


class Reference:
    """A build, as a graph of networkx: an edge from what cites to what is cited, and from owner to product."""

    def __init__(self, folder: Path) -> None:
        self.graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
        for line in (folder / "graph_nodes.jsonl").read_text("utf-8").split("\n")[:-1]:
            node = json.loads(line)
            self.graph.add_node(node["id"], **node)
        for line in (folder / "graph_edges.jsonl").read_text("utf-8").split("\n")[:-1]:
            edge = json.loads(line)
            edge["kind"] = edge.get("original_predicate", edge["predicate"]).removeprefix("kgrs:")
            self.graph.add_edge(edge["subject"], edge["object"], **edge)
        self.node: dict[str, dict[str, Any]] = dict(self.graph.nodes(data=True))
        self.owners: defaultdict[str, set[str]] = defaultdict(set)
        self.products: defaultdict[str, set[str]] = defaultdict(set)
        self.cites: defaultdict[str, dict[str, bool]] = defaultdict(dict)
        for subject, object, edge in self.graph.edges(data=True):
            if edge["kind"] == "has_product":
                self.owners[object].add(subject)
                self.products[subject].add(object)
            elif edge["kind"] == "derived_from" and "products" not in edge:
                self.cites[subject][object] = edge.get("within_owner", False)

    def is_product(self, id: str) -> bool:
        return "biolink:DatasetDistribution" in self.node[id]["category"]

    def name(self, id: str) -> str | None:
        return self.node[id].get("name")

    def foreign(self) -> list[tuple[str, str]]:
        return [(product, source) for product, cited in self.cites.items() for source, within in cited.items() if not within]

    def is_data(self, product: str) -> bool:
        node = self.node[product]
        return str(node.get("kgrs_category", node["category"][0])).removeprefix("kgrs:") not in NOT_DATA

    def steps(self, node: str, start: str, worst: int) -> list[tuple[str, int, bool]]:
        """SPEC §8, "Steps", as far as no grade is worse: each source with what it adds to the depth, and whether it leads further."""
        by = [node]
        if node != start:
            products = sorted(self.products[node])
            data = [product for product in products if self.is_data(product)] or products
            by += [[], data, products][worst]
        return [
            (source, 0 if within else 1, source not in self.owners[product])
            for product in by
            for source, within in self.cites[product].items()
        ]

    def walk(self, start: str, worst: int) -> dict[str, int]:
        """The depth of everything that a walk from one start finds: Dijkstra's algorithm over steps of 0 and 1."""
        home = self.owners[start]
        found: dict[str, int] = {}
        walked: set[str] = set()
        heap = [(0, start)]
        while heap:
            depth, node = heapq.heappop(heap)
            if node in walked:
                continue
            walked.add(node)
            for source, more, further in self.steps(node, start, worst):
                if source != start and (source not in home or (depth == 0 and not further)):
                    found[source] = min(depth + more, found.get(source, depth + more))
                    if further:
                        heapq.heappush(heap, (depth + more, source))
        return found

    def reached(self, id: str) -> dict[str, tuple[int, int]]:
        """The best grade, as a number, and the depth of everything upstream of a product or resource."""
        best: dict[str, tuple[int, int]] = {}
        for start in [id] if self.is_product(id) else [id, *self.products[id]]:
            here: dict[str, tuple[int, int]] = {}
            for worst in range(3):
                here = {source: (worst, depth) for source, depth in self.walk(start, worst).items()} | here
            for source, found in here.items():
                best[source] = min(found, best.get(source, found))
        best.pop(id, None)
        return best

    @cached_property
    def downstream(self) -> dict[str, dict[str, tuple[int, int]]]:
        """What is found upstream of each product, by what is found."""
        inverse: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        for product in filter(self.is_product, self.node):
            for source, found in self.reached(product).items():
                inverse[source][product] = found
        return inverse

    def upstream(self, id: str) -> Rows:
        stated = {node: data.get("license") for node, data in self.node.items()}
        found = self.reached(id).items()
        return {(depth, GRADES[grade], source, stated[source], self.name(source)) for source, (grade, depth) in found}

    def affected(self, id: str) -> Rows:
        return {(depth, GRADES[grade], product, self.name(product)) for product, (grade, depth) in self.downstream.get(id, {}).items()}

    def origins(self, id: str) -> Rows:
        return {
            (edge["subject"], edge["object"], self.name(edge["object"]))
            for _, _, edge in self.graph.edges(data=True)
            if edge["kind"] == "derived_from" and edge.get("relation_type") == "prov:hadPrimarySource"
            if not edge.get("within_owner") and edge["subject"] in ({id} if self.is_product(id) else set()) | self.products[id]
        }

    def products_of(self, id: str) -> Rows:
        rows: Rows = set()
        for product in self.products[id]:
            cited = [
                (edge["object"], edge["source_role"])
                for _, _, edge in self.graph.out_edges(product, data=True)
                if edge["kind"] == "derived_from"
            ]
            rows |= {(product, self.name(product), *said) for said in cited or [(None, None)]}
        return rows

    def unlicensed(self) -> Rows:
        return {
            (id, self.name(id)) for id, data in self.node.items() if self.is_product(id) and not data.get("stub") and "license" not in data
        }

    def sources(self, least: int) -> Rows:
        count = Counter(source for _, source in self.foreign())
        return {(n, id, self.name(id)) for id, n in count.items() if n >= least}

    def reused(self, least: int) -> Rows:
        return {row for row in self.sources(least) if self.is_product(row[1])}

    def uncited(self) -> Rows:
        cited = {source for _, source in self.foreign()}
        return {
            (id, self.name(id))
            for id, data in self.node.items()
            if "biolink:DatasetSummary" in data["category"] and not data.get("stub") and cited.isdisjoint({id, *self.products[id]})
        }

    def abandoned(self) -> Rows:
        ended = {
            id: data["activity_status"]
            for id, data in self.node.items()
            if data.get("activity_status") in ("inactive", "orphaned", "unresponsive")
        }
        return {(n, id, ended[id], name) for n, id, name in self.sources(1) if id in ended}

    def superseded(self) -> Rows:
        count = Counter(source for _, source in self.foreign())
        later = [(s, o) for s, o, edge in self.graph.edges(data=True) if edge["kind"] == "superseded_by"]
        return {(count[id], id, instead) for id, instead in later if id in count}

    def stubs(self) -> Rows:
        return {(len(set(self.graph.predecessors(id))), id) for id, data in self.node.items() if data.get("stub")}

    def cycles(self) -> Rows:
        leads: networkx.DiGraph[str] = networkx.DiGraph()
        for product, cited in self.cites.items():
            for source in cited:
                leads.add_edges_from((a, b) for a in self.owners[product] for b in self.owners[source] or {source} if a != b)
        return {(min(group), id) for group in networkx.strongly_connected_components(leads) if len(group) > 1 for id in group}

    def answer(self, question: str, values: dict[str, Any]) -> Rows:
        """The rows of a named question."""
        rows: Rows = getattr(self, {"products": "products_of"}.get(question, question))(*values.values())
        return rows
