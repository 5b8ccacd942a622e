"""What `kgbuild load sparql` is told, without a server: addresses, users and passwords, and the triples of a file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from running import run_command
from servers.sparql import said

from kgbuild.errors import UsageError
from kgbuild.stores.sparql import triples
from kgbuild.stores.sparql.auth import Credentials, How, credentials
from kgbuild.stores.sparql.http import RequestError, Session
from kgbuild.stores.sparql.triples import Triples, counted, digest

HERE = "http://localhost:7878"


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No password in the environment, and no .netrc but the test's own."""
    monkeypatch.delenv("KGBUILD_SPARQL_PASSWORD", raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "--endpoint: expected the address of a store, got none; give --endpoint, or --query, --update, --graph-store"),
        (
            ["--query", HERE],
            "--endpoint: expected the address of a store, got --query; give --endpoint, or --query, --update, --graph-store",
        ),
        (
            ["--endpoint", HERE, "--update", HERE],
            "--endpoint: expected it or --query, --update, --graph-store, got both; leave out one of the two",
        ),
        (
            ["--endpoint", "localhost:7878"],
            "--endpoint: expected an HTTP address such as http://localhost:7878, got 'localhost:7878'; give the address of the store",
        ),
        (
            ["--endpoint", "http://h:99999"],
            "--endpoint: expected an HTTP address such as http://localhost:7878, got 'http://h:99999'; give the address of the store",
        ),
        (
            ["--endpoint", "http://me:secret-one@localhost:7878"],
            "--endpoint: expected an address without a user, got one with a user; give --user and --password-file instead",
        ),
        (
            ["--query", HERE, "--update", HERE, "--graph-store", f"{HERE}/store?default"],
            f"--graph-store: expected an address without a graph, got {HERE}/store?default; give the graph with --graph",
        ),
        (
            ["--endpoint", HERE, "--user", "me"],
            "--user me: expected a password, got none; give --password-file, KGBUILD_SPARQL_PASSWORD or a line in .netrc",
        ),
        (["--endpoint", HERE, "--password-file", "p"], "--password-file: expected --user with it, got no user; give --user too"),
        (
            ["--endpoint", HERE, "--user", "me", "--password-file", "nowhere"],
            "--password-file nowhere: expected a file with the password, got No such file or directory; give another file",
        ),
    ],
)
def test_what_cannot_be_meant(options: list[str], sentence: str) -> None:
    result = run_command(["load", "sparql", "no-input", *options])
    assert said(result) == sentence
    assert "secret-one" not in result.stderr


def test_where_a_password_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert credentials(HERE, None, None, "auto") is None
    (tmp_path / "netrc").write_text("machine localhost login her password from-netrc\nmachine other login x password y\n")
    (tmp_path / "netrc").chmod(0o600)
    assert credentials(HERE, None, None, "auto") == ("her", "from-netrc", "auto")
    assert credentials("https://elsewhere.example.org", None, None, "auto") is None
    monkeypatch.setenv("KGBUILD_SPARQL_PASSWORD", "from-environment")
    assert credentials(HERE, "me", None, "basic") == ("me", "from-environment", "basic")
    (tmp_path / "file").write_text("from file \r\n")
    assert credentials(HERE, "me", tmp_path / "file", "digest") == ("me", "from file ", "digest")
    assert "from" not in repr(credentials(HERE, "me", tmp_path / "file", "digest"))


@pytest.mark.parametrize(
    ("data", "got"),
    [(b"", "an empty one"), (b"\n", "an empty one"), (b"secret-one\ntwo\n", "several lines"), (b"\xff", "bytes that are no UTF-8")],
)
def test_a_file_without_a_password(tmp_path: Path, data: bytes, got: str) -> None:
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(UsageError) as raised:
        credentials(HERE, "me", tmp_path / "file", "auto")
    assert f"got {got}; " in str(raised.value)
    assert "secret-one" not in str(raised.value)


def test_a_netrc_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine localhost login me password secret-one\nnonsense secret-two\n")
    (tmp_path / "netrc").chmod(0o600)
    with pytest.raises(UsageError) as raised:
        credentials(HERE, None, None, "auto")
    assert (
        str(raised.value)
        == f"{tmp_path}/netrc:2: expected `machine HOST login USER password PASSWORD`, got another line; write the line in this form"
    )


@contextmanager
def asking(challenges: list[str]) -> Iterator[tuple[str, list[tuple[str, dict[str, str], bytes]]]]:
    """A server that lets in whoever shows any password, and asks as told; its address, and what it was sent."""
    seen: list[tuple[str, dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.headers.get("Authorization", "none").split()[0], dict(self.headers), body))
            self.send_response(401 if seen[-1][0] == "none" else 200)
            for challenge in challenges:
                self.send_header("WWW-Authenticate", challenge)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/store", seen
        finally:
            server.shutdown()
            thread.join()


DIGEST = 'Digest realm="r", nonce="n", qop="auth"'


@pytest.mark.parametrize(
    ("how", "challenges", "schemes"),
    [
        ("auto", ['Basic realm="r"'], ["none", "Basic"]),
        ("auto", [DIGEST], ["none", "none", "Digest"]),
        ("auto", ['Basic realm="r"', DIGEST], ["none", "none", "Digest"]),
        ("auto", ["Negotiate"], ["none"]),
        ("basic", [], ["Basic"]),
        ("digest", [DIGEST], ["none", "Digest"]),
        ("digest", ['Basic realm="r"'], ["none"]),
    ],
)
def test_a_password_is_shown_as_it_is_asked_for(tmp_path: Path, how: How, challenges: list[str], schemes: list[str]) -> None:
    """And the file is sent whole each time, its length known, neither in chunks nor compressed, to an address with a graph."""
    path = tmp_path / "a.nt"
    path.write_bytes(b"<a:> <b:> <c:> .\n" * 50_000)
    with asking(challenges) as (address, seen), Session(Credentials("me", "pw", how), 30) as session:
        if schemes[-1] == "none":
            with pytest.raises(RequestError, match="expected a login as me, got 401"):
                session.put(address, "urn:g", counted(path))
        else:
            session.put(address, "urn:g", counted(path))
    assert [scheme for scheme, _, _ in seen] == schemes
    for _, headers, body in seen:
        assert body == path.read_bytes()
        assert headers["Content-Type"] == "application/n-triples"
        assert {"Transfer-Encoding", "Content-Encoding"} & set(headers) == set()


@pytest.mark.parametrize("graph", [""])
def test_no_request_without_a_graph(graph: str) -> None:
    with Session(None, 1) as session:
        for request in (lambda: session.put(HERE, graph, b""), lambda: session.delete(HERE, graph)):
            with pytest.raises(AssertionError, match="without the one graph that it is for"):
                request()


def test_distinct_triples_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.nt"
    lines = [f'<a:{number % 700}> <b:> "{number % 700}" .\n'.encode() for number in range(1000)]
    path.write_bytes(b"".join(lines))
    whole = Triples(path, path.stat().st_size, 700)
    assert counted(path) == whole
    monkeypatch.setattr(triples, "_AT_A_TIME", 500)  # many parts
    assert counted(path) == whole
    path.write_bytes(b"")
    assert counted(path) == Triples(path, 0, 0)


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[i : i + size] for i in range(0, len(data), size))


def test_the_digest_is_of_values() -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    one = f'<a:> <b:> "-01.50"^^<{xsd}decimal> .\n<a:> <b:> "7"^^<{xsd}nonNegativeInteger> .\n<a:> <b:> "0.0"^^<{xsd}decimal> .\n'
    two = f'<a:>\t<b:>\t"+7"^^<{xsd}int> .\n# said otherwise\n<a:> <b:> "-1.5"^^<{xsd}decimal> .\n<a:> <b:> "-0"^^<{xsd}integer> .'
    assert digest(pieces(one.encode(), 7)) == digest(pieces(two.encode(), 1000))
    for other in (
        one.replace("7", "8"),
        one.replace("nonNegativeInteger", "string"),
        one.replace("<a:>", "<A:>", 1),
        one[: one.index("\n") + 1],
    ):
        assert digest(pieces(other.encode(), 50)) != digest(pieces(one.encode(), 50))
