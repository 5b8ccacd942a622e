"""Links of a page, and whose they are: normalised addresses, and the table of addresses of a run's resources (SPEC §3, ``mentions``)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

#: Images are no links; of `[text](address)` and `<a href="address">` the address counts, and not again where the text repeats it.
_LINK = re.compile(
    r"""!\[[^\]]*\]\([^)]*\)
      | \[[^\]]*\]\(\s*<?(?P<markdown>[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)[^)]*\)
      | \bsrc\s*=\s*["'][^"']*["']
      | \bhref\s*=\s*["'](?P<href>[^"']*)["'][^>]*>(?:\s*https?://[^\s<]*\s*</a>)?
      | (?P<bare>https?://[^\s<>"'`\]|\\]+)""",
    re.VERBOSE | re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?|ftp)://(?:www\.)?([^/?#\s]+)([^?#\s]*)", re.IGNORECASE)
_FRONT_PAGE = re.compile(r"/(?:index\.html?|home)?\Z", re.IGNORECASE)

#: A bare host that more resources than this have is nobody's (SPEC §3).
MAX_SHARING = 2


def normalise(url: str) -> str | None:
    """An address without scheme, ``www.``, query, fragment, and what only names the front page; None where it is none.

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
    """How often a text links to each normalised address: Markdown links, ``href`` attributes, bare URLs.

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
    """A URL in running text without the punctuation that ends the sentence or closes a parenthesis around it."""
    url = url.rstrip(".,;:!?*_~")
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(".,;:!?*_~")
    return url


class Addresses:
    """The addresses of a run's resources: for a link, the resources whose address is its longest whole-segment prefix."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """``pairs`` are (URL as written, resource)."""
        table: defaultdict[str, set[str]] = defaultdict(set)
        for url, resource in pairs:
            address = normalise(url)
            if address:
                table[address].add(resource)
        self._table = {a: sorted(r) for a, r in table.items() if "/" in a or len(r) <= MAX_SHARING}

    def owners(self, address: str) -> list[str]:
        """The resources that a normalised link belongs to; more than one where they share the address."""
        while address:
            if address in self._table:
                return self._table[address]
            address = address.rpartition("/")[0]
        return []
