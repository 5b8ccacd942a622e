"""A made-up registry, large enough for the laws that real ones show: the same bytes from every call.

Resources with products, copies of listings on the pages of what they cite, generated product pages, organizations, documentation pages,
a container, licenses of many spellings, old ids, cycles among resources, dotless products, and ids that nothing describes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

Record = dict[str, Any]
COLOURS = (
    "amber", "blue", "coral", "dusk", "ebony", "fawn", "gold", "hazel", "indigo", "jade", "khaki", "lilac", "mauve", "navy", "ochre", "pearl",
    "quartz", "rose", "sand", "teal", "umber", "violet", "wheat", "zinc",
)  # fmt: skip
THINGS = ("atlas", "base", "catalog", "data", "explorer", "files", "graph", "hub", "index", "journal", "keys", "library", "map", "ontology")
SUFFIXES = ("api", "graph", "latest", "mappings", "owl", "site", "table.tsv", "v2")
LICENSES: tuple[object, ...] = (
    {"id": "https://creativecommons.org/licenses/by/4.0/", "label": "CC BY 4.0"}, "CC-BY-4.0", "cc by 4.0", {"label": "CC0 1.0"}, None,
    {"id": "https://creativecommons.org/licenses/by-nc/4.0/", "label": "CC BY-NC 4.0"}, {"id": "https://example.org/terms", "label": "Terms of use"},
    {"label": "Not specified"}, {"id": "https://creativecommons.org/licenses/by-sa/4.0/", "label": "CC BY-SA 4.0"}, {"label": "CC BY-NC-ND"}, "MIT",
    {"id": "https://creativecommons.org/licenses/by/4.0/", "label": "CC BY-NC 4.0"},
)  # fmt: skip
#: Old id -> id in use, by the mapping that comes with the registry.
ALIASES = {"old-amber-atlas": "amber-atlas", "older-amber-atlas": "amber-atlas", "blue-bse": "blue-base"}
_PLAIN, _WORDS = re.compile(r"[A-Za-z][A-Za-z .-]*[A-Za-z]"), ("true", "false", "null", "yes", "no", "on", "off")
#: The categories of products that are not data.
NOT_DATA = ("GraphicalInterface", "ProgrammingInterface")
FILLING = "Records of samples with the place and the date of each, and what was measured. "


@dataclass(frozen=True, kw_only=True)
class MadeRegistry:
    """What is written: records by id, those of them that stand in a container only, and the pages of other kinds by path."""

    resources: Mapping[str, Record]
    organizations: Mapping[str, Record]
    contained: frozenset[str]
    pages: Mapping[str, str]
    groups: tuple[tuple[str, ...], ...] = field(default=())

    def write(self, folder: Path) -> Path:
        """Write all pages and the container below a folder."""
        for path, text in self.files():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return folder

    def files(self) -> Iterator[tuple[str, str]]:
        """Path and text of each file."""
        for id, record in self.resources.items():
            if id not in self.contained:
                yield f"resource/{id}/{id}.md", page(record)
        for id, record in self.organizations.items():
            yield f"organization/{id}.md", page(record)
        yield from self.pages.items()

    def lines(self) -> str:
        """The records of resources and organizations as JSON Lines, which is a registry without generated and documentation pages."""
        return "".join(json.dumps(record) + "\n" for record in (*self.resources.values(), *self.organizations.values()))


def page(record: Record, body: str = "") -> str:
    """A page: the record as block-style YAML between its marks."""
    return f"---\n{block(record)}---\n{body}"


def block(tree: Mapping[str, Any], indent: str = "") -> str:
    """A mapping as block-style YAML."""
    lines: list[str] = []
    for key, value in tree.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}:\n", block(value, f"{indent}  ")]
        elif isinstance(value, list):
            lines.append(f"{indent}{key}:\n")
            for item in value:
                text = block(item, f"{indent}  ") if isinstance(item, dict) else f"{indent}  {scalar(item)}\n"
                lines.append(f"{indent}- {text.removeprefix(f'{indent}  ')}")
        else:
            lines.append(f"{indent}{key}: {scalar(value)}\n")
    return "".join(lines)


def scalar(value: object) -> str:
    """Plain where that is surely text, else quoted as JSON, which is YAML."""
    plain = (
        isinstance(value, str)
        and re.fullmatch(r"[A-Za-z][A-Za-z .-]*[A-Za-z]", value)
        and value not in ("true", "null", "yes", "no", "on", "off")
    )
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


def made_registry(size: int = 300) -> MadeRegistry:
    """The registry with so many resources (up to 336)."""
    chance = Random(f"made {size}")
    ids = [f"{colour}-{thing}" for thing, colour in product(THINGS, COLOURS)][:size]
    resources = {id: resource(n, id, chance) for n, id in enumerate(ids)}
    layer = size // 3  # what a product cites stands in an earlier third, since SPARQL can follow ten steps only
    groups = tuple(tuple(ids[at : at + 2 + at // 20 % 3]) for at in range(20, size - 4, 40))
    for n, id in enumerate(ids):
        resources[id]["products"] = list(products(n, id, ids[: n // layer * layer], chance))
    for group in groups:
        for here, there in zip(group, (*group[1:], group[0]), strict=True):
            listings = resources[here]["products"]
            listing = next((listing for listing in listings if listing["category"] not in NOT_DATA), listings[0])
            listing["original_source"].append(there)
    own = {id: list(record["products"]) for id, record in resources.items()}
    for n, (id, listings) in enumerate(own.items()):
        for listing in listings:
            copy_to_what_it_cites(n, id, listing, resources)
    contained = frozenset(ids[7::15])
    organizations = {id: organization(id) for id in (*(f"{colour}-society" for colour in COLOURS[: size // 12]), *ids[::40])}
    return MadeRegistry(
        resources=resources,
        organizations=organizations,
        contained=contained,
        pages=dict(other_pages(own, resources, contained)),
        groups=groups,
    )


def resource(n: int, id: str, chance: Random) -> Record:
    """A record without its products."""
    colour, thing = id.split("-")
    category = {"graph": "KnowledgeGraph", "ontology": "Ontology", "hub": "Aggregator", "catalog": "Telescope"}.get(thing, "DataSource")
    record: Record = {
        "layout": "resource_detail",
        "id": id,
        "category": category,
        "name": f"The {colour} {thing}" + (" é" if n % 9 == 0 else ""),
        "description": FILLING * chance.randint(2, 8),
        "homepage_url": f"https://{'shared' if n % 10 == 0 else id}.example.org/{id if n % 10 == 0 else ''}",
        "activity_status": ("active", "active", "active", "inactive", "orphaned", "unresponsive")[chance.randrange(6)],
        "domains": chance.sample(["environment", "biomedical", "literature", "agriculture"], 2),
        "taxon": ["NCBITaxon:9606"] if n % 3 == 0 else [],
        "creation_date": f"20{n % 25:02}-0{n % 9 + 1}-11T00:00:00Z",
        "contacts": [
            {"id": f"{colour}-society", "label": f"{colour} society", "category": "Organization"},
            {"label": f"A. {colour}", "category": "Individual", "orcid": f"0000-0002-1825-{n:04}"},
        ],
        "version": ["1.10", "no", "2024-01-01", "007"][n % 4],
    }
    if (license := LICENSES[n % len(LICENSES)]) is not None:
        record["license"] = license
    if n % 3 == 1:
        record["infores_id"] = id
    if n % 40 == 39:
        record["use_instead"] = f"{colour}-atlas"
    if n % 11 == 0:
        record["odd_field"] = {"note": 'say "no" | or not', "is_public": "yes"}
    return record


def products(n: int, id: str, earlier: list[str], chance: Random) -> Iterator[Record]:
    """The own listings of a resource; what they cite stands earlier, so that there is no cycle."""
    for k, suffix in enumerate(chance.sample(SUFFIXES, 1 + n % 8)):
        category = {"api": "ProgrammingInterface", "site": "GraphicalInterface", "graph": "GraphProduct", "owl": "OntologyProduct"}
        cited = chance.sample(earlier, min(len(earlier), chance.choice((0, 2, 4, 6, 8))))
        dotless = n % 30 == 29 and k == 0  # whose such a product is tells that it does not cite its owner
        listing: Record = {
            "id": f"tool{n}" if dotless else f"{id}.{suffix}",
            "category": category.get(suffix, "Product"),
            "name": f"{suffix} of {id}",
            "description": FILLING * chance.randint(2, 16),
            "format": {"table.tsv": "tsv", "owl": "owl", "latest": "json"}.get(suffix, "http"),
            "product_url": f"https://{id}.example.org/files/{suffix}",
            "original_source": [*(() if dotless else (id,)), *(source(other, chance) for other in cited)],
        }
        if k % 3 == 1:
            listing |= {"product_file_size": str(chance.randint(1, 10**9)), "compression": "gzip", "secondary_source": earlier[-1:]}
        if (n + k) % 45 == 44:
            listing["original_source"] += [f"missing-{n}", f"{id}.missing"]
        if n % 25 == 3 and n > 25 and k == 0:
            listing["original_source"].append(sorted(ALIASES)[n // 25 % 3])
        yield listing


def source(other: str, chance: Random) -> object:
    """A source in one of its shapes: a resource, one of its products, with or without a relation type."""
    relation = chance.choice(("prov:wasDerivedFrom", "prov:hadPrimarySource", "used", "copied"))
    return chance.choice((other, other, {"source": other, "relation_type": relation}))


def copy_to_what_it_cites(n: int, id: str, listing: Record, resources: Mapping[str, Record]) -> None:
    """The listing stands again on the page of every resource that it cites, every fortieth time with an older name."""
    for item in listing["original_source"]:
        cited = item["source"] if isinstance(item, dict) else item
        if cited != id and cited in resources:
            entries = resources[cited]["products"]
            entries.append(listing | {"name": "an older name"} if len(entries) % 40 == 39 else listing)


def organization(id: str) -> Record:
    """A record about an organization."""
    return {"layout": "organization_detail", "id": id, "category": "Organization", "label": id.replace("-", " ").title()}


def other_pages(own: Mapping[str, list[Record]], resources: Mapping[str, Record], contained: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The container, generated product pages (some of no product), documentation pages, and pages that are nothing."""
    copies = sorted(own.keys() - contained)[3::30]
    entries = [resources[id] for id in sorted(contained)] + [
        resources[id] | ({"name": "another"} if n == 0 else {}) for n, id in enumerate(copies)
    ]
    shown = [{key: value for key, value in entry.items() if key != "layout"} for entry in entries]
    yield "kgs.yml", "resources:\n" + "".join(f"- {json.dumps(entry)}\n" for entry in shown)
    for listings in list(own.values())[::5]:
        for listing in listings:
            yield f"product/{listing['id']}.md", page({"layout": "product_detail", **listing})
    for n in range(3):
        yield f"product/gone{n}.api.md", page({"layout": "product_detail", "id": f"gone{n}.api", "name": "gone"})
        yield f"evaluation/e{n}.md", page({"layout": "eval_detail", "id": f"e{n}"})
    homes = [record["homepage_url"] for record in resources.values()]
    for n in range(12):
        links = "\n".join(f"* [{url}]({url}) and <a href='{url}help#x'>help</a>" for url in homes[n::12])
        yield (
            f"docs/page{n}.md",
            page({"layout": "default", "title": f"Questions {n // 2}"}, f"{links}\n\nhttps://nowhere.example.com/{n}\n"),
        )
    yield "README.md", "# No record\n"


def aliases() -> str:
    """The file of old ids (SSSOM), to lay into a folder of mappings."""
    head = "subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
    return head + "".join(f"kgr:{old}\tIAO:0100001\tkgr:{new}\tsemapv:ManualMappingCuration\n" for old, new in ALIASES.items())
