"""What the tests of `kgbuild load sparql` share: the command, triples by value, and a proxy that breaks connections."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import httpx
import pyoxigraph
import pytest
from running import run_command

if TYPE_CHECKING:
    from click.testing import Result
    from servers.triplestore import Triplestore

GRAPH = "https://w3id.org/kg-registry/graph/graph"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS = {_XSD + name for name in ("integer", "decimal", "nonNegativeInteger")}
_TEXTS = {None, _XSD + "string"}

Term = tuple[str, object]
Triple = tuple[str, str, Term]


def load(store: Triplestore, folder: Path, *more: str, port: int | None = None) -> Result:
    """`kgbuild load sparql` of an export into a store, or through another port; the password is in the environment."""
    options = [option.replace(f":{store.port}", f":{port}") if port else option for option in store.options]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in store.env.items():
            patch.setenv(name, value)
        return run_command(["load", "sparql", *options, "--from", str(folder), *more])


def said(result: Result) -> str:
    """What a load that failed says: one sentence, exit status 2, nothing on standard output."""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert (result.exit_code, result.stdout, len(errors)) == (2, "", 1), result.stderr
    assert result.stderr.endswith(errors[0] + "\n")
    return re.sub(r"127\.0\.0\.1:\d+", "HOST", errors[0].removeprefix("error: "))


def loaded(result: Result) -> list[str]:
    """What a load that did its work says, but for the addresses."""
    assert (result.exit_code, result.stdout) == (0, ""), result.stderr
    return [line for line in result.stderr.splitlines() if not line.startswith("found ")]


@lru_cache(maxsize=8)
def triples(path: Path) -> frozenset[Triple]:
    """The triples of a file, by value."""
    return frozenset(by_value(path.read_bytes()))


def by_value(ntriples: bytes) -> set[Triple]:
    found = set()
    for triple in pyoxigraph.parse(ntriples, format=pyoxigraph.RdfFormat.N_TRIPLES):
        literal = isinstance(triple.object, pyoxigraph.Literal)
        term = value(triple.object.value, triple.object.datatype.value) if literal else ("iri", triple.object.value)
        found.add((triple.subject.value, triple.predicate.value, term))
    return found


def value(text: str, datatype: str | None) -> Term:
    """A literal by what it stands for."""
    if datatype in _NUMBERS:
        return "number", Decimal(text)
    if datatype == _XSD + "boolean":
        return "boolean", {"true": True, "1": True, "false": False, "0": False}[text]
    return ("text", text) if datatype in _TEXTS else (str(datatype), text)


def about(store: Triplestore, subject: str, graph: str = GRAPH) -> set[Triple]:
    """The triples of a subject, as queries tell them."""
    rows = store.select(f"SELECT ?p ?o WHERE {{ GRAPH <{graph}> {{ <{subject}> ?p ?o }} }}")
    found = set()
    for row in rows:
        object = row["o"]
        term = ("iri", object["value"]) if object["type"] == "uri" else value(object["value"], object.get("datatype"))
        found.add((subject, row["p"]["value"], term))
    return found


class Counts(NamedTuple):
    """How many triples, all in all, by predicate, and by class."""

    all: int
    predicates: dict[str, int]
    types: dict[str, int]


def counts_in(path: Path) -> Counts:
    said = triples(path)
    return Counts(len(said), dict(Counter(p for _, p, _ in said)), dict(Counter(str(o[1]) for _, p, o in said if p == TYPE)))


def counts_of(store: Triplestore, graph: str = GRAPH) -> Counts:
    def grouped(pattern: str, key: str) -> dict[str, int]:
        rows = store.select(f"SELECT ?{key} (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ {pattern} }} }} GROUP BY ?{key}")
        return {row[key]["value"]: int(row["n"]["value"]) for row in rows if key in row}

    return Counts(store.count(graph), grouped("?s ?p ?o", "p"), grouped(f"?s <{TYPE}> ?o", "o"))


class Proxy:
    """Passes bytes to a server until so many have gone up to it; then calls something, and ends all connections."""

    def __init__(self, target: int, after: int, then: Callable[[], None]) -> None:
        self._target, self._after, self._then = target, after, then
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.broke = False
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                client.close()
                continue
            with self._lock:
                self._open += [client, server]
            for pair in ((client, server, True), (server, client, False)):
                self._threads.append(threading.Thread(target=self._pass, args=pair))
                self._threads[-1].start()

    def _pass(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(2**16):
                sink.sendall(data)
                if up and self._counted(len(data)):
                    self._then()
                    self.end()
                    return
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _counted(self, size: int) -> bool:
        with self._lock:
            before, self._after = self._after, self._after - size
            self.broke = self.broke or self._after <= 0 < before
            return self._after <= 0 < before

    def end(self) -> None:
        """End all connections, and take no more. (Who goes on sending is told so by the close only: a shutdown lets it wait.)"""
        with self._lock, contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def join(self) -> None:
        """End all, and wait for the threads."""
        self.end()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()


@contextmanager
def breaking(store: Triplestore, after: int, then: Callable[[], None] = lambda: None) -> Iterator[Proxy]:
    """A proxy before a store, which breaks after some bytes; that it did is asserted."""
    proxy = Proxy(int(urlsplit(store.base).port or 0), after, then)
    try:
        yield proxy
        assert proxy.broke
    finally:
        proxy.join()


@contextmanager
def reader(store: Triplestore, graph: str = GRAPH) -> Iterator[list[int]]:
    """Counts the triples of a graph all the while, in a thread; each number that differs from the one before is kept."""
    seen: list[int] = []
    done = threading.Event()

    def poll() -> None:
        while not done.is_set():
            with contextlib.suppress(httpx.TransportError):  # while the server is down
                now = store.count(graph)
                if seen[-1:] != [now]:
                    seen.append(now)
            done.wait(0.02)

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()
