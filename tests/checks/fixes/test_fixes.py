"""A rule names its fix, and nothing else knows which rule has which."""

from __future__ import annotations

import re

import pytest
from conftest import ROOT

from kgbuild import checks
from kgbuild.checks.fixes import duplicate_source, known_value, old_id, spelled_doi, stray_space
from kgbuild.checks.fixes.request import Fix, FixRequest
from kgbuild.checks.view import EntryRef, StatedClaim
from kgbuild.mapping.load import load_mapping
from kgbuild.model.edits import NotCertain
from kgbuild.model.finding import Finding
from kgbuild.model.graph import Description, Listing, PageStatement, Statement

MAPPING = load_mapping()
LISTING = Listing(category=None, description=Description())


def fixed(fix: Fix, field: str, value: str, suggestion: str | None, says: Statement = LISTING) -> FixRequest | None:
    """What a fix wants for a finding about the product a.tsv."""
    claim = StatedClaim("kgr:a.tsv", "a.tsv", "kgr:a", says, 0, 0, False)
    finding = Finding(code="", severity="warning", message="", subject="kgr:a.tsv", suggestion=suggestion)
    return fix(finding, EntryRef(claim, field, value), MAPPING)


def request(kind: str, names: tuple[str, ...], old: str, new: str) -> FixRequest:
    return FixRequest(of="listing", about="kgr:a.tsv", id="a.tsv", kind=kind, names=names, old=old, new=new)


ORIGINAL, FORMAT = ("original_source",), ("format", "format")


def test_a_source_named_twice() -> None:
    assert fixed(duplicate_source.fix, "original", "b", None) == request("double", ORIGINAL, "b", "b")


def test_an_old_id() -> None:
    assert fixed(old_id.fix, "original", "do", "doid") == request("source", ORIGINAL, "do", "doid")
    assert fixed(old_id.fix, "original", "do ", "do") == request("source", ORIGINAL, "do ", "do")
    assert fixed(old_id.fix, "original", "do", None) is None
    with pytest.raises(NotCertain, match="the table of aliases does not have this id"):
        fixed(old_id.fix, "original", "do", "go")


def test_a_value_of_a_vocabulary() -> None:
    assert fixed(known_value.fix, "format", "TSV", "tsv") == request("value", FORMAT, "TSV", "tsv")
    assert fixed(known_value.fix, "original", "prov:use", "prov:used") == request("relation", ORIGINAL, "prov:use", "prov:used")


def test_stray_space() -> None:
    assert fixed(stray_space.fix, "format", " tsv", "tsv") == request("value", FORMAT, " tsv", "tsv")
    assert fixed(stray_space.fix, "original", "b ", "b") == request("source", ORIGINAL, "b ", "b")
    assert fixed(stray_space.fix, "format", "TSV", "tsv") is None
    assert fixed(stray_space.fix, "format", "tsv", "tsv") is None


@pytest.mark.parametrize("value", ["10.1093/a", "doi: 10.1093/a", "doi:10.1093%2Fa", "10.1093 / a", "doi 10.1093/a"])
def test_a_doi(value: str) -> None:
    assert fixed(spelled_doi.fix, "publications", value, "doi:10.1093/a") == request("value", ("publications",) * 2, value, "doi:10.1093/a")


def test_what_is_no_doi_is_not_changed() -> None:
    assert fixed(spelled_doi.fix, "publications", "10.1093/b", "doi:10.1093/a") is None
    assert fixed(spelled_doi.fix, "url", "htps://a.org", "https://a.org") is None
    assert fixed(spelled_doi.fix, "url", " https://a.org", "https://a.org") == request(
        "value", ("url", "product_url", "url"), " https://a.org", "https://a.org"
    )


@pytest.mark.parametrize("fix", [duplicate_source.fix, old_id.fix, known_value.fix, spelled_doi.fix, stray_space.fix])
def test_what_no_record_states_is_not_fixed(fix: Fix) -> None:
    assert fixed(fix, "format", " do", "do", says=PageStatement(title="A", sha256="", links={})) is None
    assert fixed(fix, "format", "", None) is None


def test_the_rules_name_their_fixes() -> None:
    named = {rule.code: rule.fix for rule in checks.load_rules() if rule.fix is not stray_space.fix}
    assert named == {
        "RF002": old_id.fix,
        "RF006": old_id.fix,
        "LS002": duplicate_source.fix,
        "FM002": known_value.fix,
        "FM003": spelled_doi.fix,
    }


def test_nothing_else_names_a_rule() -> None:
    files = [ROOT / "kgbuild/pipeline/fix.py", *(ROOT / "kgbuild/checks/fixes").glob("*.py")]
    assert [path.name for path in files if re.search(r"\b[A-Z]{2}\d{3}\b", path.read_text("utf-8"))] == []
