"""What a license, as a record writes it, lets through: its label and URL -> Terms, by the judgements of `mappings/licenses.yaml`."""

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

#: What a license may forbid, the gravest first.
REDISTRIBUTION, DERIVATIVES, COMMERCIAL = "redistribution", "derivatives", "commercial use"


class Terms(NamedTuple):
    """What is known of one license as written.

    ``name`` is its SPDX id, or else what is written; ``forbids`` is None where nobody can say what it forbids. ``alike`` are its demands
    that what is made from the work be under a license of the same kind: each is the families that meet it, its own first. ``code``: it is
    one for code. ``sure``: it is one SPDX id of the table, and label and URL agree on it. ``clash`` is what the label and what the URL
    mean, where these are two licenses.
    """

    name: str
    forbids: frozenset[str] | None = None
    alike: frozenset[tuple[str, ...]] = frozenset()
    code: bool = False
    sure: bool = False
    clash: tuple[str, str] | None = None


class WrittenLicense(NamedTuple):
    """A license as a record writes it; ``odd`` where it stands in a form that nobody can read."""

    label: str | None = None
    url: str | None = None
    odd: bool = False


class _Creative(NamedTuple):
    """A Creative Commons license by its parts; "" for a part that is not said."""

    elements: tuple[str, ...]
    version: str
    port: str

    def differs(self, other: _Creative) -> bool:
        """Whether two cannot be the same license: a version that one of them does not say is no difference, nor is a port beside it."""
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
#: A version that stands at the end of an SPDX id of the GNU licenses says nothing about the text, and so nothing about a URL.
_SAME_TEXT = re.compile(r"-(?:only|or-later)\Z")
#: SPDX 2.3, annex D: operators are upper-case words between ids.
_OPERATOR = re.compile(r"(?<=[\s)])(?:AND|OR|WITH)(?=[\s(])")


def _by_label(label: str) -> _Creative | None:
    """The Creative Commons license that a label names whole.

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
    """Reads licenses by the table of one mapping."""

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

    def written(self, says: Description | AuditNode, kind: str) -> WrittenLicense | None:
        """The license as it is written, of a "resource" or a "product"; None where nothing is."""
        names: tuple[str, ...] = getattr(self.fields, kind).license
        raw: str | None = None
        if isinstance(says, Description):
            raw = next((text for name in names if (text := says.extra.get(name))), None)
        elif says.extra and any(f'"{name}"' in says.extra for name in names):
            extra = msgspec.json.decode(says.extra, type=dict[str, msgspec.Raw])
            raw = next((bytes(part).decode() for name in names if (part := extra.get(name))), None)
        if says.license is None and says.license_label is None and raw is None:
            return None
        return self._written(says.license, says.license_label, raw)

    def _parse(self, license: str | None, label: str | None, raw: str | None) -> WrittenLicense | None:
        value: Any = msgspec.json.decode(raw) if raw else None
        if isinstance(value, dict):
            texts = [next((t.strip() for n in names if isinstance(t := value.get(n), str) and t.strip()), None)
                     for names in (self.parts.label, self.parts.url)]  # fmt: skip
            if any(texts) and texts[0] == label:  # else it is another field that feeds this property too
                return self._told_apart(*texts)
        if license is None and label is None:
            return WrittenLicense(odd=True) if _says_something(value) else None
        return self._told_apart(label, license if license != label and license not in self._table else None)

    def _told_apart(self, label: str | None, url: str | None) -> WrittenLicense:
        """Label and URL, also where a URL stands in the place of a label."""
        return WrittenLicense(None, label) if label and not url and re.match(r"https?://", label) else WrittenLicense(label, url)

    def _read(self, written: WrittenLicense) -> Terms | None:
        """The terms of a license as written; None where there is none."""
        label, url = written.label, written.url
        if written.odd:
            return Terms("a license in a form of its own")
        by_label, by_url = self._known(label, None), self._known(None, url)
        if by_label and by_url and _SAME_TEXT.sub("", by_label) == _SAME_TEXT.sub("", by_url):
            by_url = by_label
        clash = self._clash(label, url, by_label, by_url)
        if clash:
            return Terms(" or ".join(clash), clash=clash)
        id = by_label or by_url
        folded = fold(label) if label else ""
        if id and folded not in self._unknown:
            agree = (not label or bool(by_label) or self._means(label, id)) and (not url or bool(by_url))
            return self._judged(id, sure=agree)
        return self._unlisted(label, url, folded)

    def _unlisted(self, label: str | None, url: str | None, folded: str) -> Terms | None:
        """The terms of a license that has no SPDX id in the table."""
        if folded in self._none:
            return Terms(url) if url else None
        if label and folded in self._free:
            return Terms(label, frozenset())
        known = None if folded in self._unknown else self._of_parts(label, url) or self._of_expression(label)
        return known or Terms(label or url or "")

    def _known(self, label: str | None, url: str | None) -> str | None:
        found = self._identify(label, url)
        return found if found in self._table else None

    def _means(self, label: str, id: str) -> bool:
        """Whether a label that the table does not know names the license of an id, if less exactly: "CC-BY-NC"."""
        said, meant = _by_label(label), _by_label(id)
        return bool(said and meant and not said.differs(meant))

    def _clash(self, label: str | None, url: str | None, by_label: str | None, by_url: str | None) -> tuple[str, str] | None:
        if not label or not url:
            return None
        if by_label and by_url:
            return (by_label, by_url) if by_label != by_url else None
        if by_url and fold(label) in self._none:
            return label, by_url
        one, other = _by_label(label) or _by_label(by_label or ""), _by_url(url) or _by_label(by_url or "")
        # What the table knows and is not of this kind (CC0, MIT) is another license than one of this kind that the table need not know.
        apart = one.differs(other) if one and other else (one and by_url) or (other and by_label)
        return (by_label or label, by_url or url) if apart else None

    def _judged(self, id: str, *, sure: bool) -> Terms:
        lets = self._table[id].lets
        if lets is None:
            return Terms(id)
        kept = ((REDISTRIBUTION, lets.redistribution), (DERIVATIVES, lets.derivatives), (COMMERCIAL, lets.commercial))
        alike = frozenset((lets.share_alike,)) if lets.share_alike else frozenset[tuple[str, ...]]()
        forbids = frozenset(name for name, through in kept if not through)
        return Terms(id, forbids, alike, lets.for_ == "code", sure and not id.startswith("LicenseRef-"))

    def _of_parts(self, label: str | None, url: str | None) -> Terms | None:
        """The terms of a Creative Commons license without an SPDX id (no version, a port that SPDX does not list), by its elements."""
        parts = (url and _by_url(url)) or (label and _by_label(label)) or None
        if parts is None:
            return None
        stem = "-".join(("CC", *(element.upper() for element in _ELEMENTS if element in parts.elements)))
        id = next((id for id in (f"{stem}-{parts.version}", f"{stem}-4.0") if id in self._table), None)
        return self._judged(id, sure=False)._replace(name=label or url or "") if id else None

    def _of_expression(self, label: str | None) -> Terms | None:
        """The terms of an SPDX expression: all that is forbidden on either side of AND, of OR what both sides forbid."""
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
            return self._judged(key, sure=False) if key in self._table else None
        sides = [self._of_tree(side) for side in tree.args]
        known = [side for side in sides if side and side.forbids is not None]
        if len(known) < len(sides):
            return None
        join: Any = frozenset.intersection if tree.operator.strip() == "OR" else frozenset.union
        forbids = join(*(side.forbids for side in known))
        return Terms("", forbids, join(*(side.alike for side in known)), any(side.code for side in known))


def _says_something(value: Any) -> bool:
    """Whether there is a text in a tree."""
    inner: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (isinstance(value, str) and bool(value.strip())) or any(map(_says_something, inner))
