"""Licenses by their many spellings -> SPDX ids."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import MAPPING, laws

from kgbuild.licenses.recognise import LicenseRecogniser, fold

RECOGNISER = LicenseRecogniser(MAPPING)
TABLE = MAPPING.licenses.licenses
CC = "https://creativecommons.org/licenses"
spellings = st.sampled_from([(label, id) for id, spelt in TABLE.items() for label in (id, *spelt.labels)])
addresses = st.sampled_from([(url, id) for id, spelt in TABLE.items() for url in spelt.urls])


@laws
@given(spellings, st.randoms(use_true_random=False))
def test_a_label_is_known_in_every_case_and_with_every_space(case: tuple[str, str], chance: random.Random) -> None:
    label, id = case
    spelt = "".join(chance.choice((c.lower(), c.upper())) if c.isascii() else c for c in label)
    spelt = "".join(chance.choice(" -_") * chance.randint(1, 2) if c in " -_" else c for c in spelt)
    assert RECOGNISER.identify(f" {spelt} ", None) == id
    assert fold(spelt) == fold(label)


@laws
@given(addresses, st.sampled_from(["", "http://", "https://www."]), st.sampled_from(["", "/", "/legalcode", "/deed.en", "/legalcode.txt"]))
def test_a_url_is_known_with_every_beginning_and_end(case: tuple[str, str], start: str, end: str) -> None:
    url, id = case
    assert RECOGNISER.identify(None, f"{start}{url}{end}") == id


@pytest.mark.parametrize(
    ("label", "url", "id"),
    [
        ("CC BY 4.0", f"{CC}/by/4.0/", "CC-BY-4.0"),
        ("CC BY 4.0", f"{CC}/by-nc/4.0/", f"{CC}/by-nc/4.0/"),
        ("Terms of use", "https://x.org/terms", "https://x.org/terms"),
        ("Terms of use", None, "Terms of use"),
        (None, "https://x.org/terms", "https://x.org/terms"),
        (None, "CC0 1.0", "CC0-1.0"),
        ("Not specified", None, None),
        ("Varies", f"{CC}/by/4.0/", "Varies"),
        ("Varies", "https://x.org/terms", "https://x.org/terms"),
        (None, None, None),
    ],
)
def test_label_and_url(label: str | None, url: str | None, id: str | None) -> None:
    assert RECOGNISER.identify(label, url) == id


@laws
@given(st.text(max_size=8), st.one_of(st.none(), st.text(max_size=8)))
def test_what_is_not_known_stays_as_it_is_written(label: str, url: str | None) -> None:
    found = RECOGNISER.identify(label, url)
    assert found in {label, url, None} | TABLE.keys()
