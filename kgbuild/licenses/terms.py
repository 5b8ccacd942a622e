"""Determine the terms of a license from its label and URL, by the table in `mappings/licenses.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from kgbuild.licenses.recognise import LicenseRecogniser, fold
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.audit import AuditNode
from kgbuild.model.graph import Description

#: The uses that a license can forbid, the most important first.
REDISTRIBUTION, DERIVATIVES, COMMERCIAL = "redistribution", "derivatives", "commercial use"


class Terms(NamedTuple):
    """The terms of one license as written.

    ``name`` is its SPDX id, or else the text as written. ``forbids`` are the uses that it forbids, or None if they are unknown.
    ``alike`` are its share-alike requirements: each lists the license families that satisfy it, its own family first. ``code`` is true
    for licenses of code. ``sure`` is true if label and URL agree on one SPDX id of the table. ``clash`` are the licenses of label and
    URL, if they differ.
    """

    name: str
    forbids: frozenset[str] | None = None
    alike: frozenset[tuple[str, ...]] = frozenset()
    code: bool = False
    sure: bool = False
    clash: tuple[str, str] | None = None


class WrittenLicense(NamedTuple):
    """A license as a record writes it. ``unreadable`` is true if its form is unknown, so that neither label nor URL can be read."""

    label: str | None = None
    url: str | None = None
    unreadable: bool = False


class _Creative(NamedTuple):
    """A Creative Commons license by its parts. A part that is not given is ""."""

    elements: tuple[str, ...]
    version: str
    port: str

    def differs(self, other: _Creative) -> bool:
        """Return whether two are certainly different licenses. If one has no version, version and port are not compared."""
        if self.elements != other.elements:
            return True
        return bool(self.version and other.version and (self.version, self.port) != (other.version, other.port))


_WORDS = {"attribution": "by", "noncommercial": "nc", "noderivatives": "nd", "noderivs": "nd", "sharealike": "sa"}
_PAIRS = (("non commercial", "nc"), ("no derivatives", "nd"), ("no derivs", "nd"), ("share alike", "sa"), ("creative commons", "cc"))
_FILLING = frozenset(("cc", "international", "unported", "generic", "license", "licence", "public", "v", "version"))
_ELEMENTS = ("by", "nc", "nd", "sa")
_CC_URL = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)(?:/([a-z]{2,3}))?(?:/(?:deed|legalcode).*)?/?", re.IGNORECASE
)
#: Suffixes of the SPDX ids of GNU licenses. Ids that differ only in them have the same text, and so the same URL.
_SAME_TEXT = re.compile(r"-(?:only|or-later)\Z")
#: SPDX 2.3, annex D: operators are upper-case words between license ids.
_OPERATOR = re.compile(r"(?<=[\s)])(?:AND|OR|WITH)(?=[\s(])")


def _by_label(label: str) -> _Creative | None:
    """Return the Creative Commons license of a label; None if the label has any other words.

    >>> _by_label("CC-BY-ND-3.0-IGO")
    _Creative(elements=('by', 'nd'), version='3.0', port='igo')
    >>> _by_label("Creative Commons Attribution-NonCommercial"), _by_label("CC BY 4.0 (data)")
    (_Creative(elements=('by', 'nc'), version='', port=''), None)
    """
    text = fold(label)
    for pair, word in _PAIRS:
        text = text.replace(pair, word)
    words = [_WORDS.get(word, word) for word in text.split()]
    if "cc" not in words[:1] or not set(_ELEMENTS) & set(words):
        return None
    version = port = ""
    elements: set[str] = set()
    for word in words:
        if word in _ELEMENTS and not version:
            elements.add(word)
        elif not version and re.fullmatch(r"v?\d\.\d", word):
            version = word.lstrip("v")
        elif version and not port and re.fullmatch(r"[a-z]{2}|igo", word):
            port = word
        elif word not in _FILLING:
            return None
    return _Creative(tuple(sorted(elements)), version, port)


def _by_url(url: str) -> _Creative | None:
    match = _CC_URL.fullmatch(url.strip())
    return _Creative(tuple(sorted(match[1].lower().split("-"))), match[2], (match[3] or "").lower()) if match else None


class LicenseReader:
    """Reads licenses of records and looks up their terms in one mapping."""

    def __init__(self, mapping: RegistryMapping) -> None:
        licenses = mapping.licenses
        self.fields, self.parts = mapping.fields, mapping.fields.license
        self._table = licenses.licenses
        self._identify = LicenseRecogniser(mapping).identify
        self._none = frozenset(map(fold, licenses.unspecified))
        self._free = frozenset(map(fold, licenses.public_domain))
        self._unknown = frozenset(map(fold, licenses.unknown))
        self.read = lru_cache(maxsize=4096)(self._read)
        self._written = lru_cache(maxsize=4096)(self._parse)

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
        return self._written(stated.license, stated.license_label, raw)

    def _parse(self, license: str | None, label: str | None, raw: str | None) -> WrittenLicense | None:
        value: Any = msgspec.json.decode(raw) if raw else None
        if isinstance(value, dict):
            texts = [next((t.strip() for n in names if isinstance(t := value.get(n), str) and t.strip()), None)
                     for names in (self.parts.label, self.parts.url)]  # fmt: skip
            if any(texts) and texts[0] == label:  # otherwise the property comes from another field
                return self._label_or_url(*texts)
        if license is None and label is None:
            return WrittenLicense(unreadable=True) if _has_text(value) else None
        return self._label_or_url(label, license if license != label and license not in self._table else None)

    def _label_or_url(self, label: str | None, url: str | None) -> WrittenLicense:
        """Return the license with label and URL. A label that is a URL becomes the URL if there is no other."""
        return WrittenLicense(None, label) if label and not url and re.match(r"https?://", label) else WrittenLicense(label, url)

    def _read(self, written: WrittenLicense) -> Terms | None:
        """Return the terms of a license as written; None if it means that no license is given."""
        label, url = written.label, written.url
        if written.unreadable:
            return Terms("a license in a form of its own")
        by_label, by_url = self._spdx_id(label, None), self._spdx_id(None, url)
        if by_label and by_url and _SAME_TEXT.sub("", by_label) == _SAME_TEXT.sub("", by_url):
            by_url = by_label
        clash = self._clash(label, url, by_label, by_url)
        if clash:
            return Terms(" or ".join(clash), clash=clash)
        id = by_label or by_url
        folded = fold(label) if label else ""
        if id and folded not in self._unknown:
            agree = (not label or bool(by_label) or self._means(label, id)) and (not url or bool(by_url))
            return self._of_id(id, sure=agree)
        return self._unlisted(label, url, folded)

    def _unlisted(self, label: str | None, url: str | None, folded: str) -> Terms | None:
        """Return the terms of a license that is not in the table."""
        if folded in self._none:
            return Terms(url) if url else None
        if label and folded in self._free:
            return Terms(label, frozenset())
        terms = None if folded in self._unknown else self._of_parts(label, url) or self._of_expression(label)
        return terms or Terms(label or url or "")

    def _spdx_id(self, label: str | None, url: str | None) -> str | None:
        found = self._identify(label, url)
        return found if found in self._table else None

    def _means(self, label: str, id: str) -> bool:
        """Return whether a label outside the table is a less exact name of the license with an id, as "CC-BY-NC" is."""
        written, license = _by_label(label), _by_label(id)
        return bool(written and license and not written.differs(license))

    def _clash(self, label: str | None, url: str | None, by_label: str | None, by_url: str | None) -> tuple[str, str] | None:
        if not label or not url:
            return None
        if by_label and by_url:
            return (by_label, by_url) if by_label != by_url else None
        if by_url and fold(label) in self._none:
            return label, by_url
        one, other = _by_label(label) or _by_label(by_label or ""), _by_url(url) or _by_label(by_url or "")
        # A Creative Commons license, even one outside the table, differs from a license in the table of another kind (CC0, MIT).
        differ = one.differs(other) if one and other else (one and by_url) or (other and by_label)
        return (by_label or label, by_url or url) if differ else None

    def _of_id(self, id: str, *, sure: bool) -> Terms:
        permissions = self._table[id].lets
        if permissions is None:
            return Terms(id)
        uses = (
            (REDISTRIBUTION, permissions.redistribution),
            (DERIVATIVES, permissions.derivatives),
            (COMMERCIAL, permissions.commercial),
        )
        alike = frozenset((permissions.share_alike,)) if permissions.share_alike else frozenset[tuple[str, ...]]()
        forbids = frozenset(name for name, permitted in uses if not permitted)
        return Terms(id, forbids, alike, permissions.for_ == "code", sure and not id.startswith("LicenseRef-"))

    def _of_parts(self, label: str | None, url: str | None) -> Terms | None:
        """Return the terms of a Creative Commons license by its elements, if it has no SPDX id (no version, or a port that SPDX lacks)."""
        parts = (url and _by_url(url)) or (label and _by_label(label)) or None
        if parts is None:
            return None
        stem = "-".join(("CC", *(element.upper() for element in _ELEMENTS if element in parts.elements)))
        id = next((id for id in (f"{stem}-{parts.version}", f"{stem}-4.0") if id in self._table), None)
        return self._of_id(id, sure=False)._replace(name=label or url or "") if id else None

    def _of_expression(self, label: str | None) -> Terms | None:
        """Return the terms of an SPDX expression. AND forbids what either side forbids, OR forbids what both sides forbid."""
        if label is None or not _OPERATOR.search(label):
            return None
        from license_expression import ExpressionError, get_spdx_licensing

        try:
            tree = get_spdx_licensing().parse(label)
        except ExpressionError:
            return None
        terms = self._of_tree(tree)
        return terms and terms._replace(name=label)

    def _of_tree(self, tree: Any) -> Terms | None:
        key = getattr(getattr(tree, "license_symbol", tree), "key", None)
        if key is not None:
            return self._of_id(key, sure=False) if key in self._table else None
        sides = [self._of_tree(side) for side in tree.args]
        terms = [side for side in sides if side and side.forbids is not None]
        if len(terms) < len(sides):
            return None
        join: Any = frozenset.intersection if tree.operator.strip() == "OR" else frozenset.union
        forbids = join(*(side.forbids for side in terms))
        return Terms("", forbids, join(*(side.alike for side in terms)), any(side.code for side in terms))


def _has_text(value: Any) -> bool:
    """Return whether a tree has any text."""
    inner: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (isinstance(value, str) and bool(value.strip())) or any(map(_has_text, inner))
