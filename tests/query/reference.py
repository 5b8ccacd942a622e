"""The answers of the named questions by other means: networkx over the KGX JSON Lines of a build, in plain loops."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import networkx

#: Ids to ask about, of those that a corpus has: a graph of many sources, a resource, sources of many, those in cycles, one with a sister
#: source, one that is a source product, and one that is product and owner at once.
IDS = (
    "spoke.graph", "spoke", "go", "ncbigene.mim2gene_medgen", "biogrid.ptms-latest", "biomarker.kg", "genecards.web.interface",
    "hra.knowledge-graph", "medgen", "orkg.python", "culture-knowledge-graph.cto", "hubmap.azimuth", "hp.genes_to_phenotype.txt", "alzkb", "sider",
    "gobp.web", "umber-atlas", "umber-keys.owl", "mauve-hub", "violet-files", "tool209", "teal-library", "zinc-library",
)  # fmt: skip
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

    def depths(self, id: str) -> dict[str, int]:
        """SPEC §3, "Upstream": Dijkstra's algorithm over steps of cost 0 (sisters) and 1."""
        home = set(self.owners[id]) if self.is_product(id) else {id}
        steps: networkx.DiGraph[str] = networkx.DiGraph()
        steps.add_node(id)
        touched: defaultdict[str, set[str]] = defaultdict(set)
        for node in self.node:
            alone = node == id and self.is_product(id)
            for product in {node} | (set() if alone else self.products[node]):
                for source, within in self.cites[product].items():
                    if source in self.owners[product]:
                        touched[node].add(source)
                    elif source not in home and source != id:
                        cost = min(0 if within else 1, steps.get_edge_data(node, source, {"weight": 1})["weight"])
                        steps.add_edge(node, source, weight=cost)
        found: dict[str, int] = networkx.single_source_dijkstra_path_length(steps, id)
        told = dict(found)
        for node, depth in found.items():
            for own in touched[node] - {node}:
                if own not in home or (depth == 0 and self.is_product(id)):
                    told[own] = min(told.get(own, depth), depth)
        told.pop(id)
        return told

    def upstream(self, id: str) -> Rows:
        stated = {node: data.get("license", data.get("license_label")) for node, data in self.node.items()}
        return {(depth, source, stated[source], self.name(source)) for source, depth in self.depths(id).items()}

    def affected(self, id: str) -> Rows:
        gone = {id} if self.is_product(id) else {id, *self.products[id]}
        steps: networkx.DiGraph[str] = networkx.DiGraph()
        steps.add_nodes_from(gone)
        for product, cited in self.cites.items():
            for source, within in cited.items():
                for reached in {product, *self.owners[product]} if source not in self.owners[product] else ():
                    cost = min(0 if within else 1, steps.get_edge_data(source, reached, {"weight": 1})["weight"])
                    steps.add_edge(source, reached, weight=cost)
        found = networkx.multi_source_dijkstra_path_length(steps, gone)
        return {(d, node, self.name(node)) for node, d in found.items() if self.is_product(node) and node not in {id, *self.products[id]}}

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
            (id, self.name(id))
            for id, data in self.node.items()
            if self.is_product(id) and not data.get("stub") and not {"license", "license_label"} & data.keys()
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
