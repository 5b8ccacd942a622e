"""Licenses by their many spellings -> how each text is read."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, laws

from kgbuild.licenses.recognise import Candidate, LicenseRecogniser
from kgbuild.licenses.terms import COMMERCIAL, FREE, shared
from kgbuild.licenses.text import fold

RECOGNISER = LicenseRecogniser(MAPPING)
READ = RECOGNISER.read
TABLE = MAPPING.licenses.licenses
spellings = st.sampled_from([(label, id) for id, spelt in TABLE.items() for label in (id, *spelt.labels)])
addresses = st.sampled_from([(url, id) for id, spelt in TABLE.items() for url in spelt.urls])


@laws
@given(spellings, st.randoms(use_true_random=False))
def test_a_label_is_known_in_every_case_and_with_every_space(case: tuple[str, str], chance: random.Random) -> None:
    label, id = case
    spelt = "".join(chance.choice((c.lower(), c.upper())) if c.isascii() else c for c in label)
    spelt = "".join(chance.choice(" -_\u2011\u00a0") * chance.randint(1, 2) if c in " -_" else c for c in spelt)
    assert READ(f" {spelt} ").id == id
    assert fold(spelt) == fold(label)


@laws
@given(
    addresses,
    st.sampled_from(["", "http://", "https://www."]),
    st.sampled_from(["", "/", "/legalcode", "/deed.en", "/legalcode.txt", "?ref=chooser-v1", "/#text"]),
)
def test_a_url_is_known_with_every_beginning_and_end(case: tuple[str, str], start: str, end: str) -> None:
    url, id = case
    assert READ(f"{start}{url}{end}").id == id


@pytest.mark.parametrize(
    "prefix", ["spdx:", "SPDX:", "https://spdx.org/licenses/", "http://spdx.org/licenses/", "https://opensource.org/licenses/"]
)
def test_an_id_as_curie_and_in_urls(prefix: str) -> None:
    assert {id: READ(f"{prefix}{id}").id for id in TABLE} == {id: id for id in TABLE}
    assert READ(f"{prefix}Zlib").id == "Zlib"


KINDS = {
    "none": [
        *MAPPING.licenses.unspecified, "n.a.", "N / A", "not specified.", "(none)", "?", "-", "", " ", "TBD.", "noassertion", "UNLICENSED", "[none]",
        "License: none", "unspecified license", "spdx:NOASSERTION", "SPDX:NONE", "https://spdx.org/licenses/NONE",
    ],
    "open question": [*MAPPING.licenses.unknown, "varies"],
    "unrecognised": [
        "Terms of use", "https://x.org/terms", "Custom", "CC BY 4.0 (except images)", "CC BY 9.0", "Academic License",
        "License", "license (see below)",
    ],
    "license": [
        *MAPPING.licenses.public_domain, "https://www.usa.gov/government-works", "MIT OR Zlib", "CC BY", "CC BY 3.0 CH", "zlib", "CC0 and MIT",
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_of_a_text(kind: str) -> None:
    assert {text: READ(text).kind for text in KINDS[kind]} == dict.fromkeys(KINDS[kind], kind)


def test_a_text_that_lists_licenses_says_what_they_share() -> None:
    both = shared([READ("CC-BY-4.0").terms, READ("CC-BY-NC-4.0").terms])
    for text in ("CC BY 4.0 / CC BY-NC 4.0", "CC BY 4.0, CC BY-NC 4.0", "CC BY 4.0 and CC BY-NC 4.0", "CC BY 4.0; CC BY-NC 4.0"):
        assert READ(text) == Candidate(text, "license", both)
    assert READ("CC BY 4.0 / CC-BY-4.0").id == "CC-BY-4.0"
    assert READ("CC BY 4.0 / Terms").kind == "unrecognised"


def test_words_of_an_unrecognised_text_forbid() -> None:
    assert READ("For academic use only") == Candidate("For academic use only", "unrecognised")
    assert RECOGNISER.words(READ("For academic use only")) == {COMMERCIAL}
    assert RECOGNISER.words(READ("https://x.org/non-commercial")) == frozenset()
    assert READ("CC-BY-4.0 AND Academic-use-only").terms.forbidden == {COMMERCIAL}


def test_public_domain_is_free_without_an_id() -> None:
    assert READ("Public domain") == Candidate("Public domain", "license", FREE)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("CC BY-NC", "https://creativecommons.org/licenses/by-nc/4.0/", True),
        ("CC BY-NC", "https://creativecommons.org/licenses/by/4.0/", False),
        ("CC BY 3.0", "CC BY 4.0", False),
        ("GPL-3.0-or-later", "https://www.gnu.org/licenses/gpl-3.0.html", True),
        ("Public domain", "CC0", True),
        ("Public domain", "CC BY 4.0", False),
        ("CC0", "https://creativecommons.org/publicdomain/mark/1.0/", False),
        ("MIT AND Zlib", "mit and zlib", True),
        ("MIT AND Zlib", "MIT", False),
    ],
)
def test_two_texts_that_can_name_one_license(one: str, other: str, same: bool) -> None:
    assert READ(one).agrees(READ(other)) is same
    assert READ(other).agrees(READ(one)) is same


def test_an_spdx_id_is_more_exact_than_a_name_with_a_version_and_that_than_one_without() -> None:
    by_exactness = sorted(["CC BY", "CC BY 3.0 CH", "CC BY 4.0"], key=lambda text: READ(text).exactness)
    assert by_exactness == ["CC BY", "CC BY 3.0 CH", "CC BY 4.0"]
    assert [READ(text).name for text in by_exactness] == ["CC BY", "CC BY 3.0 CH", "CC-BY-4.0"]


@laws
@given(st.text(max_size=12))
def test_reading_never_fails_and_an_unread_text_allows_nothing(text: str) -> None:
    found = READ(text)
    assert found.text == text
    assert found.kind == "license" or not found.terms.allowed
