"""`kgbuild load neo4j` where something fails: one sentence, exit 2, the old graph whole; or it goes on by itself."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from paths import ROOT
from servers.needs import free_port
from servers.neo4j_proxy import COMMIT, Cutter
from servers.neo4j_server import PASSWORD, Neo4jServer, contents, told

from kgbuild.options import ExportTarget, ReadOptions
from kgbuild.pipeline.export import export

pytestmark = pytest.mark.xdist_group("neo4j-faults")
OLD, NEW = "kg-registry-2025-12-06", "kg-registry-2026-08-17"
BATCH = "MATCH (load:KgbuildLoad) RETURN load.batch AS batch, load.state AS state"


@pytest.fixture(scope="module")
def server(neo4j_jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    """A server with a password, for these tests alone."""
    server = Neo4jServer(neo4j_jars, tmp_path_factory.mktemp("neo4j") / "home", password=PASSWORD)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def holding(server: Neo4jServer, builds: dict[str, Path]) -> Neo4jServer:
    """The server with the seeds in it, and nothing else."""
    server.empty()
    load(server, "--from", str(builds["seeds"]))
    return server


@pytest.fixture(scope="module")
def rolled(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seeds once more, with other edges."""
    folder = tmp_path_factory.mktemp("rolled")
    export(ReadOptions(inputs=(str(corpus / "seeds"),), rollup=True), ExportTarget(formats=("kgx-jsonl",), output=folder))
    return folder


def started(server: Neo4jServer, *arguments: str, uri: str | None = None, password: str | None = PASSWORD) -> subprocess.Popen[str]:
    """A load as a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)} | ({"KGBUILD_NEO4J_PASSWORD": password} if password else {})
    command = [sys.executable, "-m", "kgbuild", "load", "neo4j", "--uri", uri or server.uri, *arguments]
    return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str], server: Neo4jServer, status: int = 0) -> list[str]:
    """The lines of a load on standard error; the address is ADDRESS. The password is in none."""
    out, said = process.communicate(timeout=120)
    assert PASSWORD not in out + said
    assert "Traceback" not in said
    assert (process.returncode, out) == (status, ""), said
    return said.replace(server.uri, "ADDRESS").splitlines()


def load(server: Neo4jServer, *arguments: str, status: int = 0, uri: str | None = None, password: str | None = PASSWORD) -> list[str]:
    return ended(started(server, *arguments, uri=uri, password=password), server, status)


def until_batch(server: Neo4jServer, process: subprocess.Popen[str], number: int) -> None:
    """Wait until a load has put some batches in."""
    while process.poll() is None:
        if any(row["batch"] >= number and row["state"] == "staging" for row in server.ask(BATCH)):
            return
        time.sleep(0.02)
    pytest.fail(f"the load ended before batch {number}: {process.communicate()}")


def test_refusals_are_one_sentence_and_leave_the_graph(holding: Neo4jServer, builds: dict[str, Path], tmp_path: Path) -> None:
    before = holding.written()
    build = ["--from", str(builds[OLD])]
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    asked = "see --user, --password-file and KGBUILD_NEO4J_PASSWORD"
    said = [
        load(holding, *build, status=2, password="wrong-password"),
        load(holding, *build, status=2, password=None),
        load(holding, *build, "--password-file", str(file), "--user", "somebody", status=2, password=None),
        load(holding, *build, "--database", "other", status=2),
    ]
    assert said == [
        [f"error: ADDRESS: expected the password of user 'neo4j', got another one; {asked}"],
        [f"error: ADDRESS: expected the password of user 'neo4j', got none; {asked}"],
        [f"error: ADDRESS: expected the password of user 'somebody', got another one; {asked}"],
        ["error: ADDRESS, database other: expected a database 'other', got none of that name; see --database"],
    ]
    assert holding.written() == before
    assert contents(holding) == told(builds["seeds"], "kgbuild_graph")
    assert load(holding, "--from", str(builds["seeds"]), "--password-file", str(file), password=None)[-1].startswith("unchanged")


def test_options_that_cannot_be_meant(server: Neo4jServer, builds: dict[str, Path], tmp_path: Path) -> None:
    build = ["--from", str(builds["seeds"])]
    (tmp_path / "empty").touch()
    (tmp_path / "two").write_text("a\nb\n")
    schemes = "bolt, bolt+s, bolt+ssc, neo4j, neo4j+s, neo4j+ssc"
    bolt = "give the server's Bolt address, as bolt://localhost:7687"
    cases = {
        f"bolt://neo4j:{PASSWORD}@localhost": "--uri: expected an address without user and password, got one with an @; give --user and "
        "--password-file instead",
        "http://localhost:7474": f"--uri: expected SCHEME://HOST:PORT with a scheme of {schemes}, got 'http://localhost:7474'; {bolt}",
        "bolt://localhost:port": f"--uri: expected SCHEME://HOST:PORT with a scheme of {schemes}, got 'bolt://localhost:port'; {bolt}",
    }
    for uri, sentence in cases.items():
        (said,) = load(server, *build, uri=uri, status=2)
        assert said == f"error: {sentence}"
    for name, got in (
        ("none", "No such file or directory; give another file"),
        ("empty", "an empty file; write only the password to it"),
        ("two", "several lines; write only the password to it"),
    ):
        (said,) = load(server, *build, "--password-file", str(tmp_path / name), status=2)
        assert f"--password-file {tmp_path / name}: expected " in said
        assert said.endswith(f", got {got}")


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
@pytest.mark.parametrize("scheme", ["bolt", "neo4j", "bolt+s"])
def test_nobody_at_the_port(server: Neo4jServer, builds: dict[str, Path], scheme: str, host: str) -> None:
    uri = f"{scheme}://{host}:{free_port()}"
    waiting, said = load(server, "--from", str(builds["seeds"]), "--timeout", "1", uri=uri, status=2)
    assert waiting.startswith(f"waiting       {uri}: ")
    assert waiting.endswith("; trying again for 1 s")
    assert said.startswith(f"error: {uri}: expected an answer within 1 s, got ")
    assert said.endswith("; start the server, correct --uri, or raise --timeout")


def test_something_else_at_the_port(server: Neo4jServer, builds: dict[str, Path]) -> None:
    """One that says what is no Bolt, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer() -> None:
            while True:
                try:
                    client, _ = other.accept()
                except OSError:
                    return
                with client:
                    client.recv(100)
                    client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        uri = f"bolt://127.0.0.1:{other.getsockname()[1]}"
        said = load(server, "--from", str(builds["seeds"]), "--timeout", "1", uri=uri, status=2)
        other.shutdown(socket.SHUT_RDWR)
        thread.join(10)
    assert said[-1].startswith(f"error: {uri}: expected ")
    assert len(said) <= 2


@pytest.mark.parametrize("after", [10, 400_000])
def test_a_connection_that_is_cut_once_is_made_again(holding: Neo4jServer, builds: dict[str, Path], after: int) -> None:
    with Cutter(holding.port, after=after) as proxy:
        said = load(holding, "--from", str(builds[OLD]), uri=proxy.uri, status=0)
        assert proxy.cuts == 1
    assert said[0].startswith("waiting ")
    assert contents(holding) == told(builds[OLD], "kgbuild_graph")


def test_a_connection_that_is_always_cut_leaves_the_graph(holding: Neo4jServer, builds: dict[str, Path]) -> None:
    with Cutter(holding.port, after=400_000, times=1000) as proxy:
        said = load(holding, "--from", str(builds[OLD]), "--timeout", "2", uri=proxy.uri, status=2)
    assert said[-1].startswith(f"error: {proxy.uri}: expected an answer within 2 s, got ")
    assert contents(holding, "kgbuild_graph") == told(builds["seeds"], "kgbuild_graph")
    assert load(holding, "--from", str(builds[OLD]))[-1].startswith("loaded ")
    assert contents(holding) == told(builds[OLD], "kgbuild_graph")


def test_commits_whose_answers_are_lost_are_not_done_twice(holding: Neo4jServer, builds: dict[str, Path], rolled: Path) -> None:
    """Every commit in turn: those of the batches, and that of the swap."""
    nth = 0
    while True:
        nth += 1
        target = rolled if nth % 2 else builds["seeds"]
        with Cutter(holding.port, word=COMMIT, nth=nth) as proxy:
            said = load(holding, "--from", str(target), uri=proxy.uri)
            cuts = proxy.cuts
        assert contents(holding) == told(target, "kgbuild_graph")
        if not cuts:
            break
        assert said[0].startswith("waiting ")
    assert nth > 3


def test_a_load_that_was_killed_is_undone_by_the_next(holding: Neo4jServer, builds: dict[str, Path]) -> None:
    process = started(holding, "--from", str(builds[NEW]))
    until_batch(holding, process, 3)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert contents(holding, "kgbuild_graph") == told(builds["seeds"], "kgbuild_graph")
    said = load(holding, "--from", str(builds["seeds"]))
    assert said[0] == "note          an earlier load was interrupted; kgbuild removed its staged data"
    assert contents(holding) == told(builds["seeds"], "kgbuild_graph")


def test_of_two_loads_the_later_one_wins(holding: Neo4jServer, builds: dict[str, Path]) -> None:
    first = started(holding, "--from", str(builds[NEW]))
    until_batch(holding, first, 2)
    load(holding, "--from", str(builds[OLD]))
    assert ended(first, holding, 2) == [
        "error: graph 'graph': expected one load at a time, got a second load; wait until the second load ends"
    ]
    assert contents(holding) == told(builds[OLD], "kgbuild_graph")


def test_readers_see_the_old_graph_or_the_new_one(holding: Neo4jServer, builds: dict[str, Path]) -> None:
    """By label and by type, all the while, in queries of one step; a reader who names neither sees what is staged too."""
    kinds = ("(n:Product)", "(n:kgbuild_graph)", "(:Product)-[n:derived_from]->()", "()-[n:derived_from]->()")
    queries = [f"MATCH {kind} RETURN count(n) AS n" for kind in kinds]
    old = [holding.ask(query)[0]["n"] for query in queries]
    process, seen = started(holding, "--from", str(builds[OLD])), [set() for _ in queries]
    while process.poll() is None:
        for query, found in zip(queries, seen, strict=True):
            found.add(holding.ask(query)[0]["n"])
    ended(process, holding)
    new = [holding.ask(query)[0]["n"] for query in queries]
    assert [found | {after} for found, after in zip(seen, new, strict=True)] == [{*both} for both in zip(old, new, strict=True)]


def test_a_server_that_is_killed_in_a_load_and_comes_back(holding: Neo4jServer, builds: dict[str, Path]) -> None:
    process = started(holding, "--from", str(builds[NEW]))
    until_batch(holding, process, 3)
    holding.kill()
    holding.start()
    said = ended(process, holding)
    assert [line.split()[0] for line in said] == ["waiting", "nodes", "relationships", "changes", "loaded"]
    assert contents(holding) == told(builds[NEW], "kgbuild_graph")


def test_a_server_that_is_killed_in_a_load_and_stays_away(holding: Neo4jServer, builds: dict[str, Path]) -> None:
    process = started(holding, "--from", str(builds[OLD]), "--timeout", "1")
    until_batch(holding, process, 2)
    holding.kill()
    waiting, said = ended(process, holding, 2)
    assert waiting.startswith("waiting ")
    assert said.startswith("error: ADDRESS: expected an answer within 1 s, got ")
    holding.start()
    assert contents(holding, "kgbuild_graph") == told(builds["seeds"], "kgbuild_graph")
    assert load(holding, "--from", str(builds[OLD]))[0] == "note          an earlier load was interrupted; kgbuild removed its staged data"
    assert contents(holding) == told(builds[OLD], "kgbuild_graph")


def test_a_database_that_is_read_only(holding: Neo4jServer, builds: dict[str, Path]) -> None:
    holding.stop()
    conf = holding.home / "conf" / "neo4j.conf"
    conf.write_text(f"{conf.read_text()}server.databases.read_only=neo4j\n")
    holding.start()
    (said,) = load(holding, "--from", str(builds[OLD]), status=2)
    assert said == (
        "error: ADDRESS: expected a database that can be written, got one that is read-only; change that in neo4j.conf, or choose another --database"
    )
    assert contents(holding) == told(builds["seeds"], "kgbuild_graph")
