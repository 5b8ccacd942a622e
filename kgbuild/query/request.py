"""A request of HTTP/1.1 as checked values: its target, its host and its header fields (RFC 9112, RFC 9110)."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

#: The most bytes of the body of a request.
MAX_BYTES = 2**20
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
#: A path and a query (RFC 3986 §3.3, §3.4).
_TARGET = re.compile(
    r"(?P<path>/(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)(?:\?(?P<query>(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*))?", re.ASCII
)
#: The absolute form of a target (RFC 9112 §3.2.2).
_ABSOLUTE = re.compile(r"http://(?P<host>[^/?#@]+)(?P<rest>(?:[/?].*)?)", re.IGNORECASE)
#: A host and a port (RFC 3986 §3.2.2, §3.2.3).
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?", re.ASCII)
#: Header fields that have one value (RFC 9110 §5.3), and so may not be repeated. For Content-Length see RFC 9112 §6.3.
_SINGLE = ("Host", "Content-Type", "Origin", "Transfer-Encoding")
_METHODS = ("GET", "HEAD", "POST", "OPTIONS")


class Refused(Exception):
    """A request that is answered with an error status and a message."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Request(NamedTuple):
    """A request. The names of header fields are in lower case. ``host`` is None if an HTTP/1.0 client does not name one."""

    method: str
    path: str
    query: str
    host: str | None
    fields: tuple[tuple[str, str], ...]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the value of a header field. Repeated fields are one list (RFC 9110 §5.3). None if there is no such field."""
        values = [value for field, value in self.fields if field == name]
        return ", ".join(values) if values else None


def checked(method: str, target: str, version: str, fields: tuple[tuple[str, str], ...]) -> Request:
    """Return a request without its body. Raises Refused for one that RFC 9112 does not allow, and for a method that is not for reading."""
    if version not in ("1.0", "1.1"):
        raise Refused(505, f"expected HTTP/1.1, got HTTP/{version}; send the request in that version")
    _check_fields(version, fields)
    path, query, host = _target(method, target)
    if host is None:
        host = next((value for name, value in fields if name == "host"), None)
    if host is not None and not _HOST.fullmatch(host):
        raise Refused(400, f"Host: expected a name and perhaps a port, got {host[:200]!r}; correct it")
    if method not in _METHODS:
        raise Refused(405, f"{method}: expected GET or POST, got another method; this endpoint is read-only")
    return Request(method, path, query, host, fields)


def _check_fields(version: str, fields: tuple[tuple[str, str], ...]) -> None:
    counts = Counter(name for name, _ in fields)
    for name in _SINGLE:
        if counts[name.lower()] > 1:
            raise Refused(400, f"{name}: expected it once, got it {counts[name.lower()]} times; send it once")
    if version == "1.1" and not counts["host"]:
        raise Refused(400, "Host: expected it once, got it 0 times; name the host of the address")
    if counts["transfer-encoding"] and (counts["content-length"] or version == "1.0"):
        raise Refused(400, "Transfer-Encoding: expected one length of the body, got two; send only Content-Length")


def _target(method: str, target: str) -> tuple[str, str, str | None]:
    """Return the path, the query and, in the absolute form, the host of a target (RFC 9112 §3.2)."""
    if target == "*" and method == "OPTIONS":
        return "*", "", None
    absolute = _ABSOLUTE.fullmatch(target)
    rest = target if absolute is None else absolute["rest"] if absolute["rest"].startswith("/") else f"/{absolute['rest']}"
    found = _TARGET.fullmatch(rest)
    if found is None or found["path"].startswith("//"):
        raise Refused(400, f"expected a target such as /query?query=ASK%7B%7D, got {target[:200]!r}; percent-encode other characters")
    return found["path"], found["query"] or "", absolute and absolute["host"]


def check_host(request: Request, listening: str, address: str) -> None:
    """Refuse a request for a host name that is not of this machine: a foreign page may resolve its own name to it (DNS rebinding)."""
    if listening not in _LOOPBACK or request.host is None:
        return
    found = _HOST.fullmatch(request.host)
    if found is None or found["name"].strip("[]").lower() not in _LOOPBACK:
        raise Refused(421, f"Host: expected a name of this machine, got {request.host[:200]!r}; use {address}")
