"""Words of licenses that forbid a use."""

from __future__ import annotations

import pytest
from statements import MAPPING

from kgbuild.licenses.terms import COMMERCIAL, DERIVATIVES, REDISTRIBUTION, USES
from kgbuild.licenses.wording import WordingReader
from kgbuild.mapping.schema import Wording

READER = WordingReader(MAPPING.licenses.wording)
NC, ND, ALL = {COMMERCIAL}, {DERIVATIVES}, set(USES)
TEXTS: dict[str, set[str]] = {
    "Non-Commercial Use Only": NC,
    "NONCOMMERCIAL": NC,
    "Free for non\u2011commercial use": NC,
    "Academic use only": NC,
    "Academic License": NC,
    "Free for academic use": NC,
    "Free for non-profit academic/hospital use; commercial license required": NC,
    "Commercial use requires a license": NC,
    "Commercial use is prohibited": NC,
    "Not for commercial use": NC,
    "For research use only": NC,
    "CC BY-NC 4.0 for non-academics": NC,
    "CC BY-ND with exceptions": ND,
    "No derivatives": ND,
    "Derivative works are not permitted": ND,
    "All rights reserved": ALL,
    "\u00a9 2020 X. ALL RIGHTS RESERVED.": ALL,
    "No redistribution": {REDISTRIBUTION},
    "May not be redistributed": {REDISTRIBUTION},
    "Internal use only": {REDISTRIBUTION},
    "License required for commercial/redistribution": {COMMERCIAL, REDISTRIBUTION},
    # What forbids nothing.
    "For non-commercial and commercial purposes": set(),
    "Commercial and non-commercial use": set(),
    "Subscription (tiered academic/commercial licensing)": set(),
    "Free for academic and commercial use": set(),
    "Terms of use": set(),
    "Academic data": set(),
    "CC BY 4.0 (except images)": set(),
    "NC State data": set(),
    "": set(),
}


@pytest.mark.parametrize("text", TEXTS)
def test_what_words_forbid(text: str) -> None:
    assert READER.forbidden(text) == TEXTS[text]


def test_a_table_without_phrases_reads_only_creative_commons_elements() -> None:
    reader = WordingReader(Wording())
    assert reader.forbidden("Non-commercial use only") == set()
    assert reader.forbidden("CC BY-NC-ND for some") == {COMMERCIAL, DERIVATIVES}
