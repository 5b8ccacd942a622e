"""Each folder of rules/ shows one rule: the records of `bad/` have the findings of `expected.jsonl`, those of `good/` have none of it.

A folder is called by the rule's code, and a second one of a rule `CODE-what-else`; `options.txt` holds options for both, if it is there.
To write what is expected anew: ``pytest tests/test_rules.py --regenerate``.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from paths import TESTS
from running import run_command

from kgbuild import checks
from kgbuild.checks.rule import HEADINGS

RULES = TESTS / "rules"
CASES = sorted(path.name for path in RULES.iterdir() if path.is_dir())
CODES = [rule.code for rule in checks.load_rules()]
#: The parts of a finding that its fingerprint is made from, or that others say.
KEYS = ("code", "severity", "message", "subject", "object", "field", "records", "path", "line", "column", "related", "suggestion")


def findings(case: Path, folder: str, code: str) -> list[dict[str, Any]]:
    """The findings of one rule in a folder of a case, whose paths begin with the folder's name, sorted by what they are about."""
    options = case / "options.txt"
    told = shlex.split(options.read_text()) if options.exists() else []
    result = run_command(["check", folder, "--select", code, "--format", "jsonl", "--no-cache", "--fail-on", "info", *told])
    found = [json.loads(line) for line in result.stdout.splitlines()]
    unread = "could not be read as records" in result.stderr or (code == "RD001" and found)
    assert result.exit_code == (2 if unread else 1 if found else 0), result.output
    found.sort(key=lambda finding: (finding["subject"], finding["object"], finding["field"]))
    return [{key: finding[key] for key in KEYS if key in finding} for finding in found]


@pytest.mark.parametrize("name", CASES)
def test_rule(name: str, monkeypatch: pytest.MonkeyPatch, regenerate: bool) -> None:
    case = RULES / name
    code = name.partition("-")[0]
    monkeypatch.chdir(case)
    found = findings(case, "bad", code)
    expected = case / "expected.jsonl"
    if regenerate:
        expected.write_text("".join(json.dumps(finding, ensure_ascii=False) + "\n" for finding in found), encoding="utf-8")
    there = [json.loads(line) for line in expected.read_text(encoding="utf-8").splitlines()]
    assert there, "a case without a finding shows nothing"
    assert found == there
    assert findings(case, "good", code) == []


def test_no_rule_is_without_an_example() -> None:
    assert sorted({name.partition("-")[0] for name in CASES}) == sorted(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_rule_explains_itself(code: str) -> None:
    (rule,) = (rule for rule in checks.load_rules() if rule.code == code)
    assert list(rule.parts) == ["what", *(heading.lower() for heading in HEADINGS)]
    assert all(rule.parts.values())
