"""The license of a product beside the license of a source."""

from __future__ import annotations

import pytest

from kgbuild.checks.support.license_conflicts import Conflict, conflict, demands
from kgbuild.licenses.judgement import LicenseJudge
from kgbuild.licenses.terms import UNKNOWN, Terms
from kgbuild.licenses.written import WrittenLicense
from kgbuild.mapping.load import load_mapping

JUDGE = LicenseJudge(load_mapping())
NC_SA = "https://creativecommons.org/licenses/by-nc-sa/4.0/"


def terms(label: str, url: str | None = None) -> Terms:
    found = JUDGE.read(WrittenLicense(label, url))
    return found.terms if found else UNKNOWN


#: The license of a product, that of a source, and what the source's asks for.
CASES = [
    ("CC BY 4.0", "CC BY-NC 4.0", "forbids commercial use"),
    ("CC BY-NC 4.0", "CC BY-NC 4.0", None),
    ("CC BY 4.0", "CC BY-NC-ND 4.0", "forbids derivatives and commercial use"),
    ("CC BY 4.0", "CC BY 4.0", None),
    ("CC0", "CC BY 4.0", "requires attribution"),
    ("Public domain", "CC BY 4.0", "requires attribution"),
    ("CC0", "ODC-By-1.0", "requires attribution"),
    ("MIT", "CC BY 4.0", None),  # a notice satisfies attribution
    ("Apache-2.0", "CC BY 4.0", None),
    ("CC0", "MIT", None),  # a notice alone is no conflict
    ("CC BY 4.0", "CC0", None),
    ("CC BY 4.0", "CC BY-SA 4.0", "requires a license of the family CC-BY-SA"),
    ("CC0", "CC BY-SA 4.0", "requires a license of the family CC-BY-SA and attribution"),
    ("CC BY-SA 4.0", "CC BY-SA 3.0", None),
    ("CC BY-NC-SA 4.0", "CC BY-SA 4.0", "requires a license of the family CC-BY-SA"),
    ("GPL-3.0-only", "CC BY-SA 4.0", None),
    ("GPL-3.0-or-later", "CC BY-SA 4.0", None),
    ("GPL-2.0-or-later", "CC BY-SA 4.0", None),
    ("GPL-2.0-only", "CC BY-SA 4.0", "requires a license of the family CC-BY-SA"),
    ("AGPL-3.0-only", "CC BY-SA 4.0", "requires a license of the family CC-BY-SA"),
    ("GPL-3.0-only", "CC BY-SA 3.0", "requires a license of the family CC-BY-SA"),
    ("CC BY 4.0", "CC BY-SA", "requires a license of the family CC-BY-SA"),
    ("CC BY 4.0", "CC-BY-NC-4.0 AND MIT", "forbids commercial use"),
    ("CC BY 4.0", "CC-BY-NC-4.0 OR MIT", None),
    ("CC BY 4.0", "Non-commercial use only", "forbids commercial use by its wording"),
    ("CC BY 4.0", "All rights reserved", "forbids redistribution, derivatives and commercial use by its wording"),
    ("Terms of use", "CC BY-NC 4.0", None),  # it is not known what the product allows
    ("Non-commercial use only", "CC BY-NC 4.0", None),
    ("CC BY-NC", "CC BY-ND 4.0", "forbids derivatives"),
    ("CC BY 4.0", "Terms of use", None),
    ("Varies", "CC BY-NC 4.0", None),
]


@pytest.mark.parametrize(("own", "source", "expected"), CASES)
def test_a_conflict(own: str, source: str, expected: str | None) -> None:
    found = conflict(terms(own), terms(source))
    assert (str(found) if found else None) == expected
    assert conflict(terms(own), demands(terms(source))) == found


def test_two_halves_that_both_forbid() -> None:
    found = conflict(terms("CC BY 4.0"), terms("CC-BY-NC-4.0", NC_SA))
    assert found == Conflict(("commercial use",))


def test_share_alike_that_either_of_two_families_satisfies() -> None:
    either = terms("CC BY-SA 4.0", NC_SA)
    assert str(conflict(terms("CC BY 4.0"), either)) == "requires a license of the family CC-BY-SA or CC-BY-NC-SA"
    assert conflict(terms("CC BY-NC-SA 4.0"), either) is None


def test_a_use_weighs_more_than_duties_and_redistribution_more_than_all_others() -> None:
    texts = ["All rights reserved", "CC BY-NC-ND 4.0", "CC BY-ND 4.0", "CC BY-NC-SA 4.0", "CC BY-NC 4.0", "CC BY-SA 4.0", "CC BY 4.0"]
    found = [conflict(terms("CC0"), terms(text)) for text in texts]
    weights = [each.gravity for each in found if each]
    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == len(texts)


def test_nothing_known_is_demanded_of_nobody() -> None:
    assert demands(terms("MIT")) == UNKNOWN
    assert demands(terms("CC0")) == UNKNOWN
    assert demands(terms("Varies")) == UNKNOWN
