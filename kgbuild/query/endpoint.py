"""Serve a read-only SPARQL endpoint over a store (SPARQL 1.1 Protocol, §2.1) and a page with the named questions. Each request has a process."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socketserver
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from importlib.resources import files
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple
from urllib.parse import parse_qs, unquote_to_bytes, urlsplit

from kgbuild.errors import KgbuildError, traceback_of, unexpected
from kgbuild.mapping.load import RegistryMapping
from kgbuild.pipeline.interrupts import SIGNALS
from kgbuild.query import page, sandbox, sparql
from kgbuild.query.sandbox import Bounds, QueryError, RanAway

if TYPE_CHECKING:
    import pyoxigraph as ox

#: The most bytes of a query, and the most requests that are answered at the same time; others wait.
_MAX_BYTES, _MAX_REQUESTS = 2**20, 8
#: Seconds to wait for a client's request.
_REQUEST_TIMEOUT = 20
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
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Served(NamedTuple):
    """The content of an endpoint and the limits of its queries."""

    store: ox.Store
    vocabulary: RegistryMapping
    bounds: Bounds


class Refused(Exception):
    """A request that is answered with an error status and a message."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class EndpointServer(socketserver.ForkingMixIn, socketserver.TCPServer):
    """A server on one address. Each request is answered in a fork, so that a query can be stopped and leaves nothing behind."""

    allow_reuse_address = True
    max_children = _MAX_REQUESTS
    request_queue_size = 64
    timeout = None

    def __init__(self, host: str, port: int, served: Served) -> None:
        self.served, self.host = served, host
        if ":" in host:
            import socket

            self.address_family = socket.AF_INET6
        super().__init__((host, port), Handler)

    @property
    def address(self) -> str:
        """The address of the page."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.server_address[1]}/"

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  # the signature of socketserver
        """Print unexpected errors. A client that disconnects is not an error."""
        import sys

        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            print(traceback_of(error) + unexpected(error), file=sys.stderr, flush=True)  # noqa: T201  # in a process of one request


class Handler(BaseHTTPRequestHandler):
    """One connection with one request."""

    server: EndpointServer
    server_version, sys_version = "kgbuild", ""
    timeout = _REQUEST_TIMEOUT

    def log_message(self, format: str, *args: Any) -> None:
        """Do not log requests."""

    def do_GET(self) -> None:
        """Answer with the page, or with the result of the query in the address."""
        self._answer(self._get)

    do_HEAD = do_GET  # noqa: N815  # the names that http.server requires

    def do_POST(self) -> None:
        """Answer a query in a form or in the body."""
        self._answer(self._post)

    def do_OPTIONS(self) -> None:
        """Answer the preflight request that browsers send for a page on another address (CORS)."""
        self._answer(lambda: self._send(204, "text/plain", b""))

    def _other(self) -> None:
        self._answer(self._refuse)

    do_PUT = do_DELETE = do_PATCH = _other  # noqa: N815

    def _refuse(self) -> None:
        raise Refused(405, f"{self.command}: expected GET or POST, got another method; this endpoint is read-only")

    def _answer(self, work: Any) -> None:
        for number in SIGNALS:  # the server handles them, and waits for this answer
            signal.signal(number, signal.SIG_IGN)
        try:
            self._check_host()
            work()
        except Refused as refused:
            self._send(refused.status, "text/plain; charset=utf-8", f"{refused}\n".encode())
        except KgbuildError as error:
            self._send(503 if isinstance(error, RanAway) else 400, "text/plain; charset=utf-8", f"{error}\n".encode())
        except OSError:
            raise  # the client has disconnected
        except Exception as error:
            self._send(500, "text/plain; charset=utf-8", f"{unexpected(error)}\n".encode())
            raise  # the server prints it too

    def _check_host(self) -> None:
        """Refuse a request for a host name that is not of this machine: a foreign page may resolve its own name to it (DNS rebinding)."""
        host = self.headers.get("Host", "")
        name = host.rpartition(":")[0] if re.search(r":\d+\Z", host) else host
        if self.server.host in _LOOPBACK and name.strip("[]").lower() not in _LOOPBACK:
            raise Refused(421, f"Host: expected a name of this machine, got {host!r}; use {self.server.address}")

    def _get(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/":
            self._send(200, "text/html; charset=utf-8", page.render(self.server.served.vocabulary).encode("utf-8"))
        elif url.path == "/query":
            self._query(_fields(url.query))
        elif url.path in ("/page.js", "/page.css"):
            text = files("kgbuild.query").joinpath(url.path[1:]).read_bytes()
            self._send(200, "text/javascript; charset=utf-8" if url.path.endswith("js") else "text/css; charset=utf-8", text)
        else:
            self._not_found(url.path)

    def _not_found(self, path: str) -> None:
        if path in ("/update", "/store", "/data"):
            raise Refused(403, f"{path}: expected a query, got a path for changes to the graph; this endpoint is read-only")
        raise Refused(404, f"{path[:200]}: expected / or /query, got another path; queries go to /query")

    def _post(self) -> None:
        url = urlsplit(self.path)
        if url.path != "/query":
            self._not_found(url.path)
        body, type = self._body(), self.headers.get_content_type()
        if type == "application/sparql-query":
            self._query({**_fields(url.query), "query": [_decoded(body)]})
        elif type == "application/x-www-form-urlencoded":
            self._query(_fields(_decoded(body)))
        elif type == "application/sparql-update":
            raise Refused(403, "expected a query, got an update; this endpoint is read-only")
        else:
            raise Refused(
                415, f"Content-Type: expected application/sparql-query or application/x-www-form-urlencoded, got {type}; send one of these"
            )

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch(r"[0-9]{1,18}", length):
            raise Refused(411, "Content-Length: expected a number of bytes, got none; send the query with its length")
        if int(length) > _MAX_BYTES:
            raise Refused(413, f"expected a query of at most {_MAX_BYTES} bytes, got {length}; shorten the query")
        return self.rfile.read(int(length))

    def _query(self, fields: Mapping[str, list[str]]) -> None:
        if "update" in fields:
            raise Refused(403, "expected a query, got an update; this endpoint is read-only")
        if len(fields.get("query", ())) != 1:
            raise Refused(400, f"query: expected it once, got it {len(fields.get('query', ()))} times; send the text of one query")
        for name in ("default-graph-uri", "named-graph-uri"):
            if name in fields:
                raise Refused(400, f"{name}: expected none, got {fields[name][0]!r}; the only graph here is the default graph")
        (text,) = fields["query"]
        if sparql.is_update(text):
            raise Refused(403, "expected a query, got an update; this endpoint is read-only")
        accept = self.headers.get("Accept", "*/*")
        type, file = sandbox.run(lambda out: _work(self.server.served, text, accept, out), self.server.served.bounds)
        with file:
            self._send(200, type, file)

    def _send(self, status: int, type: str, body: bytes | BinaryIO) -> None:
        length = len(body) if isinstance(body, bytes) else os.fstat(body.fileno()).st_size
        self.close_connection = True
        self.send_response(status)
        for name, value in (
            ("Content-Type", type), ("Content-Length", str(length)), ("Connection", "close"), ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"), ("Access-Control-Allow-Headers", "Accept, Content-Type"),
            ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"), ("Vary", "Accept"),
            ("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"),
        ):  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if isinstance(body, bytes):
            self.wfile.write(body)
        else:
            while data := body.read(2**16):
                self.wfile.write(data)


def _fields(text: str) -> dict[str, list[str]]:
    if len(text) > 3 * _MAX_BYTES:
        raise Refused(413, f"expected a query of at most {_MAX_BYTES} bytes, got more; shorten the query")
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


def _work(served: Served, text: str, accept: str, out: BinaryIO) -> str:
    """Write the answer of a query in the format that the client prefers, and return the media type."""
    import pyoxigraph as ox

    sparql.shut()
    prefixes = served.vocabulary.prefixes.prefixes
    try:
        result = sparql.ask(served.store, text, {}, prefixes)
        if isinstance(result, ox.QueryTriples):
            type = preferred(accept, tuple(_TRIPLES))
            sparql.write_graph(result, _TRIPLES[type], out, prefixes)
        else:
            type = preferred(accept, tuple(_ROWS))
            result.serialize(out, format=getattr(ox.QueryResultsFormat, _ROWS[type]))
    except (RuntimeError, OSError) as error:
        raise QueryError(sparql.message_of(error)) from None
    return f"{type}; charset=utf-8" if type.startswith("text/") else type


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
