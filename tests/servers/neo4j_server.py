"""Neo4j 5.26 on free loopback ports: fetched by Maven once, started in folders of the test's own, stopped by its process id."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import neo4j
import pytest
from servers.needs import free_port, lacking

VERSION = "5.26.30"
JARS = 200  # 213 in 5.26.30: fewer are a download that broke off
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>kgbuild</groupId><artifactId>neo4j-for-tests</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>{VERSION}</version></dependency>
  </dependencies>
</project>
"""
SETTINGS = """
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{bolt}
server.bolt.advertised_address=127.0.0.1:{bolt}
server.http.enabled=false
dbms.usage_report.enabled=false
server.memory.pagecache.size=64m
db.tx_log.preallocate=false
db.tx_log.rotation.size=16m
internal.server.bolt.thread_pool_shutdown_wait_time=0s
"""
OPENED = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.nio", "java.io", "sun.nio.ch")]
JAVA = ["java", "-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *OPENED]
PASSWORD = "s3cret-of-the-tests"


class Neo4jServer:
    """A server with a home of its own. ``settings`` are lines of neo4j.conf; with a password, authentication is on."""

    def __init__(self, jars: Path, home: Path, *, password: str | None = None, settings: str = "") -> None:
        self.jars, self.home, self.password = jars, home, password
        self.port = free_port()
        self.uri = f"bolt://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        conf = home / "conf" / "neo4j.conf"
        conf.parent.mkdir(parents=True)
        conf.write_text(SETTINGS.format(bolt=self.port) + f"dbms.security.auth_enabled={str(password is not None).lower()}\n{settings}\n")
        if password is not None:
            done = self.admin("dbms", "set-initial-password", password)
            assert done.returncode == 0, done.stderr

    def admin(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`neo4j-admin` with some arguments, run in the home."""
        command = ["java", "-Xmx512m", "-cp", f"{self.jars}/*", "org.neo4j.cli.AdminTool", *arguments]
        env = os.environ | {"NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")}
        return subprocess.run(command, cwd=self.home, env=env, capture_output=True, text=True, check=False)

    def start(self, *, wait: bool = True) -> None:
        """Start the server, and wait until it says that it has."""
        log = self.home / "logs" / "neo4j.log"
        seen = log.stat().st_size if log.exists() else 0
        folders = [f"--home-dir={self.home}", f"--config-dir={self.home / 'conf'}"]
        with (self.home / "console").open("ab") as console:
            command = [*JAVA, "-cp", f"{self.jars}/*", "org.neo4j.server.CommunityEntryPoint", *folders]
            self._process = subprocess.Popen(command, cwd=self.home, stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        end = time.monotonic() + 90
        while wait:
            if log.exists() and b"INFO  Started." in log.read_bytes()[seen:]:
                return
            if self._process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"Neo4j did not start:\n{(self.home / 'console').read_text()}\n{log.read_text() if log.exists() else ''}")
            time.sleep(0.1)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(60)
            self._process = None

    def stop(self) -> None:
        """End the server as an administrator does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server as a power cut does."""
        self._end(signal.SIGKILL)

    def ask(self, query: str, **values: Any) -> list[dict[str, Any]]:
        """The rows of a query, by a connection of its own."""
        auth = None if self.password is None else ("neo4j", self.password)
        with neo4j.GraphDatabase.driver(self.uri, auth=auth) as driver, driver.session() as session:
            return session.run(query, values).data()  # type: ignore[arg-type]

    def written(self) -> dict[str, str]:
        """What the server wrote to its transaction logs so far, by file: another value after each change of the database."""
        logs = sorted((self.home / "data" / "transactions" / "neo4j").iterdir())
        return {log.name: hashlib.sha256(log.read_bytes()).hexdigest() for log in logs}

    def empty(self) -> None:
        """Remove all that is in the database."""
        self.ask("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 1000 ROWS")
        for row in self.ask("SHOW CONSTRAINTS YIELD name"):
            self.ask(f"DROP CONSTRAINT `{row['name']}`")


def contents(server: Neo4jServer, label: str | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Nodes as id -> (labels, properties) and relationships as id -> (type, ends, properties), of a label or all, without kgbuild's record."""
    chosen = f"(n:{label})" if label else "(n) WHERE NOT n:KgbuildLoad"
    nodes = server.ask(f"MATCH {chosen} RETURN n.id AS id, labels(n) AS labels, properties(n) AS properties")
    ends = f"(a:{label})-[r]->(b:{label})" if label else "(a)-[r]->(b)"
    edges = server.ask(f"MATCH {ends} RETURN r.id AS id, type(r) AS type, a.id AS start, b.id AS end, properties(r) AS properties")
    assert len({row["id"] for row in nodes}) == len(nodes)
    assert len({row["id"] for row in edges}) == len(edges)
    found = {row["id"]: (sorted(row["labels"]), exact(row["properties"])) for row in nodes}
    return found, {row["id"]: (row["type"], row["start"], row["end"], exact(row["properties"])) for row in edges}


def rows(folder: Path, ending: str) -> Iterator[dict[str, Any]]:
    """The rows of KGX JSON Lines of the build in a folder."""
    (path,) = folder.glob(f"*{ending}.jsonl")
    with path.open("rb") as file:
        yield from map(json.loads, file)


def plain(curie: str) -> str:
    """The label or type of a term, said here once more, so that the two can be compared."""
    return re.sub(r"^(?=[0-9])", "_", re.sub(r"[^A-Za-z0-9_]", "_", curie.removeprefix("kgrs:")))


def told(folder: Path, *labels: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What ``contents`` is to give for a build, whose nodes have some labels besides."""
    nodes = {row["id"]: (sorted({*map(plain, row["category"]), *labels}), exact(row)) for row in rows(folder, "_nodes")}
    edges = {row["id"]: (plain(row["predicate"]), row["subject"], row["object"], exact(row)) for row in rows(folder, "_edges")}
    return nodes, edges


def exact(properties: dict[str, Any]) -> str:
    """Properties as text, which tells 1 from 1.0 and from true."""
    return json.dumps(properties, sort_keys=True)


def fetched(downloads: Path | None = None) -> Path:
    """The folder of Neo4j's jars, fetched once for all processes and sessions. Raises LookupError where that cannot be."""
    if shutil.which("java") is None or shutil.which("mvn") is None:
        raise LookupError("Java or Maven, by which Neo4j is fetched and run, is not there")
    home = (downloads or Path(os.environ.get("KGBUILD_SERVERS_CACHE") or Path.home() / ".cache" / "kgbuild-servers")) / f"neo4j-{VERSION}"
    home.mkdir(parents=True, exist_ok=True)
    jars = home / "lib"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if len(list(jars.glob("*.jar"))) >= JARS:
            return jars
        (home / "pom.xml").write_text(POM)
        command = ["mvn", "-B", "-q", "-f", str(home / "pom.xml"), "dependency:copy-dependencies", "-DincludeScope=runtime"]
        for offline in (["-o"], []):  # from Maven's own folder where it has them all
            done = subprocess.run([*command, *offline, f"-DoutputDirectory={jars}"], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return jars
    raise LookupError(f"Maven cannot fetch Neo4j: {done.stdout[-300:]}{done.stderr[-300:]}")


@pytest.fixture(scope="session")
def neo4j_jars(downloads: Path) -> Path:
    """The folder of Neo4j's jars; where it cannot be had, tests are skipped."""
    try:
        return fetched(downloads)
    except LookupError as error:
        lacking(str(error))


@pytest.fixture(scope="session")
def neo4j_running(neo4j_jars: Path, workplace: Path) -> Iterator[Neo4jServer]:
    """A server without authentication, for the whole session."""
    server = Neo4jServer(neo4j_jars, workplace / "neo4j")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def neo4j_empty(neo4j_running: Neo4jServer) -> Neo4jServer:
    """The server with nothing in it."""
    neo4j_running.empty()
    return neo4j_running


@pytest.fixture
def neo4j_own(neo4j_jars: Path, tmp_path: Path) -> Iterator[Neo4jServer]:
    """A server with a password, to be started and killed by the test."""
    server = Neo4jServer(neo4j_jars, tmp_path / "home", password=PASSWORD)
    try:
        yield server
    finally:
        server.stop()
