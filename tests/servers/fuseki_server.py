"""Fuseki 5.6 from Maven Central, over TDB2, with a password, on a free loopback port."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.needs import free_port, lacking
from servers.triplestore import Fresh, Triplestore, fetched, running

JAR = "jena-fuseki-server-5.6.0.jar"


class Fuseki(Triplestore):
    """Fuseki with one dataset, `/ds`, and one user."""

    name = "Fuseki"
    user = "alice"
    password = "s3cret"

    def __init__(self, folder: Path, port: int, jar: Path) -> None:
        super().__init__(folder, port)
        self.jar = jar
        self.base = f"http://127.0.0.1:{port}/ds"
        self.query, self.update, self.store = (f"{self.base}/{path}" for path in ("query", "update", "data"))
        (folder / "passwd").write_text(f"{self.user}: {self.password}\n")
        (folder / "tdb").mkdir()

    @property
    def alive(self) -> str:
        return f"http://127.0.0.1:{self.port}/$/ping"

    def command(self, *, writable: bool) -> list[str]:
        return [
            "java", "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", str(self.jar), "org.apache.jena.fuseki.main.cmds.FusekiMainCmd",
            "--loc=tdb", *(["--update"] if writable else []), "--localhost", f"--port={self.port}", "--ping",
            "--passwd=passwd", "--auth=basic", "/ds",
        ]  # fmt: skip


@pytest.fixture(scope="session")
def fuseki_jar(downloads: Path) -> Path:
    """The server, by Maven."""
    for needed in ("java", "mvn"):
        if shutil.which(needed) is None:
            lacking(f"{needed} is not installed")
    fetch = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact=org.apache.jena:{JAR[:-10]}:5.6.0", "-DoutputDirectory=."]
    try:
        return fetched(downloads / "fuseki-5.6.0", JAR, [fetch])
    except subprocess.CalledProcessError as error:
        lacking(f"Maven could not fetch Fuseki: {error.stdout.decode()[-500:]}")


@pytest.fixture(scope="session")
def new_fuseki(tmp_path_factory: pytest.TempPathFactory, fuseki_jar: Path) -> Fresh:
    """Starts a Fuseki of a test's own."""
    return lambda **how: running(Fuseki(tmp_path_factory.mktemp("fuseki"), free_port(), fuseki_jar), **how)


@pytest.fixture(scope="session")
def fuseki(new_fuseki: Fresh) -> Iterator[Triplestore]:
    """A Fuseki that all tests share."""
    with new_fuseki() as store:
        yield store
