"""A product that is added to a resource, and that nobody cites, removes no finding elsewhere (SPEC §8), on random registries.

Three things bound the law. A resource without data products stands for all of its products, so its first data product takes away the paths
through the others; this is what the definition of a possible path says, and the law is about other products. PG004 reports what is far away,
and PG005 what is missing: a product that has foreign sources can bring them nearer. And a finding about a group or about the worst of several
conflicts can name another one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registry_made import NOT_DATA

import kgbuild
from kgbuild.model.finding import Finding

Record = dict[str, Any]
LICENSES = (None, "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-SA-4.0", "CC-BY-NC-ND-4.0", "Varies")
#: What the law is about: the rules that go upstream, and those that look one step upstream.
WALKING = ("LC003", "LC004", "PG001", "PG002", "PG003", "PG004", "PG005", "SR003", "ST001", "ST002")


class Registry(NamedTuple):
    """The records, the owner that gets a product, and the product."""

    records: list[Record]
    owner: str
    added: Record

    @property
    def has(self) -> list[str]:
        """The categories of the products that the owner has before."""
        (record,) = (record for record in self.records if record["id"] == self.owner)
        return [product["category"] for product in record["products"]]

    @property
    def goes_through(self) -> bool:
        """Whether a path upstream that enters the owner can leave it by the new product."""
        return self.added["category"] not in NOT_DATA or set(self.has) <= {*NOT_DATA}

    @property
    def closes(self) -> bool:
        """Whether the new product is the first data product, so that paths no longer leave the owner by the others."""
        return bool(self.has) and self.added["category"] not in NOT_DATA and set(self.has) <= {*NOT_DATA}

    @property
    def is_sourced(self) -> bool:
        """Whether the new product has a source of another owner."""
        return any(source["source"].partition(".")[0] != self.owner for source in self.added["original_source"])


@st.composite
def registries(draw: st.DrawFn) -> Registry:
    ids = [f"r{n}" for n in range(draw(st.integers(2, 6)))]
    categories = draw(st.lists(st.sampled_from(["DataSource", "Aggregator", "Aggregator", "KnowledgeGraph"]), min_size=6, max_size=6))
    licenses, statuses = st.sampled_from(LICENSES), st.sampled_from(["active", "active", "inactive"])
    counts = {id: draw(st.integers(0, 3)) for id in ids}
    sources = [*ids, *ids, *(f"{id}.p{n}" for id in ids for n in range(counts[id]))]
    relations = st.sampled_from(["prov:hadPrimarySource", "prov:wasDerivedFrom", "prov:wasInfluencedBy"])

    def product(id: str) -> Record:
        cited = draw(st.lists(st.tuples(st.sampled_from(sources), relations), max_size=3, unique_by=lambda pair: pair[0]))
        category = draw(st.sampled_from(["Product", "GraphProduct", *NOT_DATA]))
        stated = [{"source": source, "relation_type": relation} for source, relation in cited if source != id]
        return {"id": id, "category": category, "license": draw(licenses), "original_source": stated}

    records: list[Record] = []
    for id, category in zip(ids, categories, strict=False):
        listings = [product(f"{id}.p{n}") for n in range(counts[id])]
        records.append({"id": id, "category": category, "license": draw(licenses), "activity_status": draw(statuses), "products": listings})
    owner = draw(st.sampled_from(ids))
    return Registry(records, owner, product(f"{owner}.new"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("monotony")


def grown(of: Registry) -> list[Record]:
    return [record | {"products": [*record["products"], of.added]} if record["id"] == of.owner else record for record in of.records]


def findings(records: list[Record], folder: Path) -> list[Finding]:
    (folder / "all.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return [item for item in kgbuild.build(folder, jobs=1).check() if item.code in WALKING]


def elsewhere(found: list[Finding], of: Registry, *but: str) -> set[tuple[str, str]]:
    """The rule and the subject of each finding, without those about the owner and its products, and without those of some rules."""
    owners = [item.subject.partition(":")[2].partition(".")[0] for item in found]
    return {(item.code, item.subject) for item, owner in zip(found, owners, strict=True) if owner != of.owner and item.code not in but}


def groups(found: list[Finding]) -> list[set[str]]:
    return [set(item.message.partition(" are sources")[0].split("'")[1::2]) for item in found if item.code == "PG003"]


@settings(max_examples=200, deadline=None)
@given(registries().filter(lambda of: not of.closes))
def test_a_new_product_removes_no_finding_elsewhere(folder: Path, of: Registry) -> None:
    before, after = findings(of.records, folder), findings(grown(of), folder)
    farther = ("PG004", "PG005") if of.is_sourced else ()
    assert elsewhere(before, of, "PG003", *farther) - elsewhere(after, of) == set()
    assert [group for group in groups(before) if not any(group <= larger for larger in groups(after))] == []
    if not of.goes_through:  # LC004 counts the new product itself
        assert elsewhere(before, of, "PG003", "LC004") == elsewhere(after, of, "PG003", "LC004")
        assert groups(before) == groups(after)


def test_the_first_data_product_takes_away_the_paths_through_a_portal(folder: Path) -> None:
    """The case `portal`: what SPEC §8 says of possible paths, and the one exception of the law."""
    nc, by = "CC-BY-NC-4.0", "CC-BY-4.0"
    records: list[Record] = [
        {"id": "imgt", "category": "DataSource", "license": nc, "products": []},
        {"id": "agg", "category": "Aggregator", "license": by, "products": [listing("agg.portal", "GraphicalInterface", nc, "imgt")]},
        {"id": "user", "category": "KnowledgeGraph", "license": by, "products": [listing("user.graph", "GraphProduct", by, "agg")]},
    ]
    of = Registry(records, "agg", listing("agg.tsv", "Product", by, "agg"))
    before, after = (elsewhere(findings(records, folder), of) for records in (of.records, grown(of)))
    assert of.closes
    assert (before, after) == ({("LC003", "kgr:user.graph")}, {("PG005", "kgr:user.graph")})


def listing(id: str, category: str, license: str, source: str) -> Record:
    return {
        "id": id,
        "category": category,
        "license": license,
        "original_source": [{"source": source, "relation_type": "prov:wasDerivedFrom"}],
    }
