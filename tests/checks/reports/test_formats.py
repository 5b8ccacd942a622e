"""What holds for every format."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from kgbuild.checks.reports import REPORTS, Report, render


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_is_text_in_utf_8_that_ends_with_its_last_line(name: str, small: Report, empty: Report) -> None:
    for report in (small, empty, replace(small, statistics=True), replace(small, color=True)):
        text = render(name, report)
        assert text == text.encode().decode()
        assert not text or (text.endswith("\n") and not text.endswith("\n\n"))


@pytest.mark.parametrize("name", REPORTS)
def test_a_finding_of_a_rule_that_is_not_there_is_told(name: str, small: Report) -> None:
    unheard = replace(small, findings=[replace(small.findings[0], code="ZZ001")])
    assert "ZZ001" in render(name, unheard)


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("character", [*map(chr, range(0x20)), "\x7f", "\x85", "\udcff", "\ufffe", "\uffff", "\u2028", "\u202e"])
def test_no_character_hides_or_breaks_a_form(name: str, character: str, small: Report) -> None:
    told = f"a{character}b"
    finding = replace(small.findings[2], message=told, path=told, suggestion=told, subject=told)
    text = render(name, replace(small, findings=[finding]))
    assert text == text.encode().decode()
    assert character == "\n" or (character not in text if ord(character) < 0x20 else True)
