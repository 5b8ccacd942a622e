"""The terms of a license with a known id."""

from __future__ import annotations

from itertools import product

import pytest
from statements import MAPPING

from kgbuild.licenses.creative_commons import CreativeCommons, by_label
from kgbuild.licenses.intrinsic import TermsTable
from kgbuild.licenses.terms import ATTRIBUTION, DUTIES, FREE, NOTICE, SHARE_ALIKE, USES, ShareAlike, Terms
from kgbuild.mapping.schema import Judgement, Licenses, LicenseSpelling

TABLE = TermsTable(MAPPING.licenses)
EMPTY = TermsTable(Licenses(licenses={}))


def test_every_license_of_the_table_has_known_terms() -> None:
    for id in MAPPING.licenses.licenses:
        terms = TABLE.of_id(id)
        assert not terms.unknown, id
        assert terms.owed | terms.waived == set(DUTIES), id


@pytest.mark.parametrize(
    ("kind", "version"), [*product(("by", "by-nc", "by-nd", "by-sa", "by-nc-nd", "by-nc-sa"), ("1.0", "2.0", "3.0", "4.0"))]
)
def test_the_elements_mean_what_the_table_says(kind: str, version: str) -> None:
    cc = CreativeCommons(frozenset(kind.split("-")), version)
    mine, theirs = EMPTY.of_parts(cc), TABLE.of_parts(cc)
    assert mine._replace(alike=frozenset()) == theirs._replace(alike=frozenset(), kin=mine.kin)
    assert {duty.families for duty in mine.alike} == {duty.families for duty in theirs.alike}


def test_cc0_requires_nothing() -> None:
    cc0 = by_label("CC0")
    assert cc0 is not None
    assert EMPTY.of_parts(cc0) == FREE
    assert TABLE.of_parts(cc0) == FREE._replace(kin=frozenset(("CC0-1.0",)))


def test_cc_by_sa_4_goes_into_gpl_3_but_not_into_gpl_2_only() -> None:
    (duty,) = TABLE.of_id("CC-BY-SA-4.0").alike
    satisfied = {id for id in MAPPING.licenses.licenses if TABLE.of_id(id).kin & duty.accepts}
    assert {id for id in satisfied if "GPL" in id} == {"GPL-3.0-only", "GPL-3.0-or-later", "GPL-2.0-or-later"}


def test_a_table_without_the_keys_of_duties_leaves_them_unknown() -> None:
    lets = Judgement(for_="data", commercial=True, derivatives=True, redistribution=True, share_alike=("A", "B"), source="https://x.org")
    table = TermsTable(Licenses(licenses={"LicenseRef-a": LicenseSpelling(lets=lets), "MIT": LicenseSpelling()}))
    duty = ShareAlike(("A",), frozenset(("A", "B")))
    assert table.of_id("LicenseRef-a") == Terms(
        allowed=frozenset(USES), owed=frozenset((SHARE_ALIKE,)), alike=frozenset((duty,)), kin=frozenset(("LicenseRef-a", "A"))
    )
    assert table.of_id("MIT") == Terms()
    assert table.of_id("Zlib") == Terms()
    assert {ATTRIBUTION, NOTICE} <= table.of_id("CC-BY-4.0").owed  # by its elements


@pytest.mark.parametrize(
    ("text", "id"),
    [("CC BY 4.0", "CC-BY-4.0"), ("CC BY", None), ("CC BY 3.0 CH", None), ("CC BY 3.0 DE", "CC-BY-3.0-DE"), ("CC0", "CC0-1.0")],
)
def test_the_id_of_a_creative_commons_license(text: str, id: str | None) -> None:
    cc = by_label(text)
    assert cc is not None
    assert TABLE.id_of_parts(cc) == id
    assert EMPTY.id_of_parts(cc) == (None if cc.port else id)
