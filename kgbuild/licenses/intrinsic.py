"""The terms of a license with a known id or of a Creative Commons license, by the table in `mappings/licenses.yaml`."""

from __future__ import annotations

from kgbuild.licenses import creative_commons
from kgbuild.licenses.creative_commons import NC, ND, SA, ZERO, CreativeCommons
from kgbuild.licenses.terms import (
    ATTRIBUTION,
    COMMERCIAL,
    DERIVATIVES,
    DUTIES,
    FREE,
    NOTICE,
    REDISTRIBUTION,
    SHARE_ALIKE,
    USES,
    ShareAlike,
    Terms,
)
from kgbuild.mapping.schema import Judgement, Licenses


class TermsTable:
    """Looks up terms in one table of licenses."""

    def __init__(self, licenses: Licenses) -> None:
        self._table = licenses.licenses

    def of_id(self, id: str) -> Terms:
        """Return the terms of the license with an SPDX id. Nothing is known of a license for which the table has no `lets`."""
        entry = self._table.get(id)
        if entry:
            return _of_entry(id, entry.lets) if entry.lets else Terms()
        cc = creative_commons.by_label(id)
        return self.of_parts(cc) if cc else Terms()

    def of_parts(self, cc: CreativeCommons) -> Terms:
        """Return the terms of a Creative Commons license: those of the table, or else what its elements mean."""
        id = next((id for id in (cc.id, f"{cc.stem}-{cc.version}", f"{cc.stem}-4.0") if id in self._table), None)
        if id is not None:
            return self.of_id(id)
        return FREE if ZERO in cc.elements else _of_elements(cc)

    def id_of_parts(self, cc: CreativeCommons) -> str | None:
        """Return the SPDX id of a Creative Commons license; None if it has no version, or a port that the table does not list.

        SPDX lists all unported licenses, and few others.
        """
        return cc.id if cc.id in self._table or not cc.port else None


def _of_entry(id: str, entry: Judgement) -> Terms:
    uses = {REDISTRIBUTION: entry.redistribution, DERIVATIVES: entry.derivatives, COMMERCIAL: entry.commercial}
    duties = {ATTRIBUTION: entry.attribution, NOTICE: entry.notice, SHARE_ALIKE: bool(entry.share_alike)}
    alike = ShareAlike(entry.share_alike[:1], frozenset(entry.share_alike))
    return Terms(
        forbidden=frozenset(use for use, permitted in uses.items() if not permitted),
        allowed=frozenset(use for use, permitted in uses.items() if permitted),
        owed=frozenset(duty for duty, owed in duties.items() if owed),
        waived=frozenset(duty for duty, owed in duties.items() if owed is False),
        alike=frozenset((alike,)) if entry.share_alike else frozenset(),
        kin=frozenset((id, *entry.share_alike[:1])),
        code=entry.for_ == "code",
    )


def _of_elements(cc: CreativeCommons) -> Terms:
    """Return what the elements mean (https://creativecommons.org/share-your-work/cclicenses/). All of the licenses require attribution and notice."""
    forbidden = frozenset(use for use, element in ((DERIVATIVES, ND), (COMMERCIAL, NC)) if element in cc.elements)
    owed = frozenset(duty for duty in DUTIES if duty != SHARE_ALIKE or SA in cc.elements)
    alike = ShareAlike((cc.stem,), frozenset((cc.stem,)))
    return Terms(
        forbidden=forbidden,
        allowed=frozenset(USES) - forbidden,
        owed=owed,
        waived=frozenset(DUTIES) - owed,
        alike=frozenset((alike,)) if SA in cc.elements else frozenset(),
        kin=frozenset((cc.stem, cc.id or cc.stem)),
    )
