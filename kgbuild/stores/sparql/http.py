"""Send requests to a triplestore: SPARQL 1.1 Query, Update and Graph Store HTTP Protocol. Each failure is a RequestError."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, NamedTuple, Self

import h11
import httpx

from kgbuild.errors import KgbuildError
from kgbuild.stores.sparql.auth import ByChallenge, Credentials
from kgbuild.stores.sparql.triples import Triples
from kgbuild.version import __version__

#: Seconds to wait for a connection. The timeout of an answer is longer, because a load takes time (``Session``).
_CONNECT = 15.0
#: Bytes sent at a time, bytes of an error's answer that are read, and characters of it that are shown.
_PIECE, _ANSWER, _SHOWN = 2**18, 2**20, 200
_NTRIPLES = "application/n-triples"
_RESULTS = "application/sparql-results+json"
#: Errors below HTTP. httpx uses the parser h11 and does not wrap all of its errors.
_BROKEN = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, h11.ProtocolError, ssl.SSLError, OSError)


class StoreAddresses(NamedTuple):
    """The addresses of a store for queries, updates and graphs."""

    query: str
    update: str
    graph_store: str


class RequestError(KgbuildError):
    """A failed request. ``status`` is the status of the answer, or None if there was no answer."""

    def __init__(self, where: str, expected: str, got: str, todo: str, status: int | None = None) -> None:
        self.where, self.expected, self.got, self.todo, self.status = where, expected, got, todo, status
        super().__init__(self.sentence())

    def sentence(self, state: str = "") -> str:
        """Return the error's sentence, with the state of a graph."""
        return f"{self.where}: expected {self.expected}, got {self.got}; {state}{state and '; '}{self.todo}"


class Session:
    """Requests to one store. ``timeout`` is the number of seconds to wait for each answer."""

    def __init__(self, credentials: Credentials | None, timeout: float) -> None:
        self._credentials, self._timeout = credentials, timeout
        self._client = httpx.Client(
            auth=ByChallenge(credentials) if credentials else None,
            timeout=httpx.Timeout(timeout, connect=min(_CONNECT, timeout)),
            headers={"User-Agent": f"kgbuild/{__version__}"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def number(self, address: str, query: str) -> int:
        """Return the number that a query binds to ``?n``. Raises RequestError."""
        with self._answer("POST", address, data={"query": query}, headers={"Accept": _RESULTS}) as answer:
            text = _text(answer)
            try:
                (row,) = json.loads(text)["results"]["bindings"]
                return int(row["n"]["value"])
            except (ValueError, KeyError, TypeError):
                kind = answer.headers.get("Content-Type", "no type")
                got, todo = f"{kind}: {self._shown(text)}", "give the address for queries with --query"
                raise RequestError(address, "SPARQL results as JSON", got, todo, answer.status_code) from None

    def update(self, address: str, text: str) -> None:
        """Send one update. Raises RequestError."""
        with self._answer("POST", address, data={"update": text}):
            pass

    def put(self, store: str, graph: str, body: bytes | Triples) -> None:
        """Replace a graph by N-Triples. The request has a Content-Length. Raises RequestError."""
        size = body.size if isinstance(body, Triples) else len(body)
        headers = {"Content-Type": _NTRIPLES, "Content-Length": str(size)}
        content = _Upload(body) if isinstance(body, Triples) else body
        with self._answer("PUT", _graph(store, graph), headers=headers, content=content, shown=store):
            pass

    def delete(self, store: str, graph: str) -> None:
        """Remove a graph if it exists. Raises RequestError."""
        try:
            with self._answer("DELETE", _graph(store, graph), shown=store):
                pass
        except RequestError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    @contextmanager
    def constructed(self, address: str, query: str) -> Iterator[Iterator[bytes]]:
        """Yield the N-Triples that a query constructs, in pieces. Raises RequestError."""
        with self._answer("POST", address, data={"query": query}, headers={"Accept": _NTRIPLES}) as answer:
            yield answer.iter_bytes()

    @contextmanager
    def ntriples(self, store: str, graph: str) -> Iterator[Iterator[bytes]]:
        """Yield the N-Triples of a graph, in pieces. Raises RequestError."""
        with self._answer("GET", _graph(store, graph), headers={"Accept": _NTRIPLES}, shown=store) as answer:
            yield answer.iter_bytes()

    @contextmanager
    def _answer(self, method: str, url: str | httpx.URL, *, shown: str = "", **request: Any) -> Iterator[httpx.Response]:
        where = shown or str(url)
        try:
            with self._client.stream(method, url, **request) as answer:
                if not answer.is_success:
                    raise self._refused(method, where, answer)
                yield answer
        except _BROKEN as error:
            raise RequestError(where, f"an answer to {method}", self._broken(error), "check that the server runs, and load again") from None

    def _broken(self, error: Exception) -> str:
        if isinstance(error, httpx.TimeoutException):
            return f"none within {_CONNECT if isinstance(error, httpx.ConnectTimeout) else self._timeout:g} s"
        return self._shown(str(error)) if str(error) else type(error).__name__

    def _refused(self, method: str, where: str, answer: httpx.Response) -> RequestError:
        status, text = answer.status_code, self._shown(_text(answer))
        got = f"{status} {answer.reason_phrase}".strip() + (f" ({text})" if text else "")
        if status == HTTPStatus.UNAUTHORIZED:
            if self._credentials:
                return RequestError(where, f"a login as {self._credentials.user}", got, "correct the user or the password", status)
            return RequestError(
                where, "access without a login", got, "give --user, and the password in a file, the environment or .netrc", status
            )
        if answer.is_redirect:
            return RequestError(where, f"an answer to {method}", f"{status}, a redirect", "give the address that it redirects to", status)
        if status in (HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED) or (status == HTTPStatus.NOT_FOUND and method != "GET"):
            return RequestError(where, f"permission for {method}", got, "give the right address, and a user with write access", status)
        return RequestError(where, f"success of {method}", got, "see the server's log", status)

    def _shown(self, text: str) -> str:
        """Return the beginning of a server's text on one line, with the password masked."""
        if self._credentials and self._credentials.password:
            text = text.replace(self._credentials.password, "…")
        words = "".join(c if c.isprintable() else " " for c in text[: 4 * _SHOWN]).split()
        line = " ".join(words)
        return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


class _Upload:
    """A file as the body of a request. It can be sent twice, because a challenge makes the client repeat the request."""

    def __init__(self, triples: Triples) -> None:
        self._path = triples.path

    def __iter__(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


def _graph(store: str, graph: str) -> httpx.URL:
    """Return the address of a graph (Graph Store HTTP Protocol §4.2).

    Raises AssertionError if it names no graph, because a request without a graph changes the whole dataset.
    """
    url = httpx.URL(store).copy_merge_params({"graph": graph})
    if not graph or url.params.get_list("graph") != [graph]:
        raise AssertionError(f"{store}: expected a request for exactly one graph")
    return url


def _text(answer: httpx.Response) -> str:
    """Return the beginning of an answer's text."""
    data = bytearray()
    for piece in answer.iter_bytes():
        data += piece
        if len(data) >= _ANSWER:
            break
    return data.decode(answer.charset_encoding or "utf-8", "replace")
