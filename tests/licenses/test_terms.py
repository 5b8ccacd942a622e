"""Licenses as they are written -> what they let through."""

from __future__ import annotations

import pytest

from kgbuild.licenses.terms import COMMERCIAL, DERIVATIVES, LicenseReader, Terms, WrittenLicense
from kgbuild.mapping.load import load_mapping
from kgbuild.model.graph import Description

READER = LicenseReader(load_mapping())
CC = "https://creativecommons.org/licenses"
FREE, NC, NC_ND = frozenset[str](), frozenset({COMMERCIAL}), frozenset({COMMERCIAL, DERIVATIVES})
SA4, NC_SA = frozenset({("CC-BY-SA", "GPL")}), frozenset({("CC-BY-NC-SA",)})

#: Label, URL, and what they come to.
WRITTEN: dict[str, tuple[str | None, str | None, Terms | None]] = {
    "label and URL": ("CC BY 4.0", f"{CC}/by/4.0/", Terms("CC-BY-4.0", FREE, sure=True)),
    "label alone": ("CC BY-SA 4.0", None, Terms("CC-BY-SA-4.0", FREE, SA4, sure=True)),
    "URL alone": (None, f"{CC}/by-nc/4.0/", Terms("CC-BY-NC-4.0", NC, sure=True)),
    "label without a version": ("CC-BY-NC", f"{CC}/by-nc/4.0/", Terms("CC-BY-NC-4.0", NC, sure=True)),
    "label that says more": ("CC BY 4.0 (except images)", f"{CC}/by/4.0/", Terms("CC-BY-4.0", FREE)),
    "URL of a site": ("CC BY 4.0", "https://www.example.org/terms", Terms("CC-BY-4.0", FREE)),
    "one for code": ("MIT", None, Terms("MIT", FREE, code=True, sure=True)),
    "the text of the GPL": (
        "GPL-3.0-or-later", "https://www.gnu.org/licenses/gpl-3.0.html",
        Terms("GPL-3.0-or-later", FREE, frozenset({("GPL",)}), code=True, sure=True),
    ),
    "none": ("Not specified", None, None),
    "none, with the terms of a site": ("Not specified", "https://www.example.org/terms", Terms("https://www.example.org/terms")),
    "several": ("Varies", None, Terms("Varies")),
    "several, with the URL of one": ("Varies", f"{CC}/by/4.0/", Terms("Varies")),
    "terms of its own": ("Academic licence", "https://www.example.org/terms", Terms("Academic licence")),
    "public domain": ("U.S. Government Work (public domain)", "https://www.example.org/works", Terms("U.S. Government Work (public domain)", FREE)),
    "no version at all": ("CC BY-NC-ND", None, Terms("CC BY-NC-ND", NC_ND)),
    "the long name without a version": (
        "Creative Commons Attribution Non-Commercial Share Alike", None,
        Terms("Creative Commons Attribution Non-Commercial Share Alike", NC, NC_SA),
    ),
    "a port that SPDX does not list": ("CC BY-NC 3.0 CH", f"{CC}/by-nc/3.0/ch/", Terms("CC BY-NC 3.0 CH", NC)),
    "both of two": ("CC-BY-NC-4.0 AND MIT", None, Terms("CC-BY-NC-4.0 AND MIT", NC, code=True)),
    "one of two": ("CC-BY-NC-4.0 OR MIT", None, Terms("CC-BY-NC-4.0 OR MIT", FREE, code=True)),
    "with an exception": (
        "GPL-2.0-only WITH Classpath-exception-2.0", None,
        Terms("GPL-2.0-only WITH Classpath-exception-2.0", FREE, frozenset({("GPL",)}), code=True),
    ),
    "an expression of something unknown": ("CC-BY-4.0 AND Terms-of-use", None, Terms("CC-BY-4.0 AND Terms-of-use")),
    "an expression that is none": ("CC-BY-4.0 AND (MIT", None, Terms("CC-BY-4.0 AND (MIT")),
    "two licenses": (
        "CC BY 4.0", f"{CC}/by-nc/4.0/", Terms("CC-BY-4.0 or CC-BY-NC-4.0", clash=("CC-BY-4.0", "CC-BY-NC-4.0")),
    ),
    "two versions": ("CC BY 3.0", f"{CC}/by/4.0/", Terms("CC-BY-3.0 or CC-BY-4.0", clash=("CC-BY-3.0", "CC-BY-4.0"))),
    "two without an id": (
        "CC BY", f"{CC}/by-nc/3.0/ch/", Terms(f"CC BY or {CC}/by-nc/3.0/ch/", clash=("CC BY", f"{CC}/by-nc/3.0/ch/")),
    ),
    "another than one that the table does not know": (
        "CC0 1.0", f"{CC}/by/3.0/ch/", Terms(f"CC0-1.0 or {CC}/by/3.0/ch/", clash=("CC0-1.0", f"{CC}/by/3.0/ch/")),
    ),
    "one that the table does not know, and another": ("CC BY 3.0 CH", "https://opensource.org/licenses/MIT",
        Terms("CC BY 3.0 CH or MIT", clash=("CC BY 3.0 CH", "MIT")),
    ),
    "none, and one": ("Not specified", f"{CC}/by/4.0/", Terms("Not specified or CC-BY-4.0", clash=("Not specified", "CC-BY-4.0"))),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_a_license_as_written(name: str) -> None:
    label, url, terms = WRITTEN[name]
    assert READER.read(WrittenLicense(label, url)) == terms


#: The properties that a license is kept in, and what was written.
KEPT: dict[str, tuple[Description, WrittenLicense | None]] = {
    "nothing": (Description(), None),
    "an SPDX id in the place of a label": (Description(license="MIT", license_label="MIT"), WrittenLicense("MIT")),
    "a label": (Description(license="Terms of use", license_label="Terms of use"), WrittenLicense("Terms of use")),
    "a URL in the place of a label": (
        Description(license=f"{CC}/by/4.0/", license_label=f"{CC}/by/4.0/"),
        WrittenLicense(None, f"{CC}/by/4.0/"),
    ),
    "label and URL that are no SPDX id": (
        Description(license="https://www.example.org/terms", license_label="Terms"),
        WrittenLicense("Terms", "https://www.example.org/terms"),
    ),
    "label and URL of one": (
        Description(
            license="MIT", license_label="MIT License", extra={"license": '{"id":"https://mit-license.org","label":"MIT License"}'}
        ),
        WrittenLicense("MIT License", "https://mit-license.org"),
    ),
    "an empty one": (Description(extra={"license": '{"id":"","label":""}'}), None),
    "a list": (Description(extra={"license": '["MIT","CC0"]'}), WrittenLicense(unreadable=True)),
}


@pytest.mark.parametrize("name", KEPT)
def test_a_license_as_kept(name: str) -> None:
    says, written = KEPT[name]
    assert READER.written(says, "resource") == written


def test_a_license_in_a_form_of_its_own_is_an_unknown_one() -> None:
    assert READER.read(WrittenLicense(unreadable=True)) == Terms("a license in a form of its own")
