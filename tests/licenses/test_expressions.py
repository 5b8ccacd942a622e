"""SPDX ids and expressions."""

from __future__ import annotations

import pytest
from license_expression import get_spdx_licensing

from kgbuild.licenses.expressions import spdx_id, terms_of_expression
from kgbuild.licenses.intrinsic import TermsTable
from kgbuild.licenses.terms import UNKNOWN, Terms, all_of, any_of
from kgbuild.mapping.load import load_mapping

of_id = TermsTable(load_mapping().licenses).of_id
NC, MIT, BY = of_id("CC-BY-NC-4.0"), of_id("MIT"), of_id("CC-BY-4.0")


@pytest.mark.parametrize(
    ("text", "id"),
    [("MIT", "MIT"), ("mit", "MIT"), ("GPL-2.0", "GPL-2.0-only"), ("GPL-2.0+", "GPL-2.0-or-later"), ("Zlib", "Zlib"), ("Terms", None),
     ("Terms of use", None), ("FAIR", None), ("GPL", None),
     ("MIT OR Zlib", None), ("Classpath-exception-2.0", None), ("", None), ("LicenseRef-scancode-public-domain", None)],
)  # fmt: skip
def test_an_id(text: str, id: str | None) -> None:
    assert spdx_id(text) == id


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("CC-BY-NC-4.0 AND MIT", all_of([NC, MIT])),
        ("CC-BY-NC-4.0 OR MIT", any_of([NC, MIT])),
        ("cc-by-nc-4.0 or mit", any_of([NC, MIT])),
        ("(CC-BY-NC-4.0 OR MIT) AND CC-BY-4.0", all_of([any_of([NC, MIT]), BY])),
        ("GPL-2.0-only WITH Classpath-exception-2.0", of_id("GPL-2.0-only")),
        ("CC-BY-4.0 AND Terms-of-use", all_of([BY, UNKNOWN])),
        ("CC-BY-4.0 OR Terms-of-use", any_of([BY, UNKNOWN])),
        ("Mixed and various", None),
        ("CC-BY-4.0 AND (MIT", None),
        ("CC-BY-4.0", None),
        ("CC BY 4.0 and MIT", None),
        ("Foo AND Bar", None),
    ],
)
def test_an_expression(text: str, terms: Terms | None) -> None:
    assert terms_of_expression(text, of_id) == terms


def test_every_id_that_is_one_word_is_passed_to_the_library() -> None:
    symbols = get_spdx_licensing().known_symbols.items()
    words = [id for id, symbol in symbols if id.isalpha() and not symbol.is_exception]
    assert [id for id in words if spdx_id(id) != id] == []
