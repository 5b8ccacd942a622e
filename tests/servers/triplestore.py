"""What the three triplestores have in common for tests: a process on a loopback port, its addresses, and questions to it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

READY = 60


class Triplestore:
    """A server that is started, stopped and killed by its process id. ``put_is_atomic`` is what STORES says of the store."""

    name = ""
    put_is_atomic = True
    user: str | None = None
    password = ""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.process: subprocess.Popen[bytes] | None = None

    base = query = update = store = ""

    def command(self, *, writable: bool) -> list[str]:
        """What starts the server."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """What its process is told."""
        return dict(os.environ)

    @property
    def auth(self) -> httpx.Auth | None:
        """What a request needs to be let in."""
        return httpx.BasicAuth(self.user, self.password) if self.user else None

    @property
    def alive(self) -> str:
        """What answers 200 once the server is ready."""
        return f"{self.query}?query=ASK%7B%7D"

    @property
    def options(self) -> list[str]:
        """What `kgbuild load sparql` is told."""
        return ["--endpoint", self.base, *(["--user", self.user] if self.user else [])]

    @property
    def env(self) -> dict[str, str]:
        """The environment that `kgbuild load sparql` is given."""
        return {"KGBUILD_SPARQL_PASSWORD": self.password} if self.user else {}

    def start(self, *, writable: bool = True) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(writable=writable), cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until = time.monotonic() + READY
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise AssertionError(f"{self.name} did not start: {(self.folder / 'server.log').read_text()[-2000:]}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return httpx.get(self.alive, auth=self.auth, timeout=10, verify=False).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """End it with -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as an operator does."""
        self._end(signal.SIGTERM)

    def _end(self, how: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        if self.process is not None:
            self.process.wait()
        self.process = None

    def select(self, text: str) -> list[dict[str, dict[str, str]]]:
        """The rows of a query, as SPARQL's JSON has them."""
        headers = {"Accept": "application/sparql-results+json"}
        answer = httpx.post(self.query, data={"query": text}, headers=headers, auth=self.auth, timeout=120, verify=False)
        assert answer.status_code == 200, answer.text
        found: Any = answer.json()
        return list(found["results"]["bindings"])

    def count(self, graph: str) -> int:
        """The triples of a graph."""
        (row,) = self.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        return int(row["n"]["value"])

    def graphs(self) -> dict[str, int]:
        """The named graphs that are not the server's own, and their triples."""
        rows = self.select("SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
        return {row["g"]["value"]: int(row["n"]["value"]) for row in rows if "g" in row and not self._own(row["g"]["value"])}

    def _own(self, graph: str) -> bool:
        return False

    def put(self, graph: str, ntriples: str | bytes) -> None:
        """Put triples into a graph of the store, without kgbuild."""
        answer = self.client(graph, "PUT", ntriples)
        assert answer.is_success, answer.text

    def client(self, graph: str, method: str, ntriples: str | bytes = b"") -> httpx.Response:
        """One request to the graph store."""
        with httpx.Client(auth=self.auth, timeout=300, verify=False) as client:
            client.get(self.store, params={"graph": "urn:x-none"})  # a digest needs a challenge before there is a body to send
            headers = {"Accept" if method == "GET" else "Content-Type": "application/n-triples"}
            return client.request(method, self.store, params={"graph": graph}, headers=headers, content=ntriples or None)


#: Starts a server of a test's own.
Fresh = Callable[..., AbstractContextManager[Triplestore]]


@contextmanager
def running(store: Triplestore, prepare: Callable[[], None] | None = None, *, writable: bool = True) -> Iterator[Triplestore]:
    """The store, started, and stopped at the end."""
    try:
        store.start(writable=writable)
        if prepare is not None:
            prepare()
        yield store
    finally:
        store.stop()


@pytest.fixture(params=["oxigraph", "fuseki", "virtuoso"])
def store(request: pytest.FixtureRequest) -> Triplestore:
    """Each of the three stores in turn."""
    found: Triplestore = request.getfixturevalue(request.param)
    return found


def fetched(folder: Path, wanted: str, commands: Sequence[Sequence[str]]) -> Path:
    """A file below a folder that some commands fetch, once, whatever number of workers want it. Raises CalledProcessError."""
    import fcntl

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / wanted).exists():
            for command in commands:
                subprocess.run(command, cwd=folder, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        return folder / wanted
