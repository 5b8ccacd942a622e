"""What the audit says of real records, against facts that were counted by other means (the issue's, and SPEC §7)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from running import run_command

import kgbuild

NEWER, OLDER = "kg-registry-2026-08-17.tar.gz", "kg-registry-2025-12-06.tar.gz"
REAL = {NEWER: "newer", OLDER: "older"}


def findings(corpus: Path, name: str) -> list[dict[str, Any]]:
    result = run_command(["check", str(corpus / name), "--format", "jsonl", "--no-cache", "--fail-on", "never"])
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def newer(corpus: Path) -> list[dict[str, Any]]:
    return findings(corpus, NEWER)


@pytest.fixture(scope="module")
def older(corpus: Path) -> list[dict[str, Any]]:
    return findings(corpus, OLDER)


def of(found: list[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    return [finding for finding in found if finding["code"] == code]


def test_no_product_cycle_and_twelve_groups_of_resources(newer: list[dict[str, Any]]) -> None:
    assert of(newer, "PG001") == of(newer, "PG002") == []
    sizes = Counter(finding["message"].partition(" are sources of each other")[0].count("'") // 2 for finding in of(newer, "PG003"))
    assert sum(sizes.values()) == 12
    assert (min(sizes), max(sizes)) == (2, 5)


def test_two_dangling_ids(newer: list[dict[str, Any]]) -> None:
    assert {finding["object"] for finding in of(newer, "RF001")} == {"kgr:nlm.publisher", "kgr:geonames.feature"}


def test_products_whose_only_source_is_their_own_resource(newer: list[dict[str, Any]], corpus: Path) -> None:
    graph = kgbuild.build(corpus / NEWER, aliases=False)
    cited: dict[str, set[str]] = {}
    owners: dict[str, set[str]] = {}
    for edge in graph.edges:
        if edge.predicate == "kgrs:derived_from":
            cited.setdefault(edge.subject, set()).add(edge.object)
        elif edge.predicate == "kgrs:has_product":
            owners.setdefault(edge.object, set()).add(edge.subject)
    itself = {product for product, sources in cited.items() if sources <= owners[product]}
    assert len(itself) == 3_256
    compiled = {node.id for node in graph.nodes if node.category[0] in ("kgrs:Aggregator", "kgrs:KnowledgeGraph")}
    kinds = ("Product", "GraphProduct", "OntologyProduct", "MappingProduct", "DataModelProduct")
    data = {node.id for node in graph.nodes if node.category[0].removeprefix("kgrs:") in kinds}
    expected = {product for product in itself & data if owners[product] & compiled}
    assert {finding["subject"] for finding in of(newer, "SR002")} == expected
    assert len(expected) == 408


def test_details_that_are_missing_or_say_nothing(newer: list[dict[str, Any]]) -> None:
    """Counted independently of the rules; of 126 homepages 121 are spelt like the URL of the product."""
    fields = Counter(finding["field"] for finding in of(newer, "FM009"))
    assert fields == {"product_url": 126, "format": 108, "description": 34, "last_modified_date": 10}
    assert [finding["severity"] for finding in of(newer, "FM008")] == ["info"] * 78


def test_what_is_off_unless_selected(newer: list[dict[str, Any]], corpus: Path) -> None:
    off = ("FM006", "LS004", "PG004", "SR004")
    assert [len(of(newer, code)) for code in off] == [0, 0, 0, 0]
    result = run_command(["check", str(corpus / NEWER), "--select", ",".join(off), "--format", "jsonl", "--no-cache", "--fail-on", "never"])
    counts = Counter(json.loads(line)["code"] for line in result.stdout.splitlines())
    assert counts == {"FM006": 321, "LS004": 135, "PG004": 26, "SR004": 86}


def test_shared_infores_ids_and_sources_that_are_no_longer_active(newer: list[dict[str, Any]]) -> None:
    assert len(of(newer, "ID002")) == 4
    assert len(of(newer, "ST001")) == 218
    assert len(of(newer, "RF005")) == 60


def test_listings_that_disagree_pages_without_a_listing_and_owners_without_a_record(older: list[dict[str, Any]]) -> None:
    assert len(of(older, "LS001")) == 35
    assert len([finding for finding in of(older, "LS004") if finding["severity"] == "warning"]) == 21
    assert len(of(older, "RF003")) == 21


def test_the_errors(newer: list[dict[str, Any]], older: list[dict[str, Any]]) -> None:
    """Each of them was read in the files, and is true."""
    errors = [Counter(finding["code"] for finding in found if finding["severity"] == "error") for found in (newer, older)]
    assert errors == [{"FM001": 2, "LC003": 1, "RF001": 3, "RF006": 32}, {"FM001": 2, "RF001": 1, "RF003": 21}]


@pytest.mark.parametrize("name", ["made", NEWER, OLDER])
def test_every_finding_has_its_place(name: str, registries: Callable[[str], Path], request: pytest.FixtureRequest) -> None:
    found = findings(registries(name).parent, registries(name).name) if name == "made" else request.getfixturevalue(REAL[name])
    places = [place for finding in found for place in (finding, *finding["related"])]
    assert [place for place in places if not (place["path"] and place["line"] and place["column"])] == []
    assert len({finding["fingerprint"] for finding in found}) == len(found) > 500


def test_what_cannot_be_read_makes_the_status_2_whatever_is_selected(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\nlayout: resource_detail\nid: a\ncategory: DataSource\nname: A\n---\n")
    (tmp_path / "b.md").write_text("---\nid: [b\n---\n")
    result = run_command(["check", str(tmp_path), "--select", "PG", "--no-cache", "--isolated"])
    assert (result.exit_code, result.stdout) == (2, "nothing found in 2 files\n")
    assert result.stderr == "1 file or line could not be read as records; run with `--select RD001` to see why\n"
