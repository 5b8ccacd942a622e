"""Licenses as they are written -> the one judgement."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from statements import MAPPING

from kgbuild.licenses.judgement import LicenseJudge, LicenseJudgement, LicenseReading
from kgbuild.licenses.terms import (
    ATTRIBUTION,
    COMMERCIAL,
    DERIVATIVES,
    FREE,
    NOTICE,
    REDISTRIBUTION,
    SHARE_ALIKE,
    UNKNOWN,
    USES,
    Terms,
    shared,
)
from kgbuild.licenses.written import WrittenLicense, written_license
from kgbuild.model.graph import Description

JUDGE = LicenseJudge(MAPPING)
CC = "https://creativecommons.org/licenses"
BY_URL = LicenseReading(f"{CC}/by/4.0/", "CC-BY-4.0", "URL", f"{CC}/by/4.0/")
NC_URL = LicenseReading(f"{CC}/by-nc/4.0/", "CC-BY-NC-4.0", "URL", f"{CC}/by-nc/4.0/")
FORM = "a license in a form of its own"


def text_of(value: Any) -> str | None:
    return str(value) if value and not isinstance(value, list | dict) else None


def judged(value: Any) -> tuple[LicenseJudgement | None, str | None]:
    """The judgement of a value of a license field, and its column in the graph."""
    written = written_license(value, MAPPING.fields.license, text_of)
    return (JUDGE.read(written), JUDGE.column(written)) if written else (None, None)


def of(id: str) -> Terms:
    found = JUDGE.read(WrittenLicense(id))
    assert found is not None
    return found.terms


def known(id: str) -> LicenseJudgement:
    return LicenseJudgement(id, of(id), id, sure=True)


def words(*uses: str) -> Terms:
    return Terms(frozenset(uses), worded=frozenset(uses))


#: The license field, the judgement, and the column `license`.
WRITTEN: dict[str, tuple[Any, LicenseJudgement | None, str | None]] = {
    "label and URL": ({"label": "CC BY 4.0", "id": f"{CC}/by/4.0/"}, known("CC-BY-4.0"), "CC-BY-4.0"),
    "label without a version": ({"label": "CC-BY-NC", "id": f"{CC}/by-nc/4.0/"}, known("CC-BY-NC-4.0"), "CC-BY-NC-4.0"),
    "a URL with a query": ({"id": f"{CC}/by-nc/4.0/?ref=chooser-v1"}, known("CC-BY-NC-4.0"), "CC-BY-NC-4.0"),
    "the text of the GPL": (
        {"label": "GPL-3.0-or-later", "id": "https://www.gnu.org/licenses/gpl-3.0.html"}, known("GPL-3.0-or-later"), "GPL-3.0-or-later",
    ),
    "an id outside the table": ("zlib", LicenseJudgement("Zlib", UNKNOWN, "Zlib"), "Zlib"),
    "a license without a version": ("CC BY-NC-ND", LicenseJudgement("CC BY-NC-ND", of("CC-BY-NC-ND-4.0")), "CC BY-NC-ND"),
    "a port that SPDX does not list": (
        {"label": "CC BY-NC 3.0 CH", "id": f"{CC}/by-nc/3.0/ch/"}, LicenseJudgement("CC BY-NC 3.0 CH", of("CC-BY-NC-3.0")), f"{CC}/by-nc/3.0/ch/",
    ),
    "an expression": (
        "CC-BY-NC-4.0 AND MIT",
        LicenseJudgement("CC-BY-NC-4.0 AND MIT", of("CC-BY-NC-4.0")._replace(
            code=True, kin=frozenset(("CC-BY-NC-4.0", "MIT")), owed=frozenset((ATTRIBUTION, NOTICE)))),
        "CC-BY-NC-4.0 AND MIT",
    ),
    "none": ({"label": "Not specified", "id": ""}, None, None),
    "none by its URL": ({"id": "N/A"}, None, None),
    "none twice": ({"label": "NOASSERTION", "id": "NOASSERTION"}, None, None),
    "no URL": ({"label": "CC BY 4.0", "id": "N/A"}, known("CC-BY-4.0"), "CC-BY-4.0"),
    "none, with the terms of a site": (
        {"label": "Not specified", "id": "https://www.example.org/terms"}, LicenseJudgement("https://www.example.org/terms"),
        "https://www.example.org/terms",
    ),
    "none, and one": (
        {"label": "Not specified", "id": f"{CC}/by/4.0/"},
        LicenseJudgement("Not specified or CC-BY-4.0", clash=(
            LicenseReading("Not specified", "Not specified", "text", "Not specified"), BY_URL)),
        f"{CC}/by/4.0/",
    ),
    "several": ("Varies", LicenseJudgement("Varies"), "Varies"),
    "several, with the URL of one": ({"label": "Varies", "id": f"{CC}/by/4.0/"}, LicenseJudgement("Varies"), "Varies"),
    "several, with the terms of a site": (
        {"label": "Varies", "id": "https://x.org/terms"}, LicenseJudgement("Varies"), "https://x.org/terms",
    ),
    "terms of its own": (
        {"label": "Terms", "id": "https://x.org/terms"}, LicenseJudgement("Terms"), "https://x.org/terms",
    ),
    "words": (
        {"label": "Non-Commercial Use Only", "id": "https://x.org/terms"},
        LicenseJudgement("Non-Commercial Use Only", words(COMMERCIAL)), "https://x.org/terms",
    ),
    "public domain": ("U.S. Government Work", LicenseJudgement("U.S. Government Work", FREE), "U.S. Government Work"),
    "public domain with its page": (
        {"label": "Public domain", "id": "https://www.usa.gov/government-works"}, LicenseJudgement("Public domain", FREE),
        "https://www.usa.gov/government-works",
    ),
    "two licenses": (
        {"label": "CC BY 4.0", "id": f"{CC}/by-nc/4.0/"},
        LicenseJudgement("CC-BY-4.0 or CC-BY-NC-4.0", shared([of("CC-BY-4.0"), of("CC-BY-NC-4.0")]), clash=(
            LicenseReading("CC BY 4.0", "CC-BY-4.0", "text", "CC BY 4.0"), NC_URL)),
        f"{CC}/by-nc/4.0/",
    ),
    "two ids": (
        {"label": "CC-BY-4.0", "id": "CC-BY-NC-4.0"},
        LicenseJudgement("CC-BY-4.0 or CC-BY-NC-4.0", shared([of("CC-BY-4.0"), of("CC-BY-NC-4.0")]), clash=(
            LicenseReading("CC-BY-4.0", "CC-BY-4.0", "text", "CC-BY-4.0"), LicenseReading("CC-BY-NC-4.0", "CC-BY-NC-4.0", "URL", "CC-BY-NC-4.0"))),
        "CC-BY-4.0 or CC-BY-NC-4.0",
    ),
    "a URL in the label that differs": (
        f"CC BY 4.0 ({CC}/by-nc/4.0/)",
        LicenseJudgement("CC-BY-4.0 or CC-BY-NC-4.0", shared([of("CC-BY-4.0"), of("CC-BY-NC-4.0")]), clash=(
            LicenseReading("CC BY 4.0", "CC-BY-4.0", "text", f"CC BY 4.0 ({CC}/by-nc/4.0/)"),
            LicenseReading(f"{CC}/by-nc/4.0/", "CC-BY-NC-4.0", "URL", f"CC BY 4.0 ({CC}/by-nc/4.0/)"))),
        f"CC BY 4.0 ({CC}/by-nc/4.0/)",
    ),
    "an unrecognised URL": (
        {"label": "CC BY 4.0", "id": "https://x.org/terms-noncommercial"},
        LicenseJudgement("CC-BY-4.0 or https://x.org/terms-noncommercial", UNKNOWN, "CC-BY-4.0", unread=(
            LicenseReading("https://x.org/terms-noncommercial", "https://x.org/terms-noncommercial", "URL", "https://x.org/terms-noncommercial"),
            LicenseReading("CC BY 4.0", "CC-BY-4.0", "text", "CC BY 4.0"))),
        "CC-BY-4.0",
    ),
    "an unrecognised text that forbids": (
        {"label": "All rights reserved", "id": f"{CC}/by/4.0/"},
        LicenseJudgement("CC-BY-4.0 or All rights reserved", words(*USES), unread=(
            LicenseReading("All rights reserved", "All rights reserved", "text", "All rights reserved"),
            BY_URL)),
        f"{CC}/by/4.0/",
    ),
    "an id beside words that forbid": (
        {"label": "All rights reserved", "id": "CC-BY-4.0"},
        LicenseJudgement("CC-BY-4.0 or All rights reserved", words(*USES), unread=(
            LicenseReading("All rights reserved", "All rights reserved", "text", "All rights reserved"),
            LicenseReading("CC-BY-4.0", "CC-BY-4.0", "URL", "CC-BY-4.0"))),
        "All rights reserved",
    ),
    "a recognised text that forbids beside an unrecognised URL": (
        {"label": "CC BY-NC 4.0", "id": "https://x.org/terms"},
        LicenseJudgement("CC-BY-NC-4.0 or https://x.org/terms", words(COMMERCIAL), "CC-BY-NC-4.0", unread=(
            LicenseReading("https://x.org/terms", "https://x.org/terms", "URL", "https://x.org/terms"),
            LicenseReading("CC BY-NC 4.0", "CC-BY-NC-4.0", "text", "CC BY-NC 4.0"))),
        "CC-BY-NC-4.0",
    ),
    "a list of one": ([{"label": "CC BY-NC 4.0", "id": f"{CC}/by-nc/4.0/"}], known("CC-BY-NC-4.0"), "CC-BY-NC-4.0"),
    "a list of equals": (["CC BY 4.0", {"id": f"{CC}/by/4.0/"}], known("CC-BY-4.0"), "CC-BY-4.0"),
    "a list of two": (
        [{"label": "CC BY-NC 4.0", "id": f"{CC}/by-nc/4.0/"}, "CC BY 4.0"],
        LicenseJudgement("CC-BY-NC-4.0 or CC-BY-4.0", shared([of("CC-BY-4.0"), of("CC-BY-NC-4.0")])), "CC-BY-NC-4.0; CC-BY-4.0",
    ),
    "a list with none": (["N/A", "MIT"], known("MIT"), "MIT"),
    "a list of none": (["N/A", {"id": "?"}], None, None),
    "a list with something unreadable": (
        ["MIT", ["CC0"]], LicenseJudgement(f"MIT or {FORM}", Terms(kin=frozenset(("MIT",)), code=True)), f"MIT; {FORM}",
    ),
    "a list of lists": ([["MIT"]], LicenseJudgement(FORM), FORM),
    "a nested part": ({"label": "MIT", "id": ["https://x.org"]}, LicenseJudgement(f"MIT or {FORM}"), f"MIT or {FORM}"),
    "further fields that agree": (
        {"label": "MIT", "name": "MIT License", "id": "MIT", "url": "https://opensource.org/license/mit"}, known("MIT"), "MIT",
    ),
    "a number": (4, LicenseJudgement("4"), "4"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_a_license_as_written(name: str) -> None:
    value, judgement, column = WRITTEN[name]
    assert judged(value) == (judgement, column)


#: Spellings of one license, and the shapes that a field can give each.
SPELLINGS = [
    "CC-BY-NC-4.0", "CC BY-NC 4.0", "cc by-nc 4.0", "CC\u2011BY\u2011NC\u00a04.0",
    "Creative Commons Attribution-NonCommercial 4.0 International", "CCBYNC 4.0",
    "Attribution-NonCommercial 4.0 International (CC BY-NC 4.0)", "spdx:CC-BY-NC-4.0", f"{CC}/by-nc/4.0/", f"{CC}/by-nc/4.0",
    "http://www.creativecommons.org/licenses/by-nc/4.0/",
    f"{CC}/by-nc/4.0/deed.de", f"{CC}/by-nc/4.0/legalcode", f"{CC}/by-nc/4.0/?ref=chooser-v1", f"{CC}/by-nc/4.0/deed.en#summary",
    "creativecommons.org/licenses/by-nc/4.0",
    "https://spdx.org/licenses/CC-BY-NC-4.0.html", f"[CC BY-NC 4.0]({CC}/by-nc/4.0/)", "License: CC BY-NC 4.0", "CC-BY-NC-4.0 ",
]  # fmt: skip
SHAPES: dict[str, Any] = {
    "text": lambda text: text,
    "label": lambda text: {"label": text},
    "name": lambda text: {"name": text},
    "id": lambda text: {"id": text},
    "url": lambda text: {"url": text},
    "label and id": lambda text: {"label": text, "id": text},
    "label and no URL": lambda text: {"label": text, "id": ""},
    "a list": lambda text: [text],
    "a list of a mapping": lambda text: [{"id": text}],
    "a list of two": lambda text: [text, {"label": "CC BY-NC 4.0", "id": f"{CC}/by-nc/4.0/"}],
}


@pytest.mark.parametrize(("text", "shape"), [*product(SPELLINGS, SHAPES)])
def test_every_spelling_in_every_shape_is_one_judgement(text: str, shape: str) -> None:
    assert judged(SHAPES[shape](text)) == (known("CC-BY-NC-4.0"), "CC-BY-NC-4.0")


@pytest.mark.parametrize(
    ("text", "shape"), [*product(["N/A", "none", "Not specified.", "TBD", "?", "NOASSERTION", "Unlicensed", "--"], SHAPES)]
)
def test_every_spelling_of_none_in_every_shape_is_none(text: str, shape: str) -> None:
    if shape != "a list of two":
        assert judged(SHAPES[shape](text)) == (None, None)


def test_the_class_is_that_of_the_terms() -> None:
    assert known("CC-BY-NC-4.0").license_class == "forbids commercial use"


def test_what_two_halves_both_forbid_is_forbidden() -> None:
    found, column = judged({"label": "CC-BY-NC-4.0", "id": f"{CC}/by-nc-sa/4.0/"})
    assert found is not None
    assert (found.terms.forbidden, found.terms.allowed) == ({COMMERCIAL}, {DERIVATIVES, REDISTRIBUTION})
    assert SHARE_ALIKE not in found.terms.owed | found.terms.waived
    assert (found.spdx, column) == (None, f"{CC}/by-nc-sa/4.0/")


#: The properties that a license is kept in, and what was written.
KEPT: dict[str, tuple[Description, WrittenLicense | None]] = {
    "nothing": (Description(), None),
    "an SPDX id in the place of a label": (Description(license="MIT", license_label="MIT"), WrittenLicense("MIT")),
    "a label": (Description(license="Terms of use", license_label="Terms of use"), WrittenLicense("Terms of use")),
    "a URL in the place of a label": (Description(license="CC-BY-4.0", license_label=f"{CC}/by/4.0/"), WrittenLicense(f"{CC}/by/4.0/")),
    "label and URL that are no SPDX id": (
        Description(license="https://www.example.org/terms", license_label="Terms"), WrittenLicense("Terms", "https://www.example.org/terms"),
    ),
    "label and URL of one": (
        Description(license="MIT", license_label="MIT License", extra={"license": '{"id":"https://mit-license.org","label":"MIT License"}'}),
        WrittenLicense("MIT License", "https://mit-license.org"),
    ),
    "an empty one": (Description(extra={"license": '{"id":"","label":""}'}), None),
    "a list": (
        Description(license="MIT; CC0-1.0", license_label="MIT; CC0", extra={"license": '["MIT","CC0"]'}),
        WrittenLicense(items=(WrittenLicense("MIT"), WrittenLicense("CC0"))),
    ),
    "a list of lists": (Description(extra={"license": '[["MIT"]]'}), WrittenLicense(unreadable=True)),
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_a_license_as_kept(name: str) -> None:
    says, written = KEPT[name]
    assert JUDGE.written(says, "resource") == written
