"""Compare the license of a product with the license of a source."""

from __future__ import annotations

from typing import NamedTuple

from kgbuild.checks.support.citing import listed
from kgbuild.licenses.terms import ATTRIBUTION, COMMERCIAL, DERIVATIVES, NOTICE, REDISTRIBUTION, SHARE_ALIKE, Terms

#: The severity of permitting a use that a source forbids. Each value is larger than the sum of the following ones.
_GRAVITY = {REDISTRIBUTION: 16, DERIVATIVES: 8, COMMERCIAL: 4}
#: The severity of not imposing a duty that a source imposes.
_SHARE_ALIKE, _ATTRIBUTION = 2, 1


class Conflict(NamedTuple):
    """A conflict between a product's license and a source's.

    ``uses`` are those that the product's license allows and the source's forbids, the worst first, and ``worded`` those of them that only the
    words of its text forbid. ``families`` are the license families that the source requires, and ``attribution`` tells that it requires
    attribution, where the product's license requires none.
    """

    uses: tuple[str, ...] = ()
    worded: frozenset[str] = frozenset()
    families: tuple[tuple[str, ...], ...] = ()
    attribution: bool = False

    @property
    def gravity(self) -> int:
        """Return the severity; a higher number is worse."""
        return sum(_GRAVITY[use] for use in self.uses) + _SHARE_ALIKE * bool(self.families) + _ATTRIBUTION * self.attribution

    def __str__(self) -> str:
        plain, worded = ([use for use in self.uses if (use in self.worded) is said] for said in (False, True))
        texts = [f"forbids {listed(plain)}"] if plain else []
        texts += [f"forbids {listed(worded)} by its wording"] if worded else []
        required = [f"a license of the family {' or '.join(names)}" for names in self.families]
        required += ["attribution"] if self.attribution else []
        return " and ".join([*texts, *([f"requires {listed(required)}"] if required else [])])


def conflict(own: Terms, upstream: Terms) -> Conflict | None:
    """Compare a product's license with the license of a source. Return None if no conflict is known.

    A conflict needs a use that the product's license is known to allow, or a duty that it is known not to impose. Any license family or id that
    the source's license accepts satisfies share-alike, and a notice satisfies attribution.
    """
    uses = tuple(use for use in _GRAVITY if use in upstream.forbidden and use in own.allowed)
    known = SHARE_ALIKE in own.waived | own.owed
    families = tuple(sorted(duty.families for duty in upstream.alike if known and not own.kin & duty.accepts))
    attribution = ATTRIBUTION in upstream.owed and own.waived >= {ATTRIBUTION, NOTICE}
    if not (uses or families or attribution):
        return None
    return Conflict(uses, upstream.worded.intersection(uses), families, attribution)


def demands(terms: Terms) -> Terms:
    """Return the terms of a source's license that can conflict with those of a product."""
    return Terms(terms.forbidden, owed=terms.owed & {ATTRIBUTION}, alike=terms.alike, worded=terms.worded)
