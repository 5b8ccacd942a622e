"""Read one text as a license: the label, URL, SPDX id or expression that one field of a record has."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from kgbuild.licenses import creative_commons
from kgbuild.licenses.creative_commons import CreativeCommons
from kgbuild.licenses.expressions import spdx_id, terms_of_expression
from kgbuild.licenses.intrinsic import TermsTable
from kgbuild.licenses.terms import FREE, UNKNOWN, Terms, shared
from kgbuild.licenses.text import fold, fold_url, is_url, letters, without_query
from kgbuild.licenses.wording import WordingReader
from kgbuild.mapping.load import RegistryMapping

#: Suffixes of the SPDX ids of GNU licenses. Ids that differ only in them have the same text, and so the same URL.
_SAME_TEXT = re.compile(r"-(?:only|or-later)\Z")
_LICENSE = re.compile(r"\blicen[cs]e\b", re.IGNORECASE)
#: What stands between licenses that one text lists.
_LIST = re.compile(r"\s*[;,/&+|]\s*(?:and |or )?|\s+(?:and|or)\s+", re.IGNORECASE)


class Candidate(NamedTuple):
    """A text of a license, and how it was read.

    ``kind`` is "none" if the text means that no license is stated, "open question" if it stands for licenses that it does not name, and
    "unrecognised" if it cannot be read. ``id`` is the SPDX id, or a `LicenseRef-` id of the table. ``cc`` are the parts of a Creative
    Commons license.
    """

    text: str
    kind: Literal["license", "none", "open question", "unrecognised"]
    terms: Terms = UNKNOWN
    id: str | None = None
    cc: CreativeCommons | None = None

    @property
    def name(self) -> str:
        """The SPDX id, or else the text."""
        return self.id or self.text

    @property
    def exactness(self) -> tuple[bool, bool]:
        """A higher value for a more exact name: one with an SPDX id, then one with a version."""
        return self.id is not None, bool(self.cc and self.cc.version)

    def agrees(self, other: Candidate) -> bool:
        """Return whether two recognised texts can name the same license."""
        if self.id and other.id:
            return _SAME_TEXT.sub("", self.id) == _SAME_TEXT.sub("", other.id)
        if self.cc and other.cc:
            return not self.cc.differs(other.cc)
        if fold(self.text) == fold(other.text):
            return True
        return self._is_free and other._is_free and not (self.id and other.id)

    @property
    def _is_free(self) -> bool:
        return self.terms.allowed == FREE.allowed and self.terms.waived >= FREE.waived


class LicenseRecogniser:
    """Reads texts of licenses by one mapping, by the grammar of Creative Commons, and by the SPDX License List."""

    def __init__(self, mapping: RegistryMapping) -> None:
        licenses = mapping.licenses
        table = licenses.licenses
        self._terms = TermsTable(licenses)
        self._labels = {fold(label): id for id, license in table.items() for label in (id, *license.labels)}
        self._urls = {fold_url(url): id for id, license in table.items() for url in license.urls}
        self._id_urls = tuple(f"{fold_url(url)}/" for url in licenses.id_urls)
        self._curies = {prefix.lower(): iri for prefix, iri in mapping.prefixes.prefixes.items()}
        self._none = frozenset(map(letters, licenses.unspecified)) | {""}
        self._open = frozenset(map(fold, licenses.unknown))
        self._free = frozenset(fold_url(text) if is_url(text) else fold(text) for text in licenses.public_domain)
        self._words = lru_cache(maxsize=4096)(WordingReader(licenses.wording).forbidden)
        self.read = lru_cache(maxsize=4096)(self._read)

    def _read(self, text: str) -> Candidate:
        """Return how a text is read."""
        if self._is_none(text):
            return Candidate(text, "none")
        if fold(text) in self._open:
            return Candidate(text, "open question")
        address = self._address(text)
        found = self._known(text, address) or self._expression(text) or (None if address else self._several(text))
        if found:
            return found
        return Candidate(text, "unrecognised")

    def words(self, candidate: Candidate) -> frozenset[str]:
        """Return the uses that the words of a text forbid. The words of a URL forbid nothing."""
        return frozenset() if self._address(candidate.text) else self._words(candidate.text)

    def _is_none(self, text: str) -> bool:
        """Return whether a text means that no license is stated. The word "license" does not count, nor do the prefix and the URLs of SPDX ids."""
        address = self._address(text)
        said = next((id for id in (self._id_in(address),) if id), text) if address else text
        return letters(said) in self._none or bool(_LICENSE.sub("", said).strip() and letters(_LICENSE.sub("", said)) in self._none)

    def _id_in(self, address: str) -> str | None:
        """Return what follows in a URL that ends with an id of the SPDX License List."""
        short = without_query(address)
        return next((short.removeprefix(start) for start in self._id_urls if short.startswith(start)), None)

    def _address(self, text: str) -> str | None:
        """Return the URL that a text is, or that the CURIE stands for; None for other texts."""
        if is_url(text):
            return text
        prefix, colon, rest = text.strip().partition(":")
        iri = self._curies.get(prefix.lower()) if colon and rest and not re.search(r"\S\s", rest) else None
        return f"{iri}{rest.strip()}" if iri else None

    def _known(self, text: str, address: str | None) -> Candidate | None:
        """Return the license of a text that names one license."""
        return self._named(text, address) or self._listed(text, address)

    def _named(self, text: str, address: str | None) -> Candidate | None:
        """Return the license of a text that the table lists, or a Creative Commons license."""
        folded, full = fold(text), fold_url(address or text)
        short = without_query(full)
        if self._free.intersection((folded, full, short)):
            return Candidate(text, "license", FREE)
        id = self._labels.get(folded) or self._urls.get(full) or self._urls.get(short)
        if id:
            return Candidate(text, "license", self._terms.of_id(id), id, creative_commons.by_label(id))
        cc = creative_commons.by_url(address) if address else creative_commons.by_label(text)
        return Candidate(text, "license", self._terms.of_parts(cc), self._terms.id_of_parts(cc), cc) if cc else None

    def _listed(self, text: str, address: str | None) -> Candidate | None:
        """Return the license of a text that is an id of the SPDX License List, or of a URL that ends with one."""
        written = self._id_in(address) if address else text.strip()
        id = spdx_id(written) if written else None
        return Candidate(text, "license", self._terms.of_id(id), id) if id else None

    def _expression(self, text: str) -> Candidate | None:
        terms = terms_of_expression(text.strip(), self._terms.of_id)
        if terms is None:
            return None
        words = self._words(text) if terms.unknown else frozenset[str]()
        terms = terms._replace(forbidden=terms.forbidden | words, allowed=terms.allowed - words, worded=words - terms.forbidden)
        return Candidate(text, "license", terms)

    def _several(self, text: str) -> Candidate | None:
        """Return what several licenses share that a text lists, if each of them is recognised."""
        parts = [part.strip(" ()") for part in _LIST.split(text)]
        if len(parts) < 2 or not all(parts):
            return None
        found = {part: self._named(part, self._address(part)) for part in parts}
        if not any(found.values()):
            return None
        read = [candidate or self._listed(part, self._address(part)) for part, candidate in found.items()]
        named = [candidate for candidate in read if candidate]
        if len(named) < len(read):
            return None
        same = {candidate.id for candidate in named}
        return Candidate(text, "license", shared([candidate.terms for candidate in named]), same.pop() if len(same) == 1 else None)
