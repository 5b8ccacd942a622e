"""Map the license that a record writes to an SPDX id."""

from __future__ import annotations

import re

from kgbuild.mapping.load import RegistryMapping

#: Separators of words. "CC_BY-4.0" and "cc by 4.0" count as the same spelling.
_FOLD = re.compile(r"[\s_-]+")


class LicenseRecogniser:
    """Looks up licenses by the labels and URLs of the mapping."""

    def __init__(self, mapping: RegistryMapping) -> None:
        table = mapping.licenses.licenses
        self._labels = {fold(label): id for id, license in table.items() for label in (id, *license.labels)}
        self._urls = {_license_url(url): id for id, license in table.items() for url in license.urls}
        self._none = frozenset(map(fold, mapping.licenses.unspecified))
        self._unknown = frozenset(map(fold, mapping.licenses.unknown))

    def identify(self, label: str | None, url: str | None) -> str | None:
        """Return the SPDX id of a license, else its URL, else its label; None if its label means "no license given".

        If label and URL are two different licenses, the result is the URL as written. If the label means that the license is unknown,
        as "several" does, the result is the label if the mapping has the URL, else the URL as written.
        """
        by_label = self._labels.get(fold(label)) if label else None
        by_url = (self._urls.get(_license_url(url)) or self._labels.get(fold(url))) if url else None
        if label and fold(label) in self._unknown:
            return label if by_url else url or label
        if by_label and by_url and by_label != by_url:
            return url
        return by_url or by_label or url or (None if label and fold(label) in self._none else label)


def fold(label: str) -> str:
    """Convert a label to lower case, with its words separated by one space.

    >>> fold("CC_BY-4.0 "), fold("cc by 4.0")
    ('cc by 4.0', 'cc by 4.0')
    """
    return _FOLD.sub(" ", label).strip().lower()


_LICENSE_TAIL = re.compile(r"(?:/(?:legalcode|deed)(?:\.[\w-]+)?|\.html?|\.txt|/)\Z")


def _license_url(url: str) -> str:
    """Remove scheme, ``www.``, trailing slash and the name of an explanatory page from the URL of a license."""
    text = re.sub(r"\A(?:https?://)?(?:www\.)?", "", url.strip().lower())
    while (shorter := _LICENSE_TAIL.sub("", text)) != text:
        text = shorter
    return text
