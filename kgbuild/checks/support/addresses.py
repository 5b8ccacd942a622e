"""Take addresses apart: the page that an address leads to, its scheme and host, and the ending of its path."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kgbuild.transform.links import normalise

#: The parts after the path of a URL that select another page: a query, or a fragment that a script uses as a path.
_PAGE_OF_SITE = re.compile(r"(\?[^#]*)?(#[!/].*)?")
_AFTER_PATH = re.compile(r"[?#]")
#: Scheme and host of an address (RFC 3986 §3), which may have a user name and a port.
_SCHEME_AND_HOST = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?://(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:]*))?")
#: The last segments of paths that download services add to the name of a file.
_DOWNLOAD = re.compile(r"/(?:download|content|file|raw)?/?\Z")


def page_address(url: str) -> str:
    """Normalise a homepage like a link, but keep a query or fragment that selects another page.

    >>> page_address("http://www.a.org/index.html"), page_address("https://a.org/x?id=1#top"), page_address("https://a.org/#/b")
    ('a.org', 'a.org/x?id=1', 'a.org#/b')
    """
    address = normalise(url)
    if address is None:
        return ""
    start = _AFTER_PATH.search(url)
    rest = _PAGE_OF_SITE.match(url, start.start()) if start else None
    return address + (rest[0].rstrip("/") if rest else "")


def scheme_and_host(url: str) -> tuple[str, str]:
    """Return the scheme and the host of an address in lower case, each an empty text if there is none.

    >>> scheme_and_host("https://***@Db.Example.com:80/x"), scheme_and_host("javascript:void(0)"), scheme_and_host("a b")
    (('https', 'db.example.com'), ('javascript', ''), ('', ''))
    """
    match = _SCHEME_AND_HOST.match(url.strip())
    return (match[1].lower(), (match[2] or "").lower().rstrip(".")) if match else ("", "")


def ending_of_path(url: str, endings: Iterable[str]) -> str | None:
    """Return the longest of some endings that the path of an address has, or None.

    >>> ending_of_path("https://a.org/x.TAR.GZ?raw=1", [".gz", ".tar.gz"]), ending_of_path("https://a.org/x.zip/download", [".zip"])
    ('.tar.gz', '.zip')
    """
    path = _DOWNLOAD.sub("", url.strip().partition("#")[0].partition("?")[0]).lower()
    return max((ending for ending in endings if path.endswith(ending)), key=len, default=None)
