"""Find the links of a page, and the resources to which they belong (SPEC §3, ``mentions``)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

#: Images are not links. `[text](address)` and `<a href="address">` count once, even if the text repeats the address.
_LINK = re.compile(
    r"""!\[[^\]]*\]\([^)]*\)
      | \[[^\]]*\]\(\s*<?(?P<markdown>[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)[^)]*\)
      | \bsrc\s*=\s*["'][^"']*["']
      | \bhref\s*=\s*["'](?P<href>[^"']*)["'][^>]*>(?:\s*https?://[^\s<]*\s*</a>)?
      | (?P<bare>https?://[^\s<>"'`\]|\\]+)""",
    re.VERBOSE | re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?|ftp)://(?:[^/?#\s]*@)?(?:www\.)?([^/?#\s]+)([^?#\s]*)", re.IGNORECASE)
_FRONT_PAGE = re.compile(r"/(?:index\.html?|home)?\Z", re.IGNORECASE)

#: A host without a path that more resources than this share belongs to none of them (SPEC §3).
MAX_SHARING = 2


def normalise(url: str) -> str | None:
    """Remove scheme, user name, ``www.``, query, fragment and the name of a front page from an address; None if it is not an address.

    >>> normalise("https://www.Bgee.org/download/index.html?x=1#top"), normalise("faq.html")
    ('bgee.org/download', None)
    """
    match = _ADDRESS.match(url.strip())
    if not match:
        return None
    path = match[2]
    while path and (shorter := _FRONT_PAGE.sub("", path)) != path:
        path = shorter
    return match[1].lower() + path


def links(body: str) -> dict[str, int]:
    """Count the links of a text by normalised address: Markdown links, ``href`` attributes and bare URLs.

    >>> links("[Bgee](https://bgee.org/) and <a href='http://www.bgee.org'>it</a>, https://uniprot.org/help.")
    {'bgee.org': 2, 'uniprot.org/help': 1}
    """
    found: Counter[str] = Counter()
    for match in _LINK.finditer(body):
        bare = match["bare"]
        address = normalise(match["markdown"] or match["href"] or (_unpunctuated(bare) if bare else ""))
        if address:
            found[address] += 1
    return dict(sorted(found.items()))


def _unpunctuated(url: str) -> str:
    """Remove punctuation from the end of a URL in running text: that of the sentence, or of a parenthesis around the URL."""
    url = url.rstrip(".,;:!?*_~")
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(".,;:!?*_~")
    return url


class Addresses:
    """The addresses of the resources of a run. A link belongs to the resources with its longest prefix of whole path segments."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Build the table from ``pairs`` of (URL as written, resource)."""
        table: defaultdict[str, set[str]] = defaultdict(set)
        for url, resource in pairs:
            address = normalise(url)
            if address:
                table[address].add(resource)
        self._table = {a: sorted(r) for a, r in table.items() if "/" in a or len(r) <= MAX_SHARING}

    def owners(self, address: str) -> list[str]:
        """Return the resources to which a normalised link belongs. There are several if they share an address."""
        while address:
            if address in self._table:
                return self._table[address]
            address = address.rpartition("/")[0]
        return []
