"""`kgbuild serve` as a process, over HTTP: the SPARQL 1.1 Protocol, what it refuses, and the page."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from paths import ROOT
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from servers.needs import free_port

from kgbuild.query.question import questions

ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}


def start(*arguments: str) -> tuple[subprocess.Popen[bytes], str]:
    """The server, and what it says when it listens (or ends)."""
    command = [sys.executable, "-m", "kgbuild", "serve", *arguments]
    server = subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # a shell's background job ignores it; no threads here
    )  # fmt: skip
    assert server.stderr is not None
    return server, server.stderr.readline().decode()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server, said = start("input", "--port", "0", "--timeout", "2", "--no-cache")
    try:
        (address,) = re.findall(r"triples at (http://127\.0\.0\.1:\d+)/query, questions at \1/ \(press Ctrl-C to stop\)\n\Z", said)
        yield address
    finally:
        server.send_signal(signal.SIGINT)
        _, rest = server.communicate(timeout=20)
    assert (server.returncode, rest) == (0, b"stopped\n")


def ask(url: str, query: str, accept: str = "*/*") -> httpx.Response:
    return httpx.post(
        f"{url}/query", content=query.encode(), headers={"Content-Type": "application/sparql-query", "Accept": accept}, timeout=30
    )


COUNT = "SELECT (COUNT(*) AS ?n) { ?s a kgrs:Product }"
ONE = "CONSTRUCT WHERE { kgr:spoke.graph kgrs:original_source ?o }"


def test_the_three_ways_to_send_a_query(url: str) -> None:
    answers = [
        httpx.get(f"{url}/query", params={"query": COUNT}),
        httpx.post(f"{url}/query", data={"query": COUNT}),
        ask(url, COUNT),
    ]
    for answer in answers:
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/sparql-results+json")
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.json()["results"]["bindings"][0]["n"]["value"] == "17"


@pytest.mark.parametrize(
    ("accept", "type", "text"),
    [
        ("text/csv", "text/csv; charset=utf-8", "n\r\n17\r\n"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8", "?n\n17\n"),
        ("application/sparql-results+xml, */*;q=0.1", "application/sparql-results+xml",
         ('<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="n"/></head><results><result>'
         '<binding name="n"><literal datatype="http://www.w3.org/2001/XMLSchema#integer">17</literal></binding></result></results></sparql>')),
    ],
)  # fmt: skip
def test_the_form_is_the_one_that_the_client_likes(accept: str, type: str, text: str, url: str) -> None:
    answer = ask(url, COUNT, accept)
    assert (answer.status_code, answer.headers["Content-Type"], answer.text) == (200, type, text)


def test_triples_are_turtle_or_ntriples(url: str) -> None:
    turtle, ntriples = ask(url, ONE), ask(url, ONE, "application/n-triples")
    assert turtle.headers["Content-Type"] == "text/turtle; charset=utf-8"
    assert "kgr:spoke.graph kgrs:original_source kgr:bgee" in turtle.text
    assert ntriples.headers["Content-Type"] == "application/n-triples"
    assert len(ntriples.text.splitlines()) == 6


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "sentence"),
    [
        ("GET", "/query?query=SELECT", b"", {}, 400, "line 1, column 7: "),
        ("GET", "/query", b"", {}, 400, "query: expected it once, got it 0 times; send the text of one query"),
        ("GET", "/query?query=ASK%7B%7D&default-graph-uri=x:g", b"", {}, 400, "default-graph-uri: expected none, got 'x:g'; "),
        ("GET", "/query?query=DROP%20ALL", b"", {}, 403, "expected a query, got an update; this endpoint is read-only"),
        ("POST", "/query", b"DROP ALL", {"Content-Type": "application/sparql-update"}, 403, "expected a query, got an update; "),
        ("POST", "/update", b"DROP ALL", {"Content-Type": "application/sparql-update"}, 403, "/update: expected a query, got a path for changes to "),
        ("PUT", "/store?default", b"", {}, 405, "PUT: expected GET or POST, got another method; this endpoint is read-only"),
        ("POST", "/query", b"x" * (2**20 + 1), {"Content-Type": "application/sparql-query"}, 413, "expected a query of at most 1048576 bytes, "),
        ("POST", "/query", b"ASK{}", {"Content-Type": "image/png"}, 415, "Content-Type: expected application/sparql-query or "),
        ("GET", "/../../../etc/passwd", b"", {}, 404, "/"),
        ("GET", "/", b"", {"Host": "rebound.example"}, 421, "Host: expected a name of this machine, got 'rebound.example'; use http://127.0.0.1:"),
        ("GET", "/query?query=SELECT%20*%20%7B%20SERVICE%20SILENT%20%3Cx:%3E%20%7B%7D%7D", b"", {}, 400, "SERVICE: expected a query over the build"),
    ],
)  # fmt: skip
def test_what_is_refused(method: str, path: str, body: bytes, headers: dict[str, str], status: int, sentence: str, url: str) -> None:
    answer = httpx.request(method, url + path, content=body, headers=headers)
    assert (answer.status_code, answer.text[: len(sentence)]) == (status, sentence)
    assert answer.text.count("\n") == 1
    assert ask(url, COUNT).json()["results"]["bindings"][0]["n"]["value"] == "17"


def test_a_query_that_runs_away_is_ended_and_others_are_answered_meanwhile(url: str) -> None:
    began = time.monotonic()
    command = [
        sys.executable,
        "-c",
        "import sys, httpx; print(httpx.post(sys.argv[1], data={'query': sys.argv[2]}, timeout=30).status_code)",
    ]
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with subprocess.Popen([*command, f"{url}/query", query], stdout=subprocess.PIPE) as runaway:
        assert ask(url, COUNT).status_code == 200
        assert runaway.communicate(timeout=30)[0] == b"503\n"
    assert time.monotonic() - began < 20


def test_the_page_is_whole_without_a_network(url: str) -> None:
    page = httpx.get(f"{url}/")
    assert page.headers["Content-Security-Policy"] == "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
    assert re.findall(r'(?:src|href)="([^"]*)"', page.text) == ["/page.css", "/page.js"]
    (data,) = re.findall(r'id="questions">(.*)</script>', page.text)
    assert {name: told["text"] for name, told in json.loads(data).items()} == {
        name: question.texts["sparql"] for name, question in questions().items() if "sparql" in question.texts
    }
    for told in json.loads(data).values():
        assert ask(url, told["text"]).status_code == 200
    assert httpx.get(f"{url}/page.js").headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert httpx.head(f"{url}/page.css").status_code == 200


def test_rdflib_reads_it_as_any_endpoint(url: str) -> None:
    store = SPARQLStore(f"{url}/query")
    assert [int(row[0]) for row in store.query(COUNT)] == [17]


def test_a_port_that_is_taken_is_one_sentence(url: str) -> None:
    port = url.rpartition(":")[2]
    server, said = start("input", "--port", port)
    assert server.wait(20) == 2
    assert said == f"error: 127.0.0.1:{port}: expected a free address, got 'Address already in use'; choose another with --port or --host\n"
    assert server.stderr is not None
    server.stderr.close()
    assert free_port() != int(port)


def test_an_export_is_served_as_it_is(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kgbuild", "serve", "--from", tmp_path], cwd=ROOT, env=ENVIRONMENT, capture_output=True, check=False
    )
    sentence = f"error: {tmp_path}: expected a file *_manifest.json, got none; give a folder that `kgbuild export` wrote\n"
    assert (done.returncode, done.stderr.decode()) == (2, sentence)
