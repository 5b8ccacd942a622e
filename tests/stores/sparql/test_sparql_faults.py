"""What goes wrong between a load and a store: one sentence, exit status 2, and the old graph whole wherever the store makes that possible."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from paths import INPUT
from running import run_command
from servers.needs import free_port
from servers.sparql import GRAPH, breaking, by_value, load, loaded, reader, said

from kgbuild.options import ExportTarget, ReadOptions
from kgbuild.pipeline.export import export

if TYPE_CHECKING:
    from servers.triplestore import Fresh, Triplestore

OLD, NEW = "seeds", "kg-registry-2025-12-06"
STORES = ("oxigraph", "fuseki", "virtuoso")


@pytest.fixture(params=STORES)
def new_store(request: pytest.FixtureRequest) -> Fresh:
    """Starts a store of the test's own, each in turn."""
    found: Fresh = request.getfixturevalue(f"new_{request.param}")
    return found


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the records of `input/`."""
    folder = tmp_path_factory.mktemp("small")
    export(ReadOptions(inputs=(str(INPUT),)), ExportTarget(formats=("ntriples",), output=folder))
    return folder


@pytest.fixture
def numbers(builds: dict[str, Path]) -> tuple[int, int]:
    """The triples of the old graph, and of the new one."""
    old, new = ((builds[name] / "graph.nt").read_bytes().count(b"\n") for name in (OLD, NEW))
    return old, new


def is_whole(store: Triplestore, folder: Path, graph: str = GRAPH) -> bool:
    """Whether a small graph has the very triples of an export."""
    return by_value(store.client(graph, "GET").content) == by_value((folder / "graph.nt").read_bytes())


@pytest.mark.parametrize("moment", ["in the body", "after the body"])
def test_a_server_that_is_killed(new_store: Fresh, builds: dict[str, Path], numbers: tuple[int, int], moment: str) -> None:
    """With -9 in the middle of a PUT, and started again: the load says so, and the next one repairs whatever is left."""
    old, new = numbers
    size = (builds[NEW] / "graph.nt").stat().st_size
    with new_store() as store:
        loaded(load(store, builds[OLD]))

        def kill() -> None:
            time.sleep(0 if moment == "in the body" else 0.1)
            store.kill()

        probes = 400_000  # bytes of what is asked beforehand, at most
        with reader(store) as seen:
            with breaking(store, size // 2 if moment == "in the body" else size + probes // 4, kill) as proxy:
                sentence = said(load(store, builds[NEW], port=proxy.port))
            store.start()
            after = store.count(GRAPH)
            again = loaded(load(store, builds[NEW]))
        assert sentence.startswith("http://HOST/")
        assert sentence.endswith("; check that the server runs, and load again")
        if store.put_is_atomic:
            assert after in ((old,) if moment == "in the body" else (old, new))
            assert set(seen) <= {old, new}
            assert f"; <{GRAPH}> is complete, with the old or the new content; " in sentence
        elif moment == "in the body":  # that of the staging graph
            assert after == old
            assert f"; <{GRAPH}> is unchanged; " in sentence
        assert again[-1].split(" ", 1)[0] in ("loaded", "unchanged")
        assert store.count(GRAPH) == new
        assert [graph for graph in store.graphs() if graph.startswith(GRAPH)] == [GRAPH]


def test_virtuoso_that_is_killed_in_the_last_step(new_virtuoso: Fresh, builds: dict[str, Path], numbers: tuple[int, int]) -> None:
    """What cannot be promised there: the graph may be incomplete then, the load says so, and the next one repairs it."""
    size = (builds[NEW] / "graph.nt").stat().st_size
    with new_virtuoso() as store:
        loaded(load(store, builds[OLD]))
        with breaking(store, size * 3 // 2, store.kill) as proxy:
            sentence = said(load(store, builds[NEW], port=proxy.port))
        assert sentence.startswith("http://HOST/sparql-graph-crud-auth: expected an answer to PUT, got ")
        assert sentence.endswith(f"; <{GRAPH}> is possibly incomplete; check that the server runs, and load again")
        store.start()
        assert store.count(f"{GRAPH}#kgbuild-staging") == numbers[1]
        assert loaded(load(store, builds[NEW]))[-1].startswith("loaded ")
        assert store.count(GRAPH) == numbers[1]
        assert [graph for graph in store.graphs() if graph.startswith(GRAPH)] == [GRAPH]


def test_a_reader_sees_the_old_graph_or_the_new_one(new_store: Fresh, builds: dict[str, Path], numbers: tuple[int, int]) -> None:
    """Polling all the while; on Virtuoso the last step is seen, and the docs say so."""
    with new_store() as store:
        loaded(load(store, builds[OLD]))
        with reader(store) as seen:
            loaded(load(store, builds[NEW]))
            time.sleep(0.3)
        assert seen[-1] == numbers[1]
        if store.put_is_atomic:
            assert seen == list(numbers)


@pytest.mark.parametrize("part", ["the first bytes", "half", "all but the last bytes"])
def test_a_connection_that_is_cut(store: Triplestore, builds: dict[str, Path], small: Path, part: str) -> None:
    graph = f"https://example.org/cut-{part.rsplit(maxsplit=1)[-1]}"
    size = (builds[OLD] / "graph.nt").stat().st_size
    after = {"the first bytes": 500, "half": size // 2, "all but the last bytes": size - 1000}[part]
    loaded(load(store, small, "--graph", graph))
    with breaking(store, after) as proxy:
        sentence = said(load(store, builds[OLD], "--graph", graph, port=proxy.port))
    assert sentence.startswith("http://HOST/")
    assert sentence.endswith("; check that the server runs, and load again")
    assert is_whole(store, small, graph)
    assert loaded(load(store, builds[OLD], "--graph", graph))[-1].startswith("loaded ")
    assert is_whole(store, builds[OLD], graph)
    assert [found for found in store.graphs() if found.startswith(graph)] == [graph]
    store.client(graph, "DELETE")


@pytest.mark.parametrize("name", ["fuseki", "virtuoso"])  # Oxigraph has no passwords
def test_a_wrong_password(request: pytest.FixtureRequest, builds: dict[str, Path], monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    store: Triplestore = request.getfixturevalue(name)
    graph = "https://example.org/password"
    loaded(load(store, builds[OLD], "--graph", graph))
    for how in ("auto", "basic", "digest"):
        monkeypatch.setenv("KGBUILD_SPARQL_PASSWORD", "wr0ng-one")
        result = run_command(["load", "sparql", *store.options, "--graph", graph, "--from", str(builds[NEW]), "--auth", how])
        sentence = said(result)
        assert "wr0ng-one" not in result.stderr
        assert sentence.startswith("http://HOST/")
        assert ": expected a login as " in sentence
        assert ", got 401 " in sentence
        assert sentence.endswith("; nothing was changed; correct the user or the password")
    monkeypatch.delenv("KGBUILD_SPARQL_PASSWORD")
    without = said(run_command(["load", "sparql", "--endpoint", store.base, "--graph", graph, "--from", str(builds[NEW])]))
    assert without.endswith("; nothing was changed; give --user, and the password in a file, the environment or .netrc")
    assert is_whole(store, builds[OLD], graph)
    store.client(graph, "DELETE")


@pytest.mark.parametrize("name", ["oxigraph", "fuseki"])
def test_a_server_that_is_read_only(request: pytest.FixtureRequest, builds: dict[str, Path], name: str) -> None:
    new: Fresh = request.getfixturevalue(f"new_{name}")
    with new() as store:
        loaded(load(store, builds[OLD]))
        store.stop()
        store.start(writable=False)
        answer = {"oxigraph": "403 Forbidden (The server is read-only)", "fuseki": "405 Method Not Allowed"}[name]
        sentence = said(load(store, builds[NEW]))
        assert sentence.startswith(f"http://HOST/{store.store.split('/', 3)[3]}: expected permission for PUT, got {answer}")
        assert sentence.endswith(f"; <{GRAPH}> is unchanged; give the right address, and a user with write access")
        assert loaded(load(store, builds[OLD]))[-1].startswith("unchanged ")
        assert is_whole(store, builds[OLD])


def test_a_user_who_may_only_read(virtuoso: Triplestore, builds: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    graph = "https://example.org/reader"
    loaded(load(virtuoso, builds[OLD], "--graph", graph))
    monkeypatch.setenv("KGBUILD_SPARQL_PASSWORD", "r3ader")
    options = ["--endpoint", virtuoso.base, "--user", "reader", "--graph", graph, "--from", str(builds[NEW])]
    sentence = said(run_command(["load", "sparql", *options]))
    assert sentence.startswith("http://HOST/sparql-graph-crud-auth: expected permission for PUT, got 403 ")
    assert sentence.endswith(f"; <{graph}> is unchanged; give the right address, and a user with write access")
    assert is_whole(virtuoso, builds[OLD], graph)
    virtuoso.client(graph, "DELETE")


def test_a_port_that_is_closed(store: Triplestore, builds: dict[str, Path]) -> None:
    sentence = said(load(store, builds[OLD], port=free_port()))
    assert sentence.startswith("http://HOST/")
    assert ": expected an answer to POST, got " in sentence
    assert "Connection refused" in sentence
    assert sentence.endswith("; nothing was changed; check that the server runs, and load again")


@pytest.mark.parametrize("iri", ["graph", "", "https://example.org/a b", "https://example.org/a>", "https://example.org/%zz", "urn:a#b#c"])
def test_an_iri_that_is_none(oxigraph: Triplestore, builds: dict[str, Path], iri: str) -> None:
    before = oxigraph.graphs()
    assert said(load(oxigraph, builds[OLD], "--graph", iri)) == (
        f"--graph: expected an absolute IRI such as https://example.org/graph, got {iri!r}; percent-encode characters that an IRI excludes"
    )
    assert oxigraph.graphs() == before


def test_addresses_of_another_server(oxigraph: Triplestore, fuseki: Triplestore, builds: dict[str, Path]) -> None:
    """Queries of one store, graphs of another: a graph that is put is not there for queries."""
    before = oxigraph.graphs()
    addresses = ["--query", oxigraph.query, "--update", oxigraph.update, "--graph-store", f"{oxigraph.base}/nowhere"]
    wrong = said(run_command(["load", "sparql", *addresses, "--from", str(builds[OLD])]))
    assert wrong.startswith("http://HOST/nowhere: expected permission for PUT, got 404 Not Found")
    with_page = ["--query", oxigraph.base + "/", "--update", oxigraph.update, "--graph-store", oxigraph.store]
    page = said(run_command(["load", "sparql", *with_page, "--from", str(builds[OLD])]))
    assert page.startswith("http://HOST/: expected ")
    assert oxigraph.graphs() == before


def test_an_address_that_takes_no_updates(fuseki: Triplestore, builds: dict[str, Path]) -> None:
    """Refused before anything is done to the graph, and nothing of kgbuild's own is left."""
    graph = "https://example.org/no-updates"
    fuseki.put(graph, "<a:> <b:> <c:> .\n")
    given = type("Given", (), {"env": fuseki.env, "port": fuseki.port, "options": [
        "--query", fuseki.query, "--update", fuseki.query, "--graph-store", fuseki.store, "--user", str(fuseki.user)]})  # fmt: skip
    sentence = said(load(given, builds[OLD], "--graph", graph, "--strategy", "stage"))  # type: ignore[arg-type]
    assert sentence == (
        "http://HOST/ds/query: expected success of POST, got 400 Bad Request (SPARQL Query: No 'query=' parameter); "
        f"<{graph}> is unchanged; see the server's log"
    )
    assert {found: number for found, number in fuseki.graphs().items() if found.startswith(graph)} == {graph: 1}
    fuseki.client(graph, "DELETE")


def test_a_server_that_is_no_store(builds: dict[str, Path], tmp_path: Path) -> None:
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=os.fspath(tmp_path))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        sentence = said(run_command(["load", "sparql", "--endpoint", base, "--from", str(builds[OLD])]))
        server.shutdown()
        thread.join()
    assert sentence == (
        "http://HOST: expected the addresses of Oxigraph, Fuseki, Virtuoso, got none of them; nothing was changed; "
        "give the three addresses, with --query, --update and --graph-store"
    )
