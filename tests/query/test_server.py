"""`kgbuild serve` and clients that are slow, many, wrong or on foreign pages; how it stops."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from paths import ROOT

ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
COUNT = "SELECT (COUNT(*) AS ?n) { ?s a kgrs:Product }"
ANSWER = b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"17","datatype":"http://www.w3.org/2001/XMLSchema#integer"}}]}}'
#: It takes minutes, and no memory.
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
#: It takes all memory that it can get.
HUNGRY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a"


@contextmanager
def serving(*arguments: str, ends: int | None = 0) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server and its port. It is interrupted at the end unless it has ended, and must give this status."""
    command = [sys.executable, "-m", "kgbuild", "serve", "input", "--port", "0", "--no-cache", *arguments]
    server = subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # as in test_serve.py
    )  # fmt: skip
    assert server.stderr is not None
    try:
        (port,) = re.findall(r"questions at http://127\.0\.0\.1:(\d+)/", server.stderr.readline().decode())
        yield server, int(port)
        if server.poll() is None:
            server.send_signal(signal.SIGINT)
        server.wait(20)
    finally:
        server.kill()
        rest = server.communicate()[1]
    if ends is not None:
        assert (server.returncode, rest) == (ends, b"stopped\n")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving("--timeout", "2", "--allow-origin", "https://Notebook.example:8888/") as (_, port):
        yield port


def sent(port: int, data: bytes, *, seconds: float = 20) -> bytes:
    """What the server answers to some bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as client:
        client.sendall(data)
        received = b""
        while more := client.recv(65536):
            received += more
    return received


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def post(port: int, query: str, **more: str) -> httpx.Response:
    return httpx.post(f"http://127.0.0.1:{port}/query", data={"query": query}, headers=more, timeout=60)


HOST = b"Host: 127.0.0.1\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.mark.parametrize("target", [
    b"//", b"//query?query=ASK%7B%7D", b"http://[", b"http://[::1", b"http://127.0.0.1:x/",
    b"http://user@127.0.0.1/", b"https://127.0.0.1/", b"*", b"query", b"?query=x",
    b"/query?query=ASK{}",
    b"/%", b"/%zz", b"/#a", b"/\\a", b"/\xc3\xa9", b"/a b", b"/\x00", b"/\x7f", b"/[", b"127.0.0.1:80", b"ftp://127.0.0.1/", b"/^", b"",
])  # fmt: skip
def test_an_odd_target_is_400(target: bytes, port: int) -> None:
    assert status(sent(port, b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")) == 400


@pytest.mark.parametrize(("request_line", "expected"), [
    (b"GET http://127.0.0.1:1/ HTTP/1.1", 200), (b"GET HTTP://localhost HTTP/1.1", 200), (b"GET http://rebound.example/ HTTP/1.1", 421),
    (b"OPTIONS * HTTP/1.1", 204), (b"GET / HTTP/1.0", 200), (b"GET / HTTP/2.0", 505),
    (b"GET / HTTP/1.2", 505), (b"GET / HTTP/x", 400), (b"GET /", 400),
    (b"CONNECT 127.0.0.1:80 HTTP/1.1", 400), (b"TRACE / HTTP/1.1", 405), (b"get / HTTP/1.1", 405), (b"\x16\x03\x01", 400),
    (b"GET /" + b"a" * 70_000 + b" HTTP/1.1", 414), (b"GET /../../etc/passwd HTTP/1.1", 404),
])  # fmt: skip
def test_request_lines(request_line: bytes, expected: int, port: int) -> None:
    """RFC 9112 §3. The absolute form names the host itself."""
    assert status(sent(port, request_line + b"\r\n" + HOST + b"\r\n")) == expected


@pytest.mark.parametrize(("fields", "expected"), [
    (b"", 400), (HOST + HOST, 400), (b"Host: 127.0.0.1\r\nHost: rebound.example\r\n", 400), (b"Host: a b\r\n", 400),
    (b"Host: 127.0.0.1:x\r\n", 400),
    (b"Host: http://127.0.0.1\r\n", 400), (b"Host: 127.0.0.1\r\n rebound.example\r\n", 400), (b"Host: user@127.0.0.1\r\n", 400),
    (b"Host : 127.0.0.1\r\n", 400),
    (b"Host: \r\n", 421), (b"Host: rebound.example\r\n", 421), (b"Host: 127.0.0.1.rebound.example\r\n", 421),
    (b"Host: [::1]:80\r\n", 200), (b"hOST: LOCALHOST\r\n", 200),
    (HOST + b"Accept: text/csv\r\nAccept: text/html\r\n", 200), (HOST + b"Origin: http://a\r\nOrigin: http://b\r\n", 400),
    (HOST + b"X" * 70_000 + b": a\r\n", 431),
])  # fmt: skip
def test_host_and_other_fields(fields: bytes, expected: int, port: int) -> None:
    """RFC 9112 §3.2, §5."""
    assert status(sent(port, b"GET / HTTP/1.1\r\n" + fields + b"\r\n")) == expected


@pytest.mark.parametrize(("fields", "body", "expected"), [
    (b"Content-Length: 15\r\n", b"query=ASK%7B%7D", 200), (b"Content-Length: 15\r\nContent-Length: 15\r\n", b"query=ASK%7B%7D", 200),
    (b"Content-Length: 15\r\nContent-Length: 16\r\n", b"query=ASK%7B%7D", 400), (b"Content-Length: 15, 16\r\n", b"query=ASK%7B%7D", 400),
    (b"Content-Length: -1\r\n", b"", 400), (b"Content-Length: x\r\n", b"", 400), (b"Content-Length: 99999999999999999999999\r\n", b"", 400),
    (b"Content-Length: 9999999\r\n", b"", 413), (b"Content-Length: 1048577\r\n", b"x" * 1048577, 413),
    (b"Transfer-Encoding: chunked\r\n", b"f\r\nquery=ASK%7B%7D\r\n0\r\n\r\n", 200), (b"Transfer-Encoding: gzip\r\n", b"", 501),
    (b"Transfer-Encoding: chunked\r\n", b"z\r\n", 400),
    (b"Transfer-Encoding: chunked\r\nContent-Length: 15\r\n", b"f\r\nquery=ASK%7B%7D\r\n0\r\n\r\n", 400),
    (b"Content-Length: 15\r\nContent-Type: text/plain\r\n", b"query=ASK%7B%7D", 400),
])  # fmt: skip
def test_lengths_of_bodies(fields: bytes, body: bytes, expected: int, port: int) -> None:
    """RFC 9112 §6."""
    assert status(sent(port, b"POST /query HTTP/1.1\r\n" + HOST + FORM + fields + b"\r\n" + body)) == expected


def test_a_client_that_waits_for_leave_to_send_its_body(port: int) -> None:
    """RFC 9110 §10.1.1."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(b"POST /query HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: 15\r\nExpect: 100-continue\r\n\r\n")
        assert status(client.recv(1000)) == 100
        client.sendall(b"query=ASK%7B%7D")
        assert status(client.recv(1000)) == 200


def test_a_response_is_whole(port: int) -> None:
    answer = sent(port, b"\r\nGET /query?query=ASK%7B%7D HTTP/1.1\r\n" + HOST + b"\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    names = [line.partition(b":")[0] for line in head.splitlines()]
    assert names == [
        b"HTTP/1.1 200 OK", b"Date", b"Server", b"Connection", b"Content-Length", b"Content-Type", b"X-Content-Type-Options",
        b"Cache-Control", b"Vary",
        b"Content-Security-Policy",
    ]  # fmt: skip
    assert body == b'{"head":{},"boolean":true}'
    without = sent(port, b"HEAD /query?query=ASK%7B%7D HTTP/1.1\r\n" + HOST + b"\r\n")
    assert re.sub(rb"Date: [^\r]*", b"", without) == re.sub(rb"Date: [^\r]*", b"", head) + b"\r\n\r\n"


def test_only_pages_of_an_allowed_origin_may_read(port: int) -> None:
    allowed = "access-control-allow-origin"
    assert post(port, COUNT, Origin="https://notebook.example:8888").headers[allowed] == "https://notebook.example:8888"
    for origin in ("https://other.example", "https://notebook.example", "http://notebook.example:8888", "null", f"http://127.0.0.1:{port}"):
        answer = post(port, COUNT, Origin=origin)
        assert (answer.content, allowed in answer.headers, answer.headers["vary"]) == (ANSWER, False, "Accept, Origin")
    preflight = httpx.options(f"http://127.0.0.1:{port}/query", headers={"Origin": "https://notebook.example:8888"})
    assert (preflight.status_code, preflight.headers["access-control-allow-methods"]) == (204, "GET, HEAD, POST, OPTIONS")
    assert allowed not in httpx.options(f"http://127.0.0.1:{port}/query", headers={"Origin": "https://other.example"}).headers


def test_any_page_may_read_if_that_is_asked_for() -> None:
    with serving("--allow-origin", "*") as (_, port):
        assert post(port, COUNT, Origin="https://other.example").headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("origin", ["notebook.example", "https://a.example/path", "ftp://a", "null", "https://*.example", ""])
def test_an_origin_that_no_browser_sends_is_one_sentence(origin: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kgbuild", "serve", "input", "--allow-origin", origin],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        check=False,
    )
    sentence = f"error: --allow-origin: expected scheme, host and port, got {origin!r}; write it as https://notebook.example:8888, or *\n"
    assert (done.returncode, done.stderr.decode()) == (2, sentence)


def test_slow_clients_do_not_block_others_and_are_closed(port: int) -> None:
    """A hundred clients send their requests byte by byte; each gets 408 or is closed for another client."""
    clients = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(100)]
    ended = threading.Event()

    def trickle() -> None:
        while not ended.wait(0.5):
            for client in clients:
                try:
                    client.send(b"G")
                except OSError:
                    continue

    sender = threading.Thread(target=trickle)
    sender.start()
    try:
        for _ in range(3):
            began = time.monotonic()
            assert post(port, COUNT).content == ANSWER
            assert time.monotonic() - began < 5
        last = clients[-1]
        last.settimeout(30)
        began = time.monotonic()
        with last.makefile("rb") as file:
            assert file.readline() in (b"HTTP/1.1 408 Request Timeout\r\n", b"")
        assert time.monotonic() - began < 15
    finally:
        ended.set()
        sender.join()
        for client in clients:
            client.close()


def test_clients_that_do_not_read_their_answers_do_not_block_others() -> None:
    with serving() as (_, port):
        query = b"query=SELECT+*+%7B+%3Fa+%3Fb+%3Fc+.+%3Fd+%3Fe+%3Ff+%7D+LIMIT+100000"
        clients = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(12)]
        for client in clients:
            client.sendall(b"POST /query HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: %d\r\n\r\n%s" % (len(query), query))
        assert post(port, COUNT).content == ANSWER
        for client in clients:
            client.close()


def held(pid: int) -> int:
    """The bytes of memory of a process and those that it has started; what they share is counted once."""
    pids = [pid]
    for each in pids:
        try:
            pids += map(int, Path(f"/proc/{each}/task/{each}/children").read_text().split())
        except FileNotFoundError:
            continue
    total = 0
    for each in pids:
        try:
            found = re.search(r"^Pss: +(\d+) kB", Path(f"/proc/{each}/smaps_rollup").read_text(), re.MULTILINE)
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += int(found[1]) * 1024 if found else 0
    return total


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="the memory of processes is told only by Linux")
def test_all_queries_together_have_one_budget_of_memory() -> None:
    with serving("--memory", "0.8", "--timeout", "20") as (server, port):
        before, most, statuses = held(server.pid), 0, []
        clients = [threading.Thread(target=lambda: statuses.append(post(port, HUNGRY).status_code)) for _ in range(12)]
        for client in clients:
            client.start()
        while any(client.is_alive() for client in clients):
            most = max(most, held(server.pid))
            time.sleep(0.05)
        assert statuses == [503] * 12
        assert most - before < 0.8 * 2**30
        assert most - before > 0.1 * 2**30
        assert post(port, COUNT).content == ANSWER


def children(pid: int) -> str:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text()


def asking(port: int, query: str) -> tuple[threading.Thread, list[int]]:
    """A client that asks meanwhile, and the status that it gets; 0 if it gets none."""
    found: list[int] = []

    def ask() -> None:
        try:
            found.append(post(port, query).status_code)
        except httpx.HTTPError:
            found.append(0)

    client = threading.Thread(target=ask)
    client.start()
    return client, found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_running_queries_end(number: signal.Signals) -> None:
    with serving("--timeout", "3") as (server, port):
        idle = socket.create_connection(("127.0.0.1", port), timeout=20)
        client, found = asking(port, LONG)
        while not children(server.pid):
            time.sleep(0.05)
        server.send_signal(number)
        assert idle.recv(1) == b""
        client.join()
        assert found == [503]
        assert server.wait(5) == 0
        idle.close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_second_signal_ends_it_at_once() -> None:
    with serving("--timeout", "60") as (server, port):
        client, found = asking(port, LONG)
        while not children(server.pid):
            time.sleep(0.05)
        (child,) = children(server.pid).split()
        began = time.monotonic()
        for _ in range(2):
            server.send_signal(signal.SIGTERM)
            time.sleep(0.2)
        assert server.wait(20) == 0
        assert time.monotonic() - began < 3
        client.join()
        assert found == [0]
        assert not Path(f"/proc/{child}").exists()


def test_a_killed_server_leaves_no_process() -> None:
    with serving("--timeout", "60", ends=None) as (server, port):
        clients = [asking(port, LONG) for _ in range(3)]
        while len(children(server.pid).split()) < 3:
            time.sleep(0.05)
        left = children(server.pid).split()
        server.kill()
        server.wait()
        for client, found in clients:
            client.join()
            assert found == [0]
        end = time.monotonic() + 5
        while any(Path(f"/proc/{pid}").exists() for pid in left) and time.monotonic() < end:
            time.sleep(0.05)
        assert [pid for pid in left if Path(f"/proc/{pid}").exists()] == []
