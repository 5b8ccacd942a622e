"""Read the names and URLs of Creative Commons licenses by their grammar: elements, version, jurisdiction."""

from __future__ import annotations

import re
from typing import NamedTuple

from kgbuild.licenses.text import fold, without_query

BY, NC, ND, SA, ZERO = "by", "nc", "nd", "sa", "zero"
ELEMENTS = (BY, NC, ND, SA)
#: The versions of the licenses. Version 2.1 exists only in some jurisdictions (https://creativecommons.org/licenses/list.en).
_VERSIONS = frozenset(("1.0", "2.0", "2.1", "2.5", "3.0", "4.0"))
#: The jurisdictions that have versions of their own (the same list), and intergovernmental organizations.
_PORTS = {
    "ar": "argentina", "at": "austria", "au": "australia", "az": "azerbaijan", "be": "belgium", "bg": "bulgaria", "br": "brazil",
    "ca": "canada", "ch": "switzerland", "cl": "chile", "cn": "china mainland", "co": "colombia", "cr": "costa rica",
    "cz": "czech republic", "de": "germany", "dk": "denmark", "ec": "ecuador", "ee": "estonia", "eg": "egypt", "es": "spain",
    "fi": "finland", "fr": "france", "ge": "georgia", "gr": "greece", "gt": "guatemala", "hk": "hong kong", "hr": "croatia",
    "hu": "hungary", "ie": "ireland", "igo": "intergovernmental organizations", "il": "israel", "in": "india", "it": "italy", "jp": "japan",
    "kr": "south korea", "lu": "luxembourg", "mk": "north macedonia", "mt": "malta", "mx": "mexico", "my": "malaysia", "nl": "netherlands",
    "no": "norway", "nz": "new zealand", "pe": "peru", "ph": "philippines", "pl": "poland", "pr": "puerto rico", "pt": "portugal",
    "ro": "romania", "rs": "serbia", "scotland": "scotland", "se": "sweden", "sg": "singapore", "si": "slovenia", "th": "thailand",
    "tw": "taiwan", "ua": "ukraine", "ug": "uganda", "uk": "united kingdom", "us": "united states", "ve": "venezuela", "vn": "vietnam",
    "za": "south africa",
}  # fmt: skip
_LONG = (
    *((name, code) for code, name in _PORTS.items()),
    ("england and wales", "uk"), ("intergovernmental organisations", "igo"), ("intergovernmental organization", "igo"),
    ("creative commons", "cc"), ("creativecommons", "cc"), ("non commercial", NC), ("noncommercial", NC),
    ("no derivative works", ND), ("no derivatives", ND), ("no derivs", ND), ("noderivatives", ND), ("noderivs", ND), ("noderiv", ND),
    ("share alike", SA), ("sharealike", SA), ("attribution", BY), ("in the public domain", ""), ("public domain dedication", ""),
    ("public domain", ""), ("no rights reserved", ""), ("some rights reserved", ""),
)  # fmt: skip
_FILLING = frozenset(("the", "a", "under", "license", "licence", "licensed", "public", "international", "intl", "int", "unported", "generic",
                      "universal", "waiver", "v", "ver", "version", "legal", "code", "legalcode", "deed"))  # fmt: skip
#: A name has one of these; other texts need not be read.
_HINT = re.compile(r"cc|creative|by|attribution", re.IGNORECASE)
_TOKEN = re.compile(r"[a-z]+|\d+(?:\.\d+)?")
_JOINED = re.compile(r"(cc)?((?:by|nc|nd|sa)*)(zero)?")
_BETWEEN = re.compile(r"[\s_/.,;:()\[\]™®©\"'-]*")
_URL = re.compile(
    r"(?:(?:[a-z]{1,2}\.)?creativecommons\.org/(?:licen[sc]es?|l)|licensebuttons\.net/l)"
    r"/([a-z-]+)(?:/(\d(?:\.\d)?))?(?:/([a-z]{2,8}))?(?:/\d+x\d+\.png)?"
)
_ZERO_URL = re.compile(r"(?:[a-z]{2}\.)?creativecommons\.org/publicdomain/zero(?:/1\.0)?(?:/[a-z]{2})?")


class CreativeCommons(NamedTuple):
    """A Creative Commons license by its parts; CC0 has the element ``zero``. A part that is not given is ""."""

    elements: frozenset[str]
    version: str = ""
    port: str = ""

    def differs(self, other: CreativeCommons) -> bool:
        """Return whether two are certainly different licenses. If one has no version, version and port are not compared."""
        if self.elements != other.elements:
            return True
        return bool(self.version and other.version and (self.version, self.port) != (other.version, other.port))

    @property
    def stem(self) -> str:
        """The beginning of its SPDX id, as in CC-BY-NC."""
        return "CC0" if ZERO in self.elements else "-".join(("CC", *(e.upper() for e in ELEMENTS if e in self.elements)))

    @property
    def id(self) -> str | None:
        """The id that the SPDX list would have for it; None without a version."""
        version = "1.0" if ZERO in self.elements else self.version
        return "-".join(filter(None, (self.stem, version, self.port.upper()))) if version else None


def by_url(url: str) -> CreativeCommons | None:
    """Read a URL of creativecommons.org; None if it is not one of a license.

    >>> by_url("http://creativecommons.org/licenses/by-nc/3.0/igo/deed.fr?x=1").id
    'CC-BY-NC-3.0-IGO'
    """
    folded = without_query(url)
    if _ZERO_URL.fullmatch(folded):
        return CreativeCommons(frozenset((ZERO,)), "1.0")
    match = _URL.fullmatch(folded)
    if not match or set(elements := match[1].split("-")) - set(ELEMENTS):
        return None
    return _checked(frozenset(elements), _version(match[2] or ""), match[3] or "")


def by_label(label: str) -> CreativeCommons | None:
    """Read the name of a license, short or long, once or in both forms; None if it has any other words.

    >>> by_label("CC-BY-ND-3.0-IGO").id, by_label("Attribution-NonCommercial 4.0 International (CC BY-NC 4.0)").id
    ('CC-BY-ND-3.0-IGO', 'CC-BY-NC-4.0')
    >>> by_label("Creative Commons Attribution").id, by_label("CC BY 4.0 (data)"), by_label("CC BY / CC BY-NC")
    (None, None, None)
    """
    tokens = _tokens(label) if _HINT.search(label) else None
    if not tokens:
        return None
    names = [_name(part) for part in _names(tokens)]
    first = max((name for name in names if name), key=lambda name: (name.version, name.port), default=None)
    # The same name in a second form often leaves out the version or the port.
    same = first and all(name and first.elements == name.elements and {name.version, name.port} <= {*first[1:], ""} for name in names)
    return first if same else None


def named_elements(text: str) -> frozenset[str]:
    """Return the elements that a text with other words names after "CC" or "Creative Commons".

    >>> sorted(named_elements("CC BY-NC 4.0 for non-academics")), sorted(named_elements("by the NC group"))
    (['by', 'nc'], [])
    """
    tokens = [part for word in _TOKEN.findall(_short(text)) for part in _split(word)] if _HINT.search(text) else []
    return frozenset(tokens) & frozenset(ELEMENTS) if "cc" in tokens else frozenset()


def _short(text: str) -> str:
    short = fold(text)
    for long, code in _LONG:
        if long in short:
            short = short.replace(long, f" {code} ")
    return short


def _split(word: str) -> list[str]:
    """Split a word that joins elements, as in "ccbync"."""
    match = _JOINED.fullmatch(word)
    if not match or not word:
        return [word]
    return [*filter(None, (match[1], *re.findall("..", match[2]), match[3]))]


def _tokens(label: str) -> list[str] | None:
    """Return the words of a name; None if there is anything between them that is no separator."""
    short = _short(label)
    if not _BETWEEN.fullmatch(_TOKEN.sub("", short)):
        return None
    return [part for word in _TOKEN.findall(short) for part in _split(word)]


def _names(tokens: list[str]) -> list[list[str]]:
    """Split the words at each "cc", and where elements follow a version."""
    names: list[list[str]] = [[]]
    for n, part in enumerate(tokens):
        again = part in ELEMENTS and any(t[0].isdigit() for t in names[-1]) and part in names[-1] and "cc" not in tokens[n - 1 : n]
        if (part == "cc" and set(names[-1]) - _FILLING) or again:
            names.append([])
        names[-1].append(part)
    # "Creative Commons CC0" names one license: what has no element belongs to the name that follows.
    joined: list[list[str]] = []
    for name in names:
        if joined and not set(joined[-1]) - _FILLING - {"cc"}:
            joined[-1] += name
        else:
            joined.append(name)
    return joined


def _name(tokens: list[str]) -> CreativeCommons | None:
    elements: set[str] = set()
    versions: set[str] = set()
    ports: set[str] = set()
    for n, part in enumerate(tokens):
        if part in ELEMENTS or part == ZERO or (part == "0" and tokens[n - 1] == "cc"):
            elements.add(ZERO if part == "0" else part)
        elif part[0].isdigit():
            versions.add(_version(part))
        elif part in _PORTS and versions:
            ports.add(part)
        elif part not in _FILLING and part != "cc":
            return None
    if len(versions) > 1 or len(ports) > 1 or not elements or ("cc" not in tokens and not versions):
        return None
    if elements == {ZERO}:
        return CreativeCommons(frozenset(elements), "1.0") if versions <= {"1.0"} and "cc" in tokens else None
    return _checked(frozenset(elements), next(iter(versions), ""), next(iter(ports), ""))


def _version(text: str) -> str:
    return text if "." in text or not text else f"{text}.0"


def _checked(elements: frozenset[str], version: str, port: str) -> CreativeCommons | None:
    """Return a license if it can exist: with attribution, and not with both share-alike and no derivatives. Version 4.0 has no ports."""
    possible = BY in elements and ZERO not in elements and not {ND, SA} <= elements and (not version or version in _VERSIONS)
    if not possible or (port and port not in _PORTS):
        return None
    return CreativeCommons(elements, version, "" if version == "4.0" else port)
