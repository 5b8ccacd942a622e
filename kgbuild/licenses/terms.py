"""What a license permits, forbids and requires, as far as it is known, and how the terms of several licenses combine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple, TypeVar

#: The uses that a license can forbid, the most important first.
REDISTRIBUTION: Final = "redistribution"
DERIVATIVES: Final = "derivatives"
COMMERCIAL: Final = "commercial use"
USES = (REDISTRIBUTION, DERIVATIVES, COMMERCIAL)
#: The duties that a license can impose.
SHARE_ALIKE: Final = "share-alike"
ATTRIBUTION: Final = "attribution"
NOTICE: Final = "notice"
DUTIES = (SHARE_ALIKE, ATTRIBUTION, NOTICE)

#: The class of a license, for groups and colours (SPEC §8).
LicenseClass = Literal["forbids commercial use", "forbids derivatives", "share-alike", "unknown terms", "none stated", "open"]


class ShareAlike(NamedTuple):
    """One share-alike duty: ``families`` names what the license asks for, and ``accepts`` the families and SPDX ids that satisfy it."""

    families: tuple[str, ...]
    accepts: frozenset[str]


class Terms(NamedTuple):
    """The known terms of a license. A use that is neither forbidden nor allowed is unknown, and so is a duty that is neither owed nor waived.

    ``alike`` are its share-alike duties, if it owes them. ``kin`` are the SPDX ids and families of the license itself, which satisfy the
    share-alike duty of a source. ``worded`` are the uses that it forbids by the words of its text alone. ``code`` is true for licenses
    that are written for code.
    """

    forbidden: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()
    owed: frozenset[str] = frozenset()
    waived: frozenset[str] = frozenset()
    alike: frozenset[ShareAlike] = frozenset()
    kin: frozenset[str] = frozenset()
    worded: frozenset[str] = frozenset()
    code: bool = False

    @property
    def unknown(self) -> frozenset[str]:
        """The uses of which it is not known whether the license permits them."""
        return frozenset(USES) - self.forbidden - self.allowed


#: The terms of a license of which nothing is known, and those of a work in which nobody holds rights.
UNKNOWN = Terms()
FREE = Terms(allowed=frozenset(USES), waived=frozenset(DUTIES))


def shared(terms: Sequence[Terms]) -> Terms:
    """Return what several licenses have in common, of which it is not known which one applies.

    If all of them require share-alike, a license that satisfies none of them certainly violates the one that applies.
    """
    if len(terms) == 1:
        return terms[0]
    owed = _common(t.owed for t in terms)
    return Terms(
        forbidden=_common(t.forbidden for t in terms),
        allowed=_common(t.allowed for t in terms),
        owed=owed,
        waived=_common(t.waived for t in terms),
        alike=_either([t.alike for t in terms]) if SHARE_ALIKE in owed else frozenset(),
        kin=_all(t.kin for t in terms),
        worded=_all(t.worded for t in terms) & _common(t.forbidden for t in terms),
        code=any(t.code for t in terms),
    )


def all_of(terms: Sequence[Terms]) -> Terms:
    """Return the terms of licenses that apply together (AND in an SPDX expression)."""
    return Terms(
        forbidden=_all(t.forbidden for t in terms),
        allowed=_common(t.allowed for t in terms),
        owed=_all(t.owed for t in terms),
        waived=_common(t.waived for t in terms),
        alike=_all(t.alike for t in terms),
        kin=_all(t.kin for t in terms),
        worded=_all(t.worded for t in terms),
        code=any(t.code for t in terms),
    )


def any_of(terms: Sequence[Terms]) -> Terms:
    """Return the terms of licenses of which the user may choose one (OR in an SPDX expression).

    A choice permits what one of them permits. An unknown one makes everything unknown that not all of them forbid or owe.
    """
    known = not any(t.unknown for t in terms)
    owed = _common(t.owed for t in terms)
    return shared(terms)._replace(
        allowed=_all(t.allowed for t in terms) if known else frozenset(),
        waived=_all(t.waived for t in terms) if known else frozenset(),
        alike=_either([t.alike for t in terms]) if SHARE_ALIKE in owed else frozenset(),
    )


def license_class(terms: Terms | None) -> LicenseClass:
    """Return the first class of SPEC §8 that holds. None means that no license is stated.

    >>> license_class(FREE), license_class(UNKNOWN), license_class(None), license_class(Terms(forbidden=frozenset({COMMERCIAL})))
    ('open', 'unknown terms', 'none stated', 'forbids commercial use')
    """
    if terms is None:
        return "none stated"
    if COMMERCIAL in terms.forbidden:
        return "forbids commercial use"
    if terms.forbidden:  # who may not pass on the work may not pass on changed copies either
        return "forbids derivatives"
    if SHARE_ALIKE in terms.owed:
        return "share-alike"
    return "unknown terms" if terms.unknown or SHARE_ALIKE not in terms.waived else "open"


_T = TypeVar("_T")


def _common(sets: Iterable[frozenset[_T]]) -> frozenset[_T]:
    return frozenset.intersection(*sets)


def _all(sets: Iterable[frozenset[_T]]) -> frozenset[_T]:
    return frozenset[_T]().union(*sets)


def _either(duties: Sequence[frozenset[ShareAlike]]) -> frozenset[ShareAlike]:
    """Return the duties that hold if one of several sets of duties holds: (a and b) or c is (a or c) and (b or c)."""
    found = {ShareAlike((), frozenset())}
    for choice in duties:
        found = {
            ShareAlike(tuple(dict.fromkeys((*one.families, *other.families))), one.accepts | other.accepts)
            for one in found
            for other in choice
        }
    return frozenset(found)
