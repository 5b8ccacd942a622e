"""Shapes of a license field -> WrittenLicense."""

from __future__ import annotations

from typing import Any

import pytest
from statements import MAPPING

from kgbuild.licenses.written import ScalarText, WrittenLicense, has_text, written_license

A, B = WrittenLicense("MIT"), WrittenLicense("CC0", "https://x.org/zero")
BAD = WrittenLicense(unreadable=True)
SHAPES: list[tuple[Any, WrittenLicense | None]] = [
    ("MIT", A),
    (4, WrittenLicense("4")),
    (None, None),
    ("", None),
    ([], None),
    ({}, None),
    ({"id": "", "label": ""}, None),
    ({"label": "MIT"}, A),
    ({"name": "MIT"}, A),
    ({"url": "https://x.org/zero", "label": "CC0"}, B),
    (
        {"id": "https://x.org/zero", "url": "https://x.org/0", "label": "CC0", "name": "CC Zero"},
        B._replace(also=("CC Zero", "https://x.org/0")),
    ),
    ({"text": "All rights reserved"}, BAD),
    ({"label": "CC0", "id": ["https://x.org/zero"]}, WrittenLicense("CC0", unreadable=True)),
    (["MIT"], A),
    ([{"label": "CC0", "id": "https://x.org/zero"}], B),
    (["MIT", {"label": "CC0", "id": "https://x.org/zero"}], WrittenLicense(items=(A, B))),
    (["MIT", None, "", {}], A),
    ([["MIT"]], BAD),
    ([[""]], None),
    (["MIT", ["CC0"]], WrittenLicense(items=(A, BAD))),
]


def text(value: Any) -> str | None:
    return str(value) if value and not isinstance(value, list | dict) else None


@pytest.mark.parametrize(("value", "expected"), SHAPES)
def test_a_shape(value: Any, expected: WrittenLicense | None) -> None:
    read: ScalarText = text
    assert written_license(value, MAPPING.fields.license, read) == expected


def test_the_text_of_a_list_is_that_of_its_items() -> None:
    assert WrittenLicense(items=(A, B, A)).text == "MIT; CC0"
    assert WrittenLicense(items=(WrittenLicense(None, "https://x.org"), BAD)).text is None


def test_a_license_without_label_and_url() -> None:
    assert not WrittenLicense(items=(BAD, BAD)).has_text
    assert WrittenLicense(items=(BAD, B)).has_text
    assert has_text({"a": [0]})
    assert not has_text({"a": [None, " "]})
