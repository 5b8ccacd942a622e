"""Check the form of a value: URL, e-mail address, ORCID iD, DOI, CURIE, date or count."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote

from kgbuild.checks.support.spelling import slip
from kgbuild.mapping.schema import Form

#: The form of most URLs, which need no further checks.
_PLAIN_URL = re.compile(r"https?://(?:[A-Za-z0-9]++(?:-++[A-Za-z0-9]++)*+\.)+[A-Za-z]{2,}(?:/[\w./~:@!$&'()*+,;=#?-]*)?")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)  # RFC 3986 §3.1
#: Characters that RFC 3987 excludes from IRIs, and `%` without two hexadecimal digits (RFC 3986 §2.1).
_NOT_IN_URL = re.compile(r'[\x00-\x20<>"{}|\\^`\x7f-\x9f\xa0\u2000-\u200f\u2028-\u202f\u3000\ufeff]|%(?![0-9A-Fa-f]{2})')
_WEB = ("http", "https", "ftp", "ftps")
#: Valid schemes that differ from a web scheme by one letter.
_OTHERS = ("sftp", "tftp", "httpg")
#: Schemes that are followed by another URL.
_AROUND = ("blob", "jar", "view-source")
_AUTHORITY = re.compile(r"//(?:[^/?#@]*@)?([^/?#]*)")
_PORT_AND_PATH = re.compile(r"\d{2,5}(?:/.*)?", re.DOTALL)
_PORT = re.compile(r"(.*):(\d*)")
_LABEL = re.compile(r"\w(?:[\w-]*\w)?")  # RFC 1123 §2.1, RFC 5890; some hosts have underscores
_TOP = re.compile(r"[^\W\d_]{2,}|xn--[A-Za-z0-9-]+", re.IGNORECASE)
_IPV6 = re.compile(r"\[[0-9A-Fa-f:.]+(?:%25[\w.~-]+)?\]")  # RFC 3986 §3.2.2
_LIKE_A_URL = re.compile(r"(?:[a-z][a-z0-9+.-]*://|https?[:;/]|ftp:|www\.)", re.IGNORECASE)
_WEB_PAGE = re.compile(r"https?://|www\.", re.IGNORECASE)
_MAILBOX = re.compile(r"(?:[^<>@]*<)?(?:mailto:)?([^\s@<>,;()\[\]\\\"]+)@([^\s@<>,;:/]+?)>?", re.IGNORECASE)  # RFC 5322 §3.4
_ORCID = re.compile(r"(?:https?://(?:www\.)?orcid\.org/|orcid:)?(.*?)/?", re.IGNORECASE | re.DOTALL)
_ORCID_ID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
_DOI = re.compile(r"(doi\s*:|doi(?=\s)|https?://(?:www\.|dx\.)?doi\.org/)?(.*)", re.IGNORECASE | re.DOTALL)
_DOI_NAME = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")  # DOI Handbook §2.2
#: A short DOI (https://shortdoi.org/), with its prefix `10/`, and as the DOI resolver also takes it.
_SHORT_DOI = re.compile(r"10/[a-z0-9]+", re.IGNORECASE)
_AT_RESOLVER = re.compile(r"(?=[a-z0-9]*[a-z])[a-z0-9]{3,8}", re.IGNORECASE)
_CURIE = re.compile(r"[A-Za-z_][\w.-]*:(\S+)")  # W3C CURIE Syntax 1.0 §3; the prefix is an NCName
#: ISO 8601, extended and basic format, also without day or month; and with a space instead of `T` (RFC 3339 §5.6).
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?|\d{4}-\d\d-\d\d|\d{8}")
_TIMED = re.compile(r"\d{4}-?\d\d-?\d\d[Tt ]\d\d(?::?\d\d){0,2}(?:[.,]\d+)?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?", re.ASCII)


class Wrong(NamedTuple):
    """The form that a value does not have, the reason, and the intended value if it is certain."""

    what: str
    why: str
    instead: str | None = None


@lru_cache(maxsize=50_000)
def wrong(form: Form, text: str) -> Wrong | None:
    """Return why a value does not have a form, or None if it has.

    >>> wrong("url", "htp://a.org"), wrong("address", "db.a.org:7687")
    (Wrong(what='URL', why='`htp` is not a known scheme', instead='http://a.org'), None)
    """
    stripped = text.strip()
    found = _FORMS[form](stripped)
    if found is None and stripped != text:
        return Wrong(_WHAT[form], "it has white space at its beginning or end", stripped)
    return found


def _url(text: str) -> Wrong | None:
    if _PLAIN_URL.fullmatch(text):
        return None
    bad = _NOT_IN_URL.search(text)
    if bad:
        why = "it contains white space" if bad[0].isspace() or bad[0] in "\u200b\ufeff" else f"it contains `{bad[0]}`"
        return Wrong("URL", why if bad[0] != "%" else "it contains `%` without two hexadecimal digits")
    match = _SCHEME.fullmatch(text)
    if match is None or ("." in match[1] and _PORT_AND_PATH.fullmatch(match[2])):
        return Wrong("URL", "it has no scheme, such as `https:`")
    return _of_scheme(match[1], match[2])


def _of_scheme(scheme: str, rest: str) -> Wrong | None:
    name = scheme.lower()
    if name not in _WEB:
        near = [web for web in _WEB if slip(name, web)] if name not in _OTHERS else []
        if near:
            alike = [web for web in near if web[0] == name[0]] or near
            fine = [other for web in alike if _url(other := f"{web}:{rest}") is None]
            return Wrong("URL", f"`{scheme}` is not a known scheme", fine[0] if len(fine) == 1 else None)
        if _WEB_PAGE.match(rest) and name not in _AROUND:
            return Wrong("URL", f"it starts with `{scheme}:`", rest if _url(rest) is None else None)
        return None if rest.strip("/") else Wrong("URL", f"nothing follows `{scheme}:`")
    if not rest.startswith("//"):
        return Wrong("URL", f"no `//` follows `{scheme}:`")
    authority = _AUTHORITY.match(rest)
    why = _host(authority[1] if authority else "")
    return Wrong("URL", why) if why else None


def _host(text: str) -> str | None:
    """Return what is wrong with a host and its port, or None."""
    ported = _PORT.fullmatch(text)
    host, port = (ported[1], ported[2]) if ported and not _IPV6.fullmatch(text) else (text, "")
    if not host:
        return "it has no host"
    if port and not 0 < int(port[:6]) < 2**16:
        return f"`{port}` is not a port"
    if _IPV6.fullmatch(host) or host.lower() == "localhost":
        return None
    labels = host.removesuffix(".").split(".")
    if labels[-1].isdigit():
        fine = len(labels) == 4 and all(label.isdigit() and int(label) < 256 for label in labels)
    else:
        fine = len(labels) > 1 and all(map(_LABEL.fullmatch, labels)) and _TOP.fullmatch(labels[-1]) is not None
    return None if fine else f"`{host}` is not a host"


def _address(text: str) -> Wrong | None:
    ported = _PORT.fullmatch(text)
    if ported and ported[2] and _host(text) is None:
        return None
    found = _url(text)
    return Wrong("URL or host:port", found.why, found.instead) if found else None


def _link(text: str) -> Wrong | None:
    return _url(text) if _LIKE_A_URL.match(text) else None


def _email(text: str) -> Wrong | None:
    match = _MAILBOX.fullmatch(text)
    if match is None:
        return Wrong("e-mail address", "it does not have the form `name@host`" if "@" in text else "it has no `@`")
    why = _host(match[2])
    return Wrong("e-mail address", why) if why else None


def _orcid(text: str) -> Wrong | None:
    match = _ORCID.fullmatch(text)
    id = match[1] if match else text
    if not _ORCID_ID.fullmatch(id):
        digits = re.sub(r"[\s\u2010-\u2015-]", "", id).upper()
        other = "-".join(digits[n : n + 4] for n in range(0, 16, 4))
        certain = len(digits) == 16 and _ORCID_ID.fullmatch(other) and check_digit(other) == other[-1]
        return Wrong("ORCID iD", "it does not have the form `0000-0000-0000-0000`", other if certain else None)
    expected = check_digit(id)
    return None if id[-1] == expected else Wrong("ORCID iD", f"its check digit is {id[-1]} instead of {expected}")


def check_digit(orcid: str) -> str:
    """Return the check digit of an ORCID iD, computed from the digits before it (ISO 7064, MOD 11-2).

    >>> check_digit("0000-0002-1825-0097"), check_digit("0000-0002-1694-233X")
    ('7', 'X')
    """
    total = 0
    for digit in orcid[:-1].replace("-", ""):
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11]


def _doi(text: str) -> Wrong | None:
    match = _DOI.fullmatch(text)
    prefix, name = (match[1] or "", match[2]) if match else ("", text)
    at_resolver = prefix.endswith("/")
    if _DOI_NAME.fullmatch(name) or _SHORT_DOI.fullmatch(name) or (at_resolver and _AT_RESOLVER.fullmatch(name)):
        return None
    first, *others = name.split() or [""]
    start = prefix if at_resolver or not prefix or prefix.lower() == "doi:" else "doi:"
    joined = start + first + "".join(others)
    if joined != text and _doi(joined) is None:
        return Wrong("DOI", "it contains white space", None if any(":" in other for other in others) else joined)
    plain = unquote(joined)
    if plain != joined and _doi(plain) is None:
        return None if at_resolver and joined == text else Wrong("DOI", "it is percent-encoded", plain)
    return Wrong("DOI", "it does not have the form `10.registrant/name`")


def _curie(text: str) -> Wrong | None:
    if _LIKE_A_URL.match(text):
        return _url(text)
    match = _CURIE.fullmatch(text)
    if match and _WEB_PAGE.match(match[1]):
        return Wrong("CURIE", "its prefix is followed by a URL", match[1] if _url(match[1]) is None else None)
    if match:
        return None
    joined = "".join(text.split())
    why = "it contains white space" if joined != text else "it does not have the form `prefix:id`"
    return Wrong("CURIE", why, joined if _CURIE.fullmatch(joined) and joined != text and text.count(":") == 1 else None)


def _reference(text: str) -> Wrong | None:
    if text.startswith(("10.", "10/")):
        found = _doi(text)
        name = text if found is None else found.instead
        return Wrong("CURIE or URL", "it is a DOI without the prefix `doi:`", name and f"doi:{name}") if found is None or name else found
    match = _DOI.fullmatch(text)
    if match and match[1]:
        return _doi(text)
    found = _curie(text)
    return Wrong("CURIE or URL", found.why, found.instead) if found and found.what == "CURIE" else found


def _date(text: str) -> Wrong | None:
    what = Wrong("date", "it does not have the form `2026-01-31` or `2026-01-31T12:00:00Z` (ISO 8601)")
    match = _DATE.fullmatch(text)
    if match is None and not _TIMED.fullmatch(text):
        return what
    try:
        if match and match[1]:
            date(int(match[1]), int(match[2] or 1), 1)
        elif match:
            date.fromisoformat(text)
        else:
            datetime.fromisoformat(text.upper().replace(",", "."))
    except ValueError:
        return Wrong("date", "this date does not exist")
    return None


def _count(text: str) -> Wrong | None:
    if not _NUMBER.fullmatch(text):
        return Wrong("count", "it is not a number")
    number = float(text)
    return Wrong("count", "it is below zero") if number < 0 else None if number.is_integer() else Wrong("count", "it is not a whole number")


_FORMS: Mapping[Form, Callable[[str], Wrong | None]] = MappingProxyType(
    {
        "url": _url,
        "address": _address,
        "link": _link,
        "e-mail": _email,
        "orcid": _orcid,
        "doi": _doi,
        "curie": _curie,
        "reference": _reference,
        "date": _date,
        "count": _count,
    }
)
_WHAT: Mapping[Form, str] = MappingProxyType(
    {
        "url": "URL",
        "address": "URL or host:port",
        "link": "URL",
        "e-mail": "e-mail address",
        "orcid": "ORCID iD",
        "doi": "DOI",
        "curie": "CURIE",
        "reference": "CURIE or URL",
        "date": "date",
        "count": "count",
    }
)
