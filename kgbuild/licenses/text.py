"""Compare the texts of licenses: labels and URLs in one spelling, without what does not matter."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

#: Hyphens and dashes, which word processors put in place of `-`, and characters that are not visible.
_SAME = {
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-"),
    **dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"), None),
}
_SEPARATORS = re.compile(r"[\s_-]+")
_NO_LETTER = re.compile(r"[\W_]+")
_URL = re.compile(r"(?:https?:)?//[^\s<>()\[\]\"'|]+|\bwww\.[^\s<>()\[\]\"'|]+", re.IGNORECASE)
_BARE_URL = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?::\d+)?/\S*", re.IGNORECASE)
_START = re.compile(r"\A(?:https?:)?(?://)?(?:[^/@]*@)?(?:www\.)?")
_PORT = re.compile(r"\A([^/:]+):(?:80|443)(?=/|\Z)")
_TAIL = re.compile(r"(?:/(?:legalcode|deed)(?:[._][\w.-]+)?|/index\.html?|/rdf|\.html?|\.txt|\.json|\.rdf|[/.,;])\Z")
#: What may precede the name of a license. The second is the tag of SPDX 2.3, annex E.
_LEAD = re.compile(
    r"\A(?:the )?licen[cs]e ?: ?|\Aspdx license identifier: ?|"
    r"\A(?:(?:this|the|these|all|work|data|dataset|datasets|database|ontology|resource|content|contents|website|site|page|and|is|are) )*"
    r"(?:licen[cs]ed|available|released|distributed|published|made available) (?:for use )?(?:under|as) (?:the terms of )?(?:the |a |an )?"
)

_LEADING = ("licen", "spdx", "under", " as ")


def plain(text: str) -> str:
    r"""Return a text with one kind of hyphen, without invisible characters and space at its ends.

    >>> plain(" CC\u2011BY\u00a04.0\u200b")
    'CC-BY 4.0'
    """
    return (text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_SAME)).strip()


def fold(label: str) -> str:
    """Convert a label to lower case, with its words separated by one space. Text such as "License:" in front is dropped.

    >>> fold("CC_BY-4.0 "), fold("cc by 4.0"), fold("License: MIT")
    ('cc by 4.0', 'cc by 4.0', 'mit')
    """
    text = _SEPARATORS.sub(" ", plain(label)).strip().lower()
    return _LEAD.sub("", text) if any(word in text for word in _LEADING) else text


def letters(label: str) -> str:
    """Return the letters and digits of a label, in lower case.

    >>> letters("N/A"), letters("Not specified."), letters("?")
    ('na', 'notspecified', '')
    """
    return _NO_LETTER.sub("", fold(label))


def is_url(text: str) -> bool:
    """Return whether a text is a URL, with or without a scheme.

    >>> is_url("https://x.org/terms"), is_url("creativecommons.org/licenses/by/4.0"), is_url("CC BY 4.0"), is_url("MIT/X11")
    (True, True, False, False)
    """
    text = plain(text)
    return bool(_URL.fullmatch(text) or _BARE_URL.fullmatch(text))


def fold_url(url: str) -> str:
    """Remove from the URL of a license what does not matter: scheme, ``www.``, port, and the name of a page that explains the license.

    >>> fold_url("http://www.creativecommons.org:80/licenses/BY/4.0/deed.zh_TW"), fold_url("x.org/terms?lang=en#a")
    ('creativecommons.org/licenses/by/4.0', 'x.org/terms?lang=en#a')
    """
    text = _PORT.sub(r"\1", _START.sub("", unquote(plain(url)).lower()))
    path, mark, rest = text, "", ""
    if found := re.search(r"[?#]", text):
        path, mark, rest = text[: found.start()], found[0], text[found.end() :]
    path = re.sub("//+", "/", path)
    while (shorter := _TAIL.sub("", path)) != path:
        path = shorter
    return f"{path}{mark}{rest}"


def without_query(url: str) -> str:
    """Drop query and fragment of a URL from ``fold_url``.

    >>> without_query("creativecommons.org/licenses/by-nc/4.0/?ref=chooser-v1")
    'creativecommons.org/licenses/by-nc/4.0'
    """
    return fold_url(re.split("[?#]", url, maxsplit=1)[0])


def parts_of_text(text: str) -> tuple[str, ...]:
    """Split a text into the text around its URLs and the URLs.

    >>> parts_of_text("CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)"), parts_of_text("see https://x.org/terms")
    (('CC BY 4.0', 'https://creativecommons.org/licenses/by/4.0/'), ('https://x.org/terms',))
    """
    urls = _URL.findall(text)
    if not urls or is_url(text):
        return (text,)
    rest = re.sub(r"[\s()\[\]<>:|]+\Z|\A[\s()\[\]<>:|]+|[(\[<]\s*[)\]>]", "", _URL.sub("", text)).strip(" ()[]<>:|")
    return (*([rest] if letters(rest) not in _FILLING else []), *urls)


_FILLING = frozenset(("", "see", "license", "licence", "seelicense", "seelicence", "terms", "seeterms"))
