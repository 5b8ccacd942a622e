"""Texts of licenses in one spelling."""

from __future__ import annotations

import pytest

from kgbuild.licenses.text import fold, fold_url, is_url, letters, parts_of_text, plain, without_query

BY = "creativecommons.org/licenses/by/4.0"


@pytest.mark.parametrize("between", [" ", "-", "_", "\u2010", "\u2011", "\u2013", "\u2212", "\u00a0", "\u202f", "\u2009", " - ", "\u200b-"])
def test_hyphens_and_spaces_of_all_kinds_are_one_space(between: str) -> None:
    assert fold(f"CC{between}BY{between}4.0") == "cc by 4.0"


def test_invisible_characters_are_left_out() -> None:
    assert plain("\ufeffCC\u00ad BY\u2060 4.0\u200e ") == "CC BY 4.0"


@pytest.mark.parametrize(
    "lead",
    ["License: ", "The licence: ", "Licensed under ", "This work is licensed under the ", "SPDX-License-Identifier: ",
     "The data are available under a "]
)  # fmt: skip
def test_what_precedes_a_name_is_left_out(lead: str) -> None:
    assert fold(f"{lead}MIT") == "mit"


@pytest.mark.parametrize(("text", "found"), [("N/A", "na"), ("n. a.", "na"), ("Not specified.", "notspecified"), ("?", ""), ("--", "")])
def test_letters_and_digits(text: str, found: str) -> None:
    assert letters(text) == found


@pytest.mark.parametrize(
    "url",
    [
        "https://{}", "http://www.{}/", "{}/", "//{}", "HTTPS://{}/DEED.EN", "https://{}/deed.zh_TW", "http://{}/legalcode", "https://{}/legalcode.de",
        "https://{}/legalcode.en.txt", "https://{}:443/", "http://{}:80", "https://{}/rdf", "https://{}/index.html", " https://{} ", "https://{}.", "https://{}//deed.es",
    ],
)  # fmt: skip
def test_one_url_in_many_spellings(url: str) -> None:
    spelt = url.replace("{}", BY) if "}:" not in url else url.replace("{}:443", f"{BY.partition('/')[0]}:443/{BY.partition('/')[2]}").replace(
        "{}:80", f"{BY.partition('/')[0]}:80/{BY.partition('/')[2]}"
    )  # fmt: skip
    assert fold_url(spelt) == BY


def test_query_and_fragment_are_kept_and_can_be_dropped() -> None:
    assert fold_url(f"https://{BY}/?ref=chooser-v1#deed") == f"{BY}?ref=chooser-v1#deed"
    assert without_query(f"https://{BY}/?ref=chooser-v1#deed") == BY


@pytest.mark.parametrize(
    ("text", "said"),
    [("https://x.org", True), ("www.x.org/terms", True), ("x.org/terms", True), ("CC BY 4.0", False), ("CC-BY-4.0", False), ("GPL v3.0/MIT", False),
     ("see https://x.org", False), ("v3.0/3.1", False)],
)  # fmt: skip
def test_a_url(text: str, said: bool) -> None:
    assert is_url(text) is said


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("MIT", ("MIT",)),
        ("[CC BY 4.0](https://x.org/by)", ("CC BY 4.0", "https://x.org/by")),
        ("CC BY 4.0 <https://x.org/by>", ("CC BY 4.0", "https://x.org/by")),
        ("License: https://x.org/by", ("https://x.org/by",)),
        ("https://x.org/by https://x.org/nc", ("https://x.org/by", "https://x.org/nc")),
    ],
)
def test_a_text_with_a_url_in_it(text: str, parts: tuple[str, ...]) -> None:
    assert parts_of_text(text) == parts
