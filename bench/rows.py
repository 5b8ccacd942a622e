"""What both limit programs write: nodes and edges as KGX TSV, KGX JSON Lines and, if asked for, N-Triples.

The ids, edge ids (UUIDv5), categories and predicates are those of SPEC §3, so that a limit program's graph can be compared with
kgbuild's. A record's plain fields become columns as they stand; nested ones (contacts, publications) are left out.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable
from io import FileIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

Fields = dict[str, Any]
Source = tuple[str, str, str]  # source id, role, relation type

RESOURCE = {
    "category": "category", "name": "name", "description": "description", "homepage_url": "url", "license": "license",
    "domains": "domain", "taxon": "taxa", "synonyms": "synonym", "activity_status": "activity_status", "collection": "collection",
    "creation_date": "creation_date", "last_modified_date": "update_date", "repository": "repository", "version": "version",
    "warnings": "warnings",
}  # fmt: skip
PRODUCT = {
    "category": "category", "name": "name", "description": "description", "product_url": "url", "license": "license",
    "format": "format", "compression": "compression", "product_file_size": "file_size", "node_count": "node_count",
    "edge_count": "edge_count", "latest_version": "version", "repository": "repository", "warnings": "warnings",
}  # fmt: skip
ROLES = {"original_source": ("original", "prov:hadPrimarySource"), "secondary_source": ("secondary", "prov:wasInfluencedBy")}
BASES = {"Resource": "biolink:DatasetSummary", "Product": "biolink:DatasetDistribution"}
NODE_COLUMNS = ("id", *dict.fromkeys((*RESOURCE.values(), *PRODUCT.values(), "license_label", "stub")))
EDGE_COLUMNS = ("id", "subject", "predicate", "object", "category", "relation_type", "source_role", "knowledge_level", "agent_type")

KGR, KGRS = "https://w3id.org/kg-registry/", "https://w3id.org/knowledge-graph-hub/kg_registry_schema/"
PROV, RDFS, SCHEMA = "http://www.w3.org/ns/prov#", "http://www.w3.org/2000/01/rdf-schema#", "https://schema.org/"
DCTERMS, RDF_TYPE = "http://purl.org/dc/terms/", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LITERALS = {"name": f"<{RDFS}label>", "description": f"<{DCTERMS}description>", "license": f"<{DCTERMS}license>", "url": f"<{SCHEMA}url>"}
HASH = hashlib.sha1(uuid.uuid5(uuid.NAMESPACE_URL, KGR).bytes, usedforsecurity=False)
BREAKS = str.maketrans("\t\r\n", "   ")
encode = msgspec.json.Encoder().encode


def curie(name: str) -> str:
    return "kgr:" + quote(name, safe="~")


def fields(record: Fields, table: dict[str, str]) -> Fields:
    """The columns that a record or a listing fills."""
    columns = {column: record[key] for key, column in table.items() if key in record}
    if isinstance(terms := columns.get("license"), dict):
        columns["license"], columns["license_label"] = terms.get("id"), terms.get("label")
    return columns


def sources(listing: Fields) -> dict[Source, None]:
    """What one listing cites: an ordered set of (source, role, relation type)."""
    cited: dict[Source, None] = {}
    for key, (role, usual) in ROLES.items():
        entries = listing.get(key) or ()
        for entry in [entries] if isinstance(entries, str) else entries:
            if isinstance(entry, str):
                cited[entry, role, usual] = None
            else:
                cited[entry["source"], role, entry.get("relation_type") or usual] = None
    return cited


def edge_id(subject: str, predicate: str, target: str, role: str | None = None, relation: str | None = None) -> str:
    """UUIDv5 of the JSON array (RFC 9562 §5.5), three times as fast as `uuid.uuid5`."""
    digest = HASH.copy()
    digest.update(encode((subject, predicate, target, role, relation)))
    text = digest.hexdigest()
    return f"urn:uuid:{text[:8]}-{text[8:12]}-5{text[13:16]}-{'89ab'[int(text[16], 16) & 3]}{text[17:20]}-{text[20:32]}"


def cell(value: object) -> str:
    """One TSV cell; the row's tabs and line breaks are seen to later."""
    if isinstance(value, list):
        return "|".join(map(str, value))
    return "" if value is None else str(value)


class Sink:
    """The output files, appended to in whole rows, so that several processes may share them."""

    def __init__(self, output: Path, *, triples: bool = False) -> None:
        names = ["graph_nodes.tsv", "graph_nodes.jsonl", "graph_edges.tsv", "graph_edges.jsonl"] + ["graph.nt"] * triples
        self.files = [FileIO(output / name, "a") for name in names]
        self.rows: list[list[str]] = [[] for _ in range(5)]
        self.triples = triples

    def header(self) -> None:
        self.rows[0].append("\t".join(NODE_COLUMNS) + "\n")
        self.rows[2].append("\t".join(EDGE_COLUMNS) + "\n")
        self.flush()

    def flush(self) -> None:
        for file, rows in zip(self.files, self.rows, strict=False):
            file.write("".join(rows).encode())
            rows.clear()

    def node(self, place: str, name: str, columns: Fields) -> None:
        """A node of `place`, Resource or Product, with the columns of `fields`."""
        row = {"id": curie(name), **columns}
        row["category"] = [f"kgrs:{columns.get('category') or place}", f"kgrs:{place}", BASES[place]]
        text = "\t".join(["" if v is None else v if type(v) is str else cell(v) for v in map(row.get, NODE_COLUMNS)])
        if "\n" in text or "\r" in text or text.count("\t") >= len(NODE_COLUMNS):
            text = "\t".join([cell(v).translate(BREAKS) for v in map(row.get, NODE_COLUMNS)])
        self.rows[0].append(text + "\n")
        self.rows[1].append(encode(row).decode() + "\n")
        if self.triples:
            self.describe(row)

    def describe(self, row: Fields) -> None:
        subject = f"<{KGR}{row['id'][4:]}>"
        kinds = [f"{subject} {RDF_TYPE} <{KGRS}{quote(kind[5:])}> .\n" for kind in dict.fromkeys(row["category"][:2])]
        texts = [f"{subject} {p} {json.dumps(row[c], ensure_ascii=False)} .\n" for c, p in LITERALS.items() if isinstance(row.get(c), str)]
        self.rows[4] += kinds + texts

    def has_product(self, owner: str, product: str) -> None:
        s, p, o = curie(owner), "kgrs:has_product", curie(product)
        self.edge(edge_id(s, p, o), s, p, o, "", "")
        if self.triples:
            self.rows[4].append(f"<{KGR}{s[4:]}> <{KGRS}has_product> <{KGR}{o[4:]}> .\n")

    def derived_from(self, product: str, cited: Iterable[Source]) -> None:
        s, p = curie(product), "kgrs:derived_from"
        for source, role, relation in cited:
            o = curie(source)
            self.edge(edge_id(s, p, o, role, relation), s, p, o, role, relation)
            if self.triples:
                ends = f"<{KGR}{s[4:]}>", f"<{KGR}{o[4:]}> .\n"
                predicates = f"{KGRS}derived_from", f"{KGRS}{role}_source", PROV + quote(relation.removeprefix("prov:"))
                self.rows[4] += [f"{ends[0]} <{predicate}> {ends[1]}" for predicate in predicates]

    def edge(self, key: str, s: str, p: str, o: str, role: str, relation: str) -> None:
        self.rows[2].append(f"{key}\t{s}\t{p}\t{o}\tbiolink:Association\t{relation}\t{role}\tknowledge_assertion\tmanual_agent\n")
        detail = f'"relation_type":{json.dumps(relation)},"source_role":"{role}",' if role else ""
        self.rows[3].append(
            f'{{"id":"{key}","subject":"{s}","predicate":"{p}","object":"{o}","category":["biolink:Association"],{detail}'
            '"knowledge_level":"knowledge_assertion","agent_type":"manual_agent"}\n'
        )

    def stubs(self, cited: Iterable[str], resources: Iterable[str]) -> None:
        """Nodes for ids that an edge needs and no record describes."""
        known = set(resources)
        for name in cited:
            owner, dot, _ = name.partition(".")
            self.node("Product" if dot and owner in known else "Resource", name, {"stub": True})
