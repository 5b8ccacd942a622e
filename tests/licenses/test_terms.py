"""How the terms of several licenses combine, and the class of a license."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import laws

from kgbuild.licenses.terms import (
    ATTRIBUTION,
    COMMERCIAL,
    DERIVATIVES,
    DUTIES,
    FREE,
    NOTICE,
    REDISTRIBUTION,
    SHARE_ALIKE,
    UNKNOWN,
    USES,
    LicenseClass,
    ShareAlike,
    Terms,
    all_of,
    any_of,
    license_class,
    shared,
)

SA, NC_SA = ShareAlike(("CC-BY-SA",), frozenset(("CC-BY-SA", "GPL-3.0-only"))), ShareAlike(("CC-BY-NC-SA",), frozenset(("CC-BY-NC-SA",)))
DATA = frozenset((ATTRIBUTION, NOTICE))
BY = Terms(allowed=frozenset(USES), owed=DATA, waived=frozenset((SHARE_ALIKE,)), kin=frozenset(("by",)))
NC = BY._replace(forbidden=frozenset((COMMERCIAL,)), allowed=frozenset((REDISTRIBUTION, DERIVATIVES)), kin=frozenset(("nc",)))
BY_SA = BY._replace(owed=DATA | {SHARE_ALIKE}, waived=frozenset(), alike=frozenset((SA,)), kin=frozenset(("sa",)))
BY_NC_SA = BY_SA._replace(forbidden=NC.forbidden, allowed=NC.allowed, alike=frozenset((NC_SA,)), kin=frozenset(("nc-sa",)))

each = st.sampled_from([BY, NC, BY_SA, BY_NC_SA, FREE, UNKNOWN])


def test_two_of_which_one_applies_share_what_they_share() -> None:
    assert shared([NC, BY]) == Terms(allowed=NC.allowed, owed=DATA, waived=frozenset((SHARE_ALIKE,)), kin=frozenset(("by", "nc")))
    assert shared([NC, BY_NC_SA]) == Terms(NC.forbidden, NC.allowed, DATA, kin=frozenset(("nc", "nc-sa")))
    assert shared([BY, UNKNOWN]) == Terms(kin=BY.kin)
    assert shared([NC]) is NC


def test_share_alike_of_two_is_satisfied_by_either() -> None:
    either = ShareAlike(("CC-BY-SA", "CC-BY-NC-SA"), frozenset(("CC-BY-SA", "GPL-3.0-only", "CC-BY-NC-SA")))
    assert shared([BY_SA, BY_NC_SA]).alike == {either}


def test_all_of_them_forbid_what_one_forbids() -> None:
    assert all_of([NC, BY]) == NC._replace(kin=frozenset(("by", "nc")))
    assert all_of([BY_SA, BY_NC_SA]).alike == {SA, NC_SA}
    assert all_of([BY, UNKNOWN]) == Terms(owed=DATA, kin=BY.kin)
    assert all_of([NC, UNKNOWN]).forbidden == {COMMERCIAL}


def test_a_choice_permits_what_one_permits() -> None:
    assert any_of([NC, BY]) == BY._replace(kin=frozenset(("by", "nc")))
    assert any_of([BY_SA, FREE]) == Terms(frozenset(), FREE.allowed, waived=FREE.waived, kin=BY_SA.kin)
    assert any_of([BY, UNKNOWN]) == Terms(kin=BY.kin)


@laws
@given(st.lists(each, min_size=1, max_size=4))
def test_nothing_is_both_forbidden_and_allowed_and_an_unknown_part_is_never_consent(terms: list[Terms]) -> None:
    for combine in (shared, all_of, any_of):
        found = combine(terms)
        assert not found.forbidden & found.allowed
        assert not found.owed & found.waived
        assert found.unknown == frozenset(USES) - found.forbidden - found.allowed
        assert UNKNOWN not in terms or not (found.allowed or found.waived)


CLASSES: list[tuple[Terms | None, LicenseClass]] = [
    (None, "none stated"),
    (UNKNOWN, "unknown terms"),
    (FREE, "open"),
    (BY, "open"),
    (NC, "forbids commercial use"),
    (BY_SA, "share-alike"),
    (BY_NC_SA, "forbids commercial use"),
    (Terms(frozenset((DERIVATIVES,)), frozenset((COMMERCIAL,))), "forbids derivatives"),
    (Terms(frozenset((REDISTRIBUTION,))), "forbids derivatives"),
    (shared([BY, BY_SA]), "unknown terms"),
    (shared([BY, NC]), "unknown terms"),
]


@pytest.mark.parametrize(("terms", "expected"), CLASSES)
def test_the_class_of_a_license(terms: Terms | None, expected: LicenseClass) -> None:
    assert license_class(terms) == expected


def test_the_duties_are_those_of_the_contract() -> None:
    assert set(DUTIES) == {"share-alike", "attribution", "notice"}
