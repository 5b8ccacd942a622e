"""Faults in real records are found, at the right file and line, and nothing else that is new but what the fault itself causes.

Up to fifty faults of a kind are put into pages of one copy of a registry, chosen by a seed; then the audit runs once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote

import pytest
from faults.faults import KINDS, Injected, Kind
from faults.pages import Corpus, Used
from paths import ROOT

from kgbuild.checks import load_rules

SEED = 20261120
SEVERITIES = {rule.code: rule.severity for rule in load_rules()}


class Registry:
    """A registry to break, and what the audit says of it as it is: fingerprints, and by code the ids of what is wrong."""

    def __init__(self, archive: Path, folder: Path) -> None:
        self.corpus = Corpus(archive, folder / "registry")
        self._cache = folder / "cache"
        findings = self.check()
        self.before = {(finding["fingerprint"], finding["severity"]) for finding in findings}
        self.about: defaultdict[str, set[str]] = defaultdict(set)
        for finding in findings:
            subject = unquote(finding["subject"].partition(":")[2])
            self.about[finding["code"]] |= {subject, *(Path(related["path"]).stem for related in finding["related"])}

    def check(self) -> list[dict[str, Any]]:
        """Every finding in the registry as it stands, also of the rules that are off by default."""
        command = [
            sys.executable,
            "-m",
            "kgbuild",
            "check",
            str(self.corpus.folder),
            "--format",
            "jsonl",
            "--fail-on",
            "never",
            "--select",
            "ALL",
        ]
        environment = {**os.environ, "XDG_CACHE_HOME": str(self._cache)}
        done = subprocess.run([*command, "--isolated", "--jobs", "1"], capture_output=True, cwd=ROOT, env=environment, check=False)
        assert done.returncode in (0, 2), done.stderr.decode()
        return [json.loads(line) for line in done.stdout.splitlines()]

    def inject(self, kind: Kind, random: Random) -> list[Injected]:
        """Put faults of a kind into pages of their own, of what the rule finds nothing wrong with before.

        Nor may it be a probable duplicate: what is changed in one of several makes another finding of all of them.
        """
        corpus, about = self.corpus, self.about[kind.code] | self.about["ID001"]
        candidates = [ids for ids in kind.candidates(corpus, random) if about.isdisjoint(id for id in ids if isinstance(id, str))]
        injected: list[Injected] = []
        for candidate in candidates:
            corpus.touched = set()
            with suppress(Used):
                found = kind.inject(corpus, *candidate)
                if found is not None:
                    found.files |= corpus.touched
                    corpus.used |= corpus.touched
                    injected.append(found)
            if len(injected) == kind.most:
                break
        return injected


@pytest.fixture(scope="module")
def registry(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return Registry(corpus / "kg-registry-2026-08-17.tar.gz", tmp_path_factory.mktemp("faults"))


def test_each_rule_has_a_kind_of_fault() -> None:
    assert {kind.code for kind in KINDS.values()} == SEVERITIES.keys()
    assert {code for kind in KINDS.values() for code in kind.also} <= SEVERITIES.keys()


@pytest.mark.parametrize("name", KINDS)
def test_fault(registry: Registry, name: str) -> None:
    kind = KINDS[name]
    try:
        injected = registry.inject(kind, Random(f"{SEED} {name}"))
        assert len(injected) == kind.most
        new = [finding for finding in registry.check() if (finding["fingerprint"], finding["severity"]) not in registry.before]
    finally:
        registry.corpus.restore()
    found = {(finding["path"], finding["line"], finding["severity"]) for finding in new if finding["code"] == kind.code}
    severity = kind.severity or SEVERITIES[kind.code]
    expected = {(str(item.path), item.line, severity) for item in injected}
    assert found - expected == set(), "not where it was put in"
    assert expected - found == set(), "put in and not found"
    assert sum(finding["code"] == kind.code for finding in new) == kind.most
    others = [finding for finding in new if finding["code"] != kind.code]
    assert [finding for finding in others if finding["code"] not in kind.also] == [], "nothing that the fault causes"
    assert {finding["code"] for finding in others} == set(kind.also), "the table names what the fault does not cause"
    folders = {path.parent for item in injected for path in item.files}
    # LC005 stands at the record of each resource that is made from the broken one.
    near = [finding for finding in others if finding["code"] != "LC005"]
    assert [finding for finding in near if Path(finding["path"]).parent not in folders] == [], "elsewhere"
