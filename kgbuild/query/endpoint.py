"""Answer requests to a read-only SPARQL endpoint over a store (SPARQL 1.1 Protocol, §2.1) and to its page with the named questions. All pure.

A request is answered at once, or by work that needs a process of its own.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from functools import cached_property, partial
from importlib.resources import files
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from urllib.parse import parse_qs, unquote_to_bytes

from kgbuild.errors import KgbuildError
from kgbuild.mapping.load import RegistryMapping
from kgbuild.query import page, render, sparql, sparql_text
from kgbuild.query.request import MAX_BYTES, Refused, Request
from kgbuild.query.sandbox import QueryError, RanAway, Work, without_files

if TYPE_CHECKING:
    import pyoxigraph as ox

_ROWS = {
    "application/sparql-results+json": "JSON",
    "application/sparql-results+xml": "XML",
    "text/csv": "CSV",
    "text/tab-separated-values": "TSV",
}
_TRIPLES = {"text/turtle": "turtle", "application/n-triples": "ntriples"}
#: Other media types that clients use for these formats.
_SYNONYMS = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/plain": "application/n-triples",
}
_TEXT = "text/plain; charset=utf-8"
_METHODS = "GET, HEAD, POST, OPTIONS"
_READ_ONLY = "expected a query, got an update; this endpoint is read-only"


class Reply(NamedTuple):
    """The status, the media type and the body of a response."""

    status: int
    type: str
    body: bytes | BinaryIO

    @classmethod
    def to_error(cls, error: KgbuildError | Refused) -> Reply:
        """Return the reply to a request that was refused, or whose work failed."""
        status = error.status if isinstance(error, Refused) else 503 if isinstance(error, RanAway) else 400
        return cls(status, _TEXT, f"{error}\n".encode("utf-8", "replace"))

    @classmethod
    def to_work(cls, text: str, file: BinaryIO) -> Reply:
        """Return the reply that some work has made: ``text`` is the status and the media type."""
        status, _, type = text.partition(" ")
        return cls(int(status), type, file)


class Endpoint:
    """What is served: a store, the vocabulary of its build, and the origins whose pages may read the answers (``*`` is any)."""

    def __init__(self, store: ox.Store, vocabulary: RegistryMapping, origins: tuple[str, ...] = ()) -> None:
        self._store, self._vocabulary, self._origins = store, vocabulary, origins

    @cached_property
    def _files(self) -> Mapping[str, tuple[str, bytes]]:
        """The media type and the content of each path without a query."""
        script, style = (files("kgbuild.query").joinpath(name).read_bytes() for name in ("page.js", "page.css"))
        return {
            "/": ("text/html; charset=utf-8", page.render(self._vocabulary).encode("utf-8")),
            "/page.js": ("text/javascript; charset=utf-8", script),
            "/page.css": ("text/css; charset=utf-8", style),
        }

    def load(self) -> None:
        """Load everything that answers require: in the processes of queries nothing can be loaded any more."""
        store, prefixes = render.sample(), {"x": "x:"}
        for accept in (*_ROWS, *_TRIPLES):
            for text in (*render.REHEARSED, "DROP ALL"):
                _work(store, prefixes, text, accept, io.BytesIO())
        with contextlib.suppress(QueryError):
            _work(store, prefixes, "", "*/*", io.BytesIO())

    def answer(self, request: Request) -> Reply | Work:
        """Return the reply to a request, or the work that makes it. Raises Refused."""
        if request.method == "OPTIONS":
            return Reply(204, _TEXT, b"")
        if request.method == "POST":
            return self._post(request)
        if request.path in self._files:
            return Reply(200, *self._files[request.path])
        if request.path == "/query":
            return self._query(request, _fields(request.query))
        raise _not_found(request.path)

    def headers(self, request: Request | None, reply: Reply) -> list[tuple[str, str]]:
        """Return the header fields of a reply. ``request`` is None if it could not be read."""
        found = [
            ("Content-Type", reply.type), ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"), ("Vary", "Accept, Origin"),
            ("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"),
        ]  # fmt: skip
        if reply.status in (204, 405):
            found.append(("Allow", _METHODS))
        if reply.status == 503:
            found.append(("Retry-After", "5"))
        origin = request.header("origin") if request else None
        allowed = "*" if "*" in self._origins else origin if origin in self._origins else None
        if origin and allowed:
            found += [
                ("Access-Control-Allow-Origin", allowed), ("Access-Control-Allow-Methods", _METHODS),
                ("Access-Control-Allow-Headers", "Accept, Content-Type"),
            ]  # fmt: skip
        return found

    def _post(self, request: Request) -> Work:
        if request.path != "/query":
            raise _not_found(request.path)
        type = (request.header("content-type") or "text/plain").partition(";")[0].strip().lower()
        if type == "application/sparql-query":
            return self._query(request, {**_fields(request.query), "query": [_decoded(request.body)]})
        if type == "application/x-www-form-urlencoded":
            return self._query(request, _fields(_decoded(request.body)))
        if type == "application/sparql-update":
            raise Refused(403, _READ_ONLY)
        raise Refused(
            415, f"Content-Type: expected application/sparql-query or application/x-www-form-urlencoded, got {type}; send one of these"
        )

    def _query(self, request: Request, fields: Mapping[str, list[str]]) -> Work:
        if "update" in fields:
            raise Refused(403, _READ_ONLY)
        if len(fields.get("query", ())) != 1:
            raise Refused(400, f"query: expected it once, got it {len(fields.get('query', ()))} times; send the text of one query")
        for name in ("default-graph-uri", "named-graph-uri"):
            if name in fields:
                raise Refused(400, f"{name}: expected none, got {fields[name][0]!r}; the only graph here is the default graph")
        return partial(_work, self._store, self._vocabulary.prefixes.prefixes, fields["query"][0], request.header("accept") or "*/*")


def _not_found(path: str) -> Refused:
    if path in ("/update", "/store", "/data"):
        return Refused(403, f"{path}: expected a query, got a path for changes to the graph; this endpoint is read-only")
    return Refused(404, f"{path[:200]}: expected / or /query, got another path; queries go to /query")


def _fields(text: str) -> dict[str, list[str]]:
    if len(text) > 3 * MAX_BYTES:
        raise Refused(413, f"expected a query of at most {MAX_BYTES} bytes, got more; shorten the query")
    try:
        unquote_to_bytes(text).decode("utf-8")
        return parse_qs(text, keep_blank_values=True, max_num_fields=100, errors="strict")
    except ValueError:
        raise Refused(400, "expected a form in UTF-8, got something else; encode it as one") from None


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(400, "expected a query in UTF-8, got other bytes; send it as UTF-8") from None


def _work(store: ox.Store, prefixes: Mapping[str, str], text: str, accept: str, out: BinaryIO) -> str:
    """Write the answer of a query in the format that the client prefers, and return status and media type.

    Even the text of a query may take long to read, so nothing of it is read in the process of the server.
    """
    import pyoxigraph as ox

    try:
        with without_files():
            result = sparql.ask(store, text, {}, prefixes)
            if isinstance(result, ox.QueryTriples):
                type = preferred(accept, tuple(_TRIPLES))
                sparql.write_graph(result, _TRIPLES[type], out, prefixes)
            else:
                type = preferred(accept, tuple(_ROWS))
                result.serialize(out, format=getattr(ox.QueryResultsFormat, _ROWS[type]))
    except sparql_text.Update:
        out.write(f"{_READ_ONLY}\n".encode())
        return f"403 {_TEXT}"
    except (RuntimeError, OSError) as error:
        raise QueryError(sparql.message_of(error)) from None
    return f"200 {type}; charset=utf-8" if type.startswith("text/") else f"200 {type}"


def preferred(accept: str, offered: tuple[str, ...]) -> str:
    """Return the offered media type that an Accept header prefers (RFC 9110 §12.5.1), or the first one if it accepts none.

    >>> preferred("text/csv;q=0.5, application/json", ("application/sparql-results+json", "text/csv"))
    'application/sparql-results+json'
    """
    best, highest = offered[0], 0.0
    for item in accept.split(","):
        type, *parameters = (part.strip().lower() for part in item.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                with contextlib.suppress(ValueError):
                    quality = float(parameter[2:])
        type = _SYNONYMS.get(type, type)
        found = type if type in offered else next((known for known in offered if type in ("*/*", f"{known.partition('/')[0]}/*")), None)
        quality -= 0.001 if "*" in type else 0
        if found is not None and quality > highest:
            best, highest = found, quality
    return best
