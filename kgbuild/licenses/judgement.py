"""The one judgement of a license (SPEC §8): a license as written -> its SPDX id, its known terms, and what is wrong with it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal, NamedTuple

import msgspec

from kgbuild.licenses.recognise import Candidate, LicenseRecogniser
from kgbuild.licenses.terms import UNKNOWN, LicenseClass, Terms, license_class, shared
from kgbuild.licenses.text import is_url, parts_of_text
from kgbuild.licenses.written import WrittenLicense, written_license
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.audit import AuditNode
from kgbuild.model.graph import Description


class LicenseReading(NamedTuple):
    """One text of a license, the name of the license that it was read as, and whether it stands in the place of the text or of the URL.

    ``field`` is the whole value of the field with the text.
    """

    text: str
    name: str
    place: Literal["text", "URL"]
    field: str

    def __str__(self) -> str:
        if self.place == "URL":
            return f"{self.name} by its URL {self.text!r}" if self.name != self.text else f"{self.text!r} by its URL"
        return f"{self.text!r}{f' ({self.name})' if self.name != self.text else ''} by its text"


class LicenseJudgement(NamedTuple):
    """What is known of one license as written.

    ``name`` is its SPDX id, or else the text as written. ``sure`` is true if everything written agrees on one SPDX id of the table.
    ``clash`` are two readings that differ (LC002), ``unread`` an unrecognised text beside a recognised one (LC006).
    """

    name: str
    terms: Terms = UNKNOWN
    spdx: str | None = None
    sure: bool = False
    clash: tuple[LicenseReading, LicenseReading] | None = None
    unread: tuple[LicenseReading, LicenseReading] | None = None

    @property
    def license_class(self) -> LicenseClass:
        """The class of the license (SPEC §8)."""
        return license_class(self.terms)


class LicenseJudge:
    """Judges licenses by one mapping. ``read`` is the judgement, and None if a license as written means that none is stated."""

    def __init__(self, mapping: RegistryMapping) -> None:
        self.fields, self.parts = mapping.fields, mapping.fields.license
        self._table = mapping.licenses.licenses
        recogniser = LicenseRecogniser(mapping)
        self._candidate, self._words = recogniser.read, recogniser.words
        self.read = lru_cache(maxsize=4096)(self._read)
        self.column = lru_cache(maxsize=4096)(self._column)
        self._stated = lru_cache(maxsize=4096)(self._parse)

    def written(self, stated: Description | AuditNode, kind: str) -> WrittenLicense | None:
        """Return the license that a "resource" or "product" states, as written; None if it states none."""
        names: tuple[str, ...] = getattr(self.fields, kind).license
        raw: str | None = None
        if isinstance(stated, Description):
            raw = next((text for name in names if (text := stated.extra.get(name))), None)
        elif stated.extra and any(f'"{name}"' in stated.extra for name in names):
            extra = msgspec.json.decode(stated.extra, type=dict[str, msgspec.Raw])
            raw = next((bytes(part).decode() for name in names if (part := extra.get(name))), None)
        if stated.license is None and stated.license_label is None and raw is None:
            return None
        return self._stated(stated.license, stated.license_label, raw)

    def _parse(self, license: str | None, label: str | None, raw: str | None) -> WrittenLicense | None:
        value: Any = msgspec.json.decode(raw) if raw else None
        written = written_license(value, self.parts, _json_text)
        if written and written.text == label:  # otherwise the property comes from another field
            return written
        if license is None and label is None:
            return WrittenLicense(unreadable=True) if written else None
        if label is None and license:
            return WrittenLicense(None, license)
        return WrittenLicense(label, license if license != label and license not in self._table else None)

    def _read(self, written: WrittenLicense) -> LicenseJudgement | None:
        """Return the judgement of a license as written; None if it means that no license is stated."""
        if not written.items:
            return self._one(written)
        read = [found for item in written.items if (found := self.read(item))]
        return _of_list(read) if read else None

    def _column(self, written: WrittenLicense) -> str | None:
        """Return the column `license`: the SPDX id, else the URL as written, else the text; None if no license is stated.

        A text that is an SPDX id is not in the column if the judgement does not give this id.
        """
        found = self.read(written)
        if found is None or found.spdx:
            return found.spdx if found else None
        if written.items:
            return "; ".join(dict.fromkeys(filter(None, map(self.column, written.items))))
        label, url = (self._candidate(text) if text else None for text in (written.label, written.url))
        texts = [label, url] if label and label.kind == "open question" and (not url or url.kind == "license") else [url, label]
        shown = (candidate.text for candidate in texts if candidate and candidate.kind != "none" and candidate.id != candidate.text)
        return next(shown, found.name)

    def _readings(self, written: WrittenLicense) -> list[tuple[Candidate, LicenseReading]]:
        """Return the readings of all texts of a license, label first. A text with a URL in it is two texts."""
        places: list[tuple[str | None, Literal["text", "URL"]]] = [(written.label, "text"), (written.url, "URL")]
        places += [(text, "text") for text in written.also]
        found = []
        for text, place in places:
            for part in parts_of_text(text) if text else ():
                candidate = self._candidate(part)
                found.append((candidate, LicenseReading(part, candidate.name, "URL" if is_url(part) else place, text or "")))
        return found

    def _one(self, written: WrittenLicense) -> LicenseJudgement | None:
        readings = self._readings(written)
        vague = next((candidate for candidate, _ in readings if candidate.kind == "open question"), None)
        if vague:
            return LicenseJudgement(vague.name)
        stated = [(candidate, reading) for candidate, reading in readings if candidate.kind != "none"]
        known = [(candidate, reading) for candidate, reading in stated if candidate.kind == "license"]
        unread = [pair for pair in stated if pair[0].kind == "unrecognised" and not self._names_custom(pair, known)]
        if written.unreadable:
            return LicenseJudgement(" or ".join((*(candidate.name for candidate, _ in stated[:1]), "a license in a form of its own")))
        if not known:
            return self._unknown(stated) if stated else None
        denied = readings[0] if readings[0][0].kind == "none" and readings[0][1].place == "text" else None
        if denied:
            return LicenseJudgement(f"{denied[1].text} or {known[0][0].name}", clash=(denied[1], known[0][1]))
        if unread:
            return self._partly(known, unread)
        return self._agreed(known)

    def _names_custom(self, pair: tuple[Candidate, LicenseReading], known: list[tuple[Candidate, LicenseReading]]) -> bool:
        """Return whether an unrecognised text can be the name of a custom license of the table, which is recognised by its URL."""
        candidate, reading = pair
        custom = all((found.id or "").startswith("LicenseRef-") and at.place == "URL" for found, at in known)
        return bool(known) and custom and reading.place == "text" and not self._words(candidate)

    def _unknown(self, stated: list[tuple[Candidate, LicenseReading]]) -> LicenseJudgement:
        """Return the judgement of texts of which none is recognised: only what words forbid is known."""
        words = frozenset[str]().union(*(self._words(candidate) for candidate, _ in stated))
        return LicenseJudgement(stated[0][0].name, Terms(forbidden=words, worded=words))

    def _agreed(self, known: list[tuple[Candidate, LicenseReading]]) -> LicenseJudgement:
        """Return the judgement of texts that are all recognised."""
        best, at = _most_exact(known)
        other = next(((candidate, reading) for candidate, reading in known if not candidate.agrees(best)), None)
        if other:
            first, second = (at, other[1]) if known.index((best, at)) < known.index(other) else (other[1], at)
            terms = shared([candidate.terms for candidate, _ in known])
            return LicenseJudgement(f"{first.name} or {second.name}", terms, clash=(first, second))
        exact = all(candidate.id or candidate.cc for candidate, _ in known)
        sure = exact and best.id in self._table and not (best.id or "").startswith("LicenseRef-")
        return LicenseJudgement(best.name, best.terms, best.id, sure)

    def _partly(self, known: list[tuple[Candidate, LicenseReading]], unread: list[tuple[Candidate, LicenseReading]]) -> LicenseJudgement:
        """Return the judgement of a recognised text beside an unrecognised one: only what words forbid is known."""
        agreed = self._agreed(known)
        words = frozenset[str]().union(*(self._words(candidate) for candidate, _ in (*known, *unread)))
        forbids = any(self._words(candidate) for candidate, _ in unread)
        texts = dict.fromkeys(reading.name for _, reading in (*known, *unread))
        at = _most_exact(known)[1]
        return LicenseJudgement(
            " or ".join(texts), Terms(forbidden=words, worded=words, code=agreed.terms.code), None if forbids else agreed.spdx,
            clash=agreed.clash, unread=(unread[0][1], at),
        )  # fmt: skip


def _most_exact(known: list[tuple[Candidate, LicenseReading]]) -> tuple[Candidate, LicenseReading]:
    return max(known, key=lambda pair: pair[0].exactness)


def _of_list(read: list[LicenseJudgement]) -> LicenseJudgement:
    """Return what the licenses of a list share."""
    names = dict.fromkeys(found.name for found in read)
    ids = {found.spdx for found in read}
    faulty = next((found for found in read if found.clash or found.unread), read[0])
    return LicenseJudgement(
        " or ".join(names), shared([found.terms for found in read]), ids.pop() if len(ids) == 1 else None,
        all(found.sure for found in read) and len(names) == 1, faulty.clash, faulty.unread,
    )  # fmt: skip


def _json_text(value: Any) -> str | None:
    if isinstance(value, list | dict) or value is None or value == "":
        return None
    return value if isinstance(value, str) else str(value)
