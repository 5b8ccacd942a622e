"""Licenses by their many spellings: what a record writes -> an SPDX id."""

from __future__ import annotations

import re

from kgbuild.mapping.load import RegistryMapping

#: "CC_BY-4.0" and "cc by 4.0" are one spelling: words are told apart by what is in them alone.
_FOLD = re.compile(r"[\s_-]+")


class LicenseRecogniser:
    """Licenses by their many spellings."""

    def __init__(self, mapping: RegistryMapping) -> None:
        table = mapping.licenses.licenses
        self._labels = {fold(label): id for id, spelt in table.items() for label in (id, *spelt.labels)}
        self._urls = {_license_url(url): id for id, spelt in table.items() for url in spelt.urls}
        self._none = frozenset(map(fold, mapping.licenses.unspecified))
        self._unknown = frozenset(map(fold, mapping.licenses.unknown))

    def identify(self, label: str | None, url: str | None) -> str | None:
        """The SPDX id of a license as written; else its URL, else its label; None where its label says that there is none.

        Where label and URL name two licenses, it is the URL as written. A label that says "several" wins over the URL of one of them.
        """
        by_label = self._labels.get(fold(label)) if label else None
        by_url = (self._urls.get(_license_url(url)) or self._labels.get(fold(url))) if url else None
        if label and fold(label) in self._unknown:
            return label if by_url else url or label
        if by_label and by_url and by_label != by_url:
            return url
        return by_url or by_label or url or (None if label and fold(label) in self._none else label)


def fold(label: str) -> str:
    """A label without case and with its words one space apart.

    >>> fold("CC_BY-4.0 "), fold("cc by 4.0")
    ('cc by 4.0', 'cc by 4.0')
    """
    return _FOLD.sub(" ", label).strip().lower()


_LICENSE_TAIL = re.compile(r"(?:/(?:legalcode|deed)(?:\.[\w-]+)?|\.html?|\.txt|/)\Z")


def _license_url(url: str) -> str:
    """A license's URL without scheme, ``www.``, trailing slash and the page that explains it."""
    text = re.sub(r"\A(?:https?://)?(?:www\.)?", "", url.strip().lower())
    while (shorter := _LICENSE_TAIL.sub("", text)) != text:
        text = shorter
    return text
