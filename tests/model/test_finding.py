"""Findings: fingerprints and severities."""

from __future__ import annotations

import hashlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import laws

from kgbuild.model.finding import SEVERITIES, Finding, Related, fingerprint, over

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@laws
@given(texts, texts, texts, texts)
def test_a_fingerprint_is_the_hash_of_the_json_of_the_four(code: str, subject: str, object: str, field: str) -> None:
    text = json.dumps([code, subject, object, field], separators=(",", ":"), ensure_ascii=False)
    assert fingerprint(code, subject, object, field) == hashlib.sha256(text.encode()).hexdigest()


def test_the_name_of_a_file_that_is_no_utf_8_has_a_fingerprint() -> None:
    assert fingerprint("RD001", "a\udcff.md", "", "") == fingerprint("RD001", "a\\xff.md", "", "")


@pytest.mark.parametrize(
    ("severity", "levels"),
    [("error", ["error", "warning", "info"]), ("warning", ["warning", "info"]), ("info", ["info"])],
)
def test_a_severity_is_over_the_levels_that_are_not_graver(severity: str, levels: list[str]) -> None:
    assert [level for level in (*SEVERITIES, "never") if over(severity, level)] == levels  # type: ignore[arg-type]  # one of the three


def test_a_finding_reads_back_from_json() -> None:
    finding = Finding(
        code="RF001",
        severity="error",
        message="no record",
        subject="kgr:a.b",
        object="kgr:c",
        field="original_source",
        records=("a",),
        path="a.md",
        line=3,
        column=5,
        related=(Related(path="b.md", line=1, column=1, record="b"),),
        suggestion="kgr:cc",
        fingerprint=fingerprint("RF001", "kgr:a.b", "kgr:c", "original_source"),
    )
    assert msgspec.json.decode(msgspec.json.encode(finding), type=Finding) == finding
