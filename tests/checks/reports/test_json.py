from __future__ import annotations

import json
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from kgbuild import __version__
from kgbuild.checks.reports import Report, as_json, jsonl
from kgbuild.model.finding import Finding

Golden = Callable[[str, str], None]


def told(path: str) -> str:
    """A path as JSON can hold it: a byte that is not UTF-8 is escaped."""
    return path.encode(errors="surrogateescape").decode(errors="backslashreplace")


def test_a_small_report(small: Report, golden: Golden) -> None:
    golden("small.json", as_json.render(small).replace(f'"version": "{__version__}"', '"version": "VERSION"'))


def test_lines_of_a_small_report(small: Report, golden: Golden) -> None:
    golden("small.jsonl", jsonl.render(small))


def test_nothing_found(empty: Report) -> None:
    expected = {"version": __version__, "inputs": ["input"], "counts": {"error": 0, "warning": 0, "info": 0}, "known": 0, "findings": []}
    assert json.loads(as_json.render(empty)) == expected
    assert jsonl.render(empty) == ""


def test_what_is_written_reads_back_the_same(small: Report, many: Report) -> None:
    for report in (small, many):
        findings = json.loads(as_json.render(report))["findings"]
        meant = [replace(finding, subject=told(finding.subject), path=told(finding.path)) for finding in report.findings]
        assert msgspec.convert(findings, list[Finding]) == meant
        assert [json.loads(line) for line in jsonl.render(report).split("\n")[:-1]] == findings


def test_every_finding_is_told_with_statistics_too(many: Report) -> None:
    assert len(jsonl.render(replace(many, statistics=True)).splitlines()) == 1_208
