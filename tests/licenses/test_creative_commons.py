"""Names and URLs of Creative Commons licenses, as their grammar makes them."""

from __future__ import annotations

from itertools import product

import pytest
from license_expression import get_spdx_licensing
from statements import MAPPING

from kgbuild.licenses.creative_commons import CreativeCommons, by_label, by_url, named_elements

KINDS = ("by", "by-nc", "by-nd", "by-sa", "by-nc-nd", "by-nc-sa")
VERSIONS = ("1.0", "2.0", "2.5", "3.0", "4.0")
PORTS = {"": "", "de": "Germany", "us": "United States", "igo": "IGO", "uk": "England and Wales", "scotland": "Scotland"}
EDITIONS = [*((version, "") for version in VERSIONS), *product(("2.0", "3.0"), PORTS)]
LONG = {"by": "Attribution", "nc": "NonCommercial", "nd": "NoDerivatives", "sa": "ShareAlike"}
OTHER = {"by": "attribution", "nc": "non-commercial", "nd": "No Derivs", "sa": "Share Alike"}


def spellings(kind: str, version: str, port: str) -> dict[str, str]:
    """The names of one license, by what is particular about each."""
    elements, name = kind.split("-"), PORTS[port]
    short, rest = f"CC {kind.upper()}", f"{version} {name}".strip()
    long = "-".join(LONG[e] for e in elements)
    return {
        "short": f"{short} {rest}",
        "SPDX": "-".join(filter(None, (f"CC-{kind.upper()}", version, port.upper()))),
        "joined": f"cc{''.join(elements)} {rest}",
        "no space": f"{short}{rest}",
        "v": f"{short} v{rest}",
        "hyphens that do not break": f"CC\u2011{kind.upper().replace('-', chr(0x2011))}\u00a0{rest}",
        "long": f"Creative Commons {long} {rest}",
        "another long": f"Creative Commons {' '.join(OTHER[e] for e in elements)} {rest} license",
        "long without CC": f"{long} {rest}",
        "both": f"Creative Commons {long} {rest} International Public License ({short} {version})",
        "both the other way": f"{short} {rest} (Creative Commons {long} {version})",
        "elements in another order": f"CC {'-'.join(reversed(elements)).upper()} {rest}",
        "deed": f"{short} {rest} Deed",
        "a sentence": f"This work is licensed under a Creative Commons {long} {rest} License.",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_spelling_of_a_name(kind: str) -> None:
    for version, port in EDITIONS:
        expected = CreativeCommons(frozenset(kind.split("-")), version, port)
        texts = spellings(kind, version, port)
        assert {what: by_label(text) for what, text in texts.items()} == dict.fromkeys(texts, expected)


@pytest.mark.parametrize("start", ["https://", "http://www.", "//", ""])
@pytest.mark.parametrize("end", ["", "/", "/deed.fr", "/legalcode", "/?ref=chooser-v1", "/deed.en#ref-appropriate-credit"])
def test_every_url(start: str, end: str) -> None:
    for kind, (version, port) in product(KINDS, EDITIONS):
        url = "/".join(filter(None, (f"{start}creativecommons.org/licenses/{kind}/{version}", port)))
        assert by_url(f"{url}{end}") == CreativeCommons(frozenset(kind.split("-")), version, port)


@pytest.mark.parametrize("text", ["CC0", "CC-0", "CC0 1.0 Universal", "cc zero", "Creative Commons Zero v1.0 Universal", "CC0 1.0 (CC0)",
                                  "Creative Commons CC0 1.0 Universal Public Domain Dedication", "CC0-1.0"])  # fmt: skip
def test_names_of_cc0(text: str) -> None:
    found = by_label(text)
    assert found == CreativeCommons(frozenset(("zero",)), "1.0") == by_url("http://creativecommons.org/publicdomain/zero/1.0/deed.de")
    assert found.id == "CC0-1.0"


@pytest.mark.parametrize("text", ["CC BY", "Creative Commons Attribution", "CC-BY license"])
def test_a_name_without_a_version_has_no_id(text: str) -> None:
    found = by_label(text)
    assert found == CreativeCommons(frozenset(("by",)))
    assert found.id is None
    assert not found.differs(CreativeCommons(frozenset(("by",)), "4.0"))


def test_version_4_has_no_ports() -> None:
    assert by_label("CC BY 4.0 DE") == by_label("CC BY 4.0")


@pytest.mark.parametrize(
    "text",
    ["CC BY 4.0 (except images)", "CC BY-NC 4.0 for non-academics", "CC BY / CC BY-NC", "CC BY 4.0 and CC BY 3.0", "CC NC 4.0", "CC BY-SA-ND 4.0",
     "CC BY 5.0", "CC0 BY", "by", "attribution", "CC", "MIT", "", "CC-BY-4.0+", "CC BY 3.0 XX", "by the group", "CC0 2.0"],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert by_label(text) is None


@pytest.mark.parametrize("url", ["https://creativecommons.org/licenses/", "https://creativecommons.org/licenses/by/9.0/", "https://x.org/licenses/by/4.0/",
                                 "https://creativecommons.org/licenses/by/3.0/xx", "https://creativecommons.org.publicdomain/zero/1.0/",
                                 "https://creativecommons.org/licenses/nd/4.0/"])  # fmt: skip
def test_a_url_that_is_none(url: str) -> None:
    assert by_url(url) is None


@pytest.mark.parametrize(
    "url", ["https://i.creativecommons.org/l/by-nc/3.0/de/88x31.png", "http://licensebuttons.net/l/by-nc/3.0/de/80x15.png"]
)
def test_the_url_of_a_button(url: str) -> None:
    assert by_url(url) == CreativeCommons(frozenset(("by", "nc")), "3.0", "de")


def test_versions_and_ports_differ_only_where_both_are_given() -> None:
    by3, by4, at = (CreativeCommons(frozenset(("by",)), *rest) for rest in (("3.0",), ("4.0",), ("3.0", "at")))
    assert by3.differs(by4)
    assert by3.differs(at)
    assert by3.differs(CreativeCommons(frozenset(("by", "nc")), "3.0"))


def test_elements_that_a_text_with_other_words_names() -> None:
    assert named_elements("CC BY-NC-ND, see the site") == {"by", "nc", "nd"}
    assert named_elements("sold by the NC group") == set()


def test_the_stem_is_the_beginning_of_the_id() -> None:
    assert CreativeCommons(frozenset(("sa", "nc", "by")), "3.0", "igo").stem == "CC-BY-NC-SA"


def test_the_table_has_every_creative_commons_license_of_spdx() -> None:
    known = {id for id in get_spdx_licensing().known_symbols if by_label(id)}
    assert known - MAPPING.licenses.licenses.keys() == set()


def test_grammar_and_table_agree_on_every_spelling_of_the_table() -> None:
    for id, spelt in MAPPING.licenses.licenses.items():
        for text in (*spelt.labels, *spelt.urls):
            found = by_label(text) or by_url(text)
            assert found is None or found.id in {id, None}, text
