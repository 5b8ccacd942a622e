"""The order of a report, what it shows, and what it says about the rest."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from running import run_command

from kgbuild.checks.reports import SHOWN
from kgbuild.model.finding import Finding, Severity
from kgbuild.pipeline.audit import Raised
from kgbuild.pipeline.ranking import candidates, ranking

PAGE = """\
---
id: {id}
layout: resource_detail
category: DataSource
{more}products:
- id: {id}.file
  original_source: [{sources}]
---
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Records of which `hub` is a source of two products, and `leaf` of none; an error is in `leaf` and in `hub`."""
    for id, sources, more in (
        ("hub", "nowhere", ""), ("leaf", "hub, nowhere", "license: CC0-1.0\n"), ("other", "hub, hub", "homepage_url: htps://x.example.org\n"),
    ):  # fmt: skip
        (tmp_path / "records").mkdir(exist_ok=True)
        (tmp_path / f"records/{id}.md").write_text(PAGE.format(id=id, sources=sources, more=more))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Any:
    return run_command(["check", "records", "--no-cache", *arguments])


def listed(*arguments: str) -> list[tuple[str, str, str, int]]:
    lines = run("--format", "jsonl", "--fail-on", "never", *arguments).stdout.splitlines()
    return [(found["severity"], found["code"], found["path"], found["line"]) for found in map(json.loads, lines)]


RULES = ("--select", "RF001,LC001,LS002,FM003")
EXPECTED = [
    ("error", "RF001", "records/hub.md", 7),
    ("error", "RF001", "records/leaf.md", 8),
    ("warning", "LC001", "records/hub.md", 2),
    ("warning", "LC001", "records/other.md", 2),
    ("warning", "FM003", "records/other.md", 5),
    ("warning", "LS002", "records/other.md", 8),
]


def test_errors_first_then_what_others_are_made_from_then_by_place(folder: Path) -> None:
    assert listed(*RULES) == EXPECTED


@pytest.mark.parametrize("form", ["text", "json", "markdown", "github", "sarif", "junit"])
def test_in_every_form(folder: Path, form: str) -> None:
    text = run("--format", form, "--fail-on", "never", *RULES).stdout
    if form == "sarif":
        text = "\n".join(result["ruleId"] for result in json.loads(text)["runs"][0]["results"])
    first = [text.index(code) for code in ("RF001", "LC001", "FM003", "LS002")]
    assert first == sorted(first)


def test_the_level_of_the_display_is_not_that_of_the_status(folder: Path) -> None:
    assert listed(*RULES, "--level", "error") == EXPECTED[:2]
    assert listed(*RULES, "--level", "warning") == listed(*RULES, "--level", "info") == EXPECTED
    result = run("--level", "error", "--select", "LC001,FM003", "--fail-on", "warning")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == "3 findings (3 warnings) in 3 files; 3 of them not shown (--level error)\n"
    report = json.loads(run(*RULES, "--level", "error", "--format", "json").stdout)
    assert (report["counts"], report["hidden"], len(report["findings"])) == ({"error": 2, "warning": 4, "info": 0}, 4, 2)


@pytest.mark.parametrize("subject", ["hub.file", "kgr:hub.file"])
def test_a_subject(folder: Path, subject: str) -> None:
    assert listed(*RULES, "--subject", subject) == EXPECTED[:1]
    assert listed(*RULES, "--subject", subject, "--subject", "other") == [EXPECTED[n] for n in (0, 3, 4, 5)]
    result = run(*RULES, "--subject", subject, "--level", "error")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-2:] == [
        "[*] 1 finding can be repaired with --fix",
        f"6 findings (2 errors, 4 warnings) in 3 files; 5 of them not shown (--level error, --subject {subject})",
    ]


def test_a_resource_stands_for_itself_and_its_products(folder: Path) -> None:
    every = [json.loads(line) for line in run("--format", "jsonl", "--select", "ALL", "--fail-on", "never").stdout.splitlines()]
    about = [
        json.loads(line)
        for line in run("--format", "jsonl", "--select", "ALL", "--fail-on", "never", "--subject", "hub").stdout.splitlines()
    ]
    assert about == [item for item in every if item["subject"] == "kgr:hub" or item["subject"].startswith("kgr:hub.")]
    assert {item["subject"] for item in about} == {"kgr:hub", "kgr:hub.file"}


def test_a_subject_of_no_finding_and_one_that_is_not_there(folder: Path) -> None:
    assert listed("--select", "RF001", "--subject", "other") == []
    for subject, todo in (("othr.file", "check the spelling"), ("othre", "did you mean 'other'?"), ("x", "check the spelling")):
        result = run("--subject", subject)
        said = f"error: --subject: expected the id of something that was read, got {subject!r}; {todo}\n"
        assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)


def test_statistics_of_what_is_shown(folder: Path) -> None:
    result = run(*RULES, "--statistics", "--level", "error")
    assert result.stdout.splitlines() == [
        "2 RF001 error  A source id that no record describes",
        "",
        "errors, with those not shown: RF001 (2)",
        "[*] 1 finding can be repaired with --fix",
        "6 findings (2 errors, 4 warnings) in 3 files; 4 of them not shown (--level error)",
    ]


def test_a_display_does_not_limit_what_is_fixed(folder: Path) -> None:
    assert "hub, hub" in (folder / "records/other.md").read_text()
    run(*RULES, "--level", "error", "--fix")
    assert "hub, hub" not in (folder / "records/other.md").read_text()


# What can be fixed.


def test_what_can_be_fixed_is_marked_and_counted_and_the_rest_says_why(folder: Path) -> None:
    lines = run("--select", "LS002,FM003").stdout.splitlines()
    assert lines[0].startswith("records/other.md:5:1: FM003 warning: 'other' has 'htps://x.example.org'")
    assert lines[1] == "    try: https://x.example.org (not applied by --fix: it is likely, but not certain)"
    assert lines[3].startswith("records/other.md:8:26: LS002 warning: [*] ")
    assert lines[-2:] == ["[*] 1 finding can be repaired with --fix", "2 findings (2 warnings) in 3 files"]
    assert run("--select", "LS002,FM003", "--fix").stderr == "1 finding fixed, in 1 file\n"


@pytest.mark.parametrize("form", ["text", "markdown", "github", "sarif", "junit"])
def test_every_form_with_words_says_why_a_suggestion_is_not_applied(folder: Path, form: str) -> None:
    text = run("--select", "FM003", "--format", form).stdout.replace("<!-- -->", "")
    assert "(not applied by --fix: it is likely, but not certain)" in text


def test_what_stands_in_an_archive_cannot_be_fixed(folder: Path) -> None:
    with tarfile.open(folder / "r.tar", "w") as archive:
        archive.add(folder / "records", "records")
    result = run_command(["check", "r.tar", "--no-cache", "--select", "LS002"])
    assert "[*]" not in result.stdout
    result = run_command(["check", "r.tar", "--no-cache", "--select", "LS002", "--diff"])
    assert result.stderr.splitlines() == [
        "no changes: --fix cannot repair the only finding with certainty",
        "LS002 'other.file' is not fixed: it is in r.tar!/records/other.md, which kgbuild cannot change; unpack it first",
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--select", "PG001"], "no changes: nothing was found"),
        (["--select", "FM003"], "no changes: --fix cannot repair the only finding with certainty"),
        (["--select", "RF001"], "no changes: --fix cannot repair any of 2 findings with certainty"),
        (["--select", "LS002", "--baseline", "known.json"], "no changes: the baseline has the only finding; --no-baseline includes it"),
        (
            ["--select", "LS002,FM003", "--baseline", "known.json"],
            "no changes: --fix cannot repair the only finding with certainty; 1 in the baseline was left out",
        ),
    ],
)
def test_a_patch_without_changes_says_why(folder: Path, options: list[str], said: str) -> None:
    run("--select", "LS002", "--baseline", "known.json", "--write-baseline")
    result = run("--diff", *options)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"{said}\n")


# The order by itself.


def raised(severity: Severity, code: str, path: str, line: int = 0) -> Raised:
    finding = Finding(code=code, severity=severity, message="", subject=f"kgr:{path}", path=path, line=line)
    return Raised(finding, None, ())


def test_the_candidates_hold_the_first_of_each_group_whatever_the_lines_are() -> None:
    chance, levels = Random(3), ("error", "warning", "info")
    for _ in range(200):
        items = [raised(chance.choice(levels), chance.choice("AB"), chance.choice("xyz")) for _ in range(chance.randrange(60))]
        rank = ranking({"kgr:x": 1, "kgr:y": 1})
        found = candidates(sorted(items, key=lambda item: rank(item.finding)), rank, SHOWN)
        for level in levels:
            for code in "AB":
                group = sorted(
                    (item for item in items if (item.finding.severity, item.finding.code) == (level, code)),
                    key=lambda item: rank(item.finding),
                )
                there = [item for item in found if (item.finding.severity, item.finding.code) == (level, code)]
                last = rank(group[:SHOWN][-1].finding)[:3] if group else ()
                assert {id(item) for item in there} == {id(item) for item in group if rank(item.finding)[:3] <= last}


def test_the_candidates_hold_the_first_of_each_cause_whatever_the_lines_are() -> None:
    chance = Random(4)
    rank = ranking({"kgr:x": 1, "kgr:y": 1})
    for _ in range(200):
        items = [
            raised("warning", "A", chance.choice("xyz"))._replace(cause=chance.choice(["", *"abcdefgh"]))
            for _ in range(chance.randrange(60))
        ]
        found = candidates(sorted(items, key=lambda item: rank(item.finding)), rank, SHOWN, by_cause=True)
        lines = {id(item): chance.randrange(1000) for item in items}
        placed = sorted(items, key=lambda item: (rank(item.finding)[:3], lines[id(item)]))
        firsts = list({item.cause or id(item): item for item in reversed(placed)}.values())[::-1]
        shown = sorted(firsts, key=placed.index)[:SHOWN]
        assert {id(item) for item in shown} <= {id(item) for item in found}
