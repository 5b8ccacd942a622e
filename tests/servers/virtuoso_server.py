"""Virtuoso 7.2 from Debian's packages, unpacked and not installed, on free loopback ports."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from servers.needs import free_port, lacking
from servers.triplestore import Fresh, Triplestore, fetched, running

PACKAGES = ("virtuoso-opensource-7-bin", "libminizip1", "libpcre3")
INI = """\
[Database]
DatabaseFile=virtuoso.db
ErrorLogFile=virtuoso.log
LockFile=virtuoso.lck
TransactionFile=virtuoso.trx
xa_persistent_file=virtuoso.pxa
MaxCheckpointRemap=2000
[TempDatabase]
DatabaseFile=virtuoso-temp.db
TransactionFile=virtuoso-temp.trx
[Parameters]
ServerPort=127.0.0.1:{sql}
DisableUnixSocket=1
NumberOfBuffers=40000
MaxDirtyBuffers=30000
CheckpointInterval=60
ThreadsPerQuery=2
DirsAllowed=.
VADInstallDir=.
[HTTPServer]
ServerPort=127.0.0.1:{http}
ServerThreads=8
ServerRoot=.
[SPARQL]
ResultSetMaxRows=10000
DefaultQuery=ASK {{}}
"""


class Virtuoso(Triplestore):
    """Virtuoso with a user who may write."""

    name = "Virtuoso"
    put_is_atomic = False
    user = "loader"
    password = "s3cret"

    def __init__(self, folder: Path, port: int, sql: int, root: Path) -> None:
        super().__init__(folder, port)
        self.root, self.sql = root, sql
        self.base = f"http://127.0.0.1:{port}"
        self.query, self.update, self.store = (f"{self.base}/{path}" for path in ("sparql", "sparql-auth", "sparql-graph-crud-auth"))
        (folder / "virtuoso.ini").write_text(INI.format(sql=sql, http=port))

    @property
    def auth(self) -> httpx.Auth:
        return httpx.DigestAuth(self.user, self.password)

    def command(self, *, writable: bool) -> list[str]:
        return [str(self.root / "usr/bin/virtuoso-t"), "+foreground", "+configfile", "virtuoso.ini"]

    def environment(self) -> dict[str, str]:
        libraries = f"{self.root}/usr/lib/x86_64-linux-gnu:{self.root}/lib/x86_64-linux-gnu"
        return {**super().environment(), "LD_LIBRARY_PATH": libraries}

    def isql(self, text: str, user: str = "dba", password: str = "dbasecret") -> str:
        """What the SQL shell says to some statements."""
        (self.folder / "now.sql").write_text(text)
        command = [str(self.root / "usr/bin/isql-vt"), f"127.0.0.1:{self.sql}", user, password, "now.sql"]
        done = subprocess.run(command, cwd=self.folder, env=self.environment(), capture_output=True, text=True, check=True)
        assert "***" not in done.stdout + done.stderr, done.stdout + done.stderr
        return done.stdout

    def users(self) -> None:
        """A user who may write, and one who may only read."""
        self.isql("user_set_password('dba', 'dbasecret');", password="dba")
        for user, password, may in ((self.user, self.password, "SPARQL_UPDATE"), ("reader", "r3ader", "SPARQL_SELECT")):
            self.isql(f"DB.DBA.USER_CREATE('{user}', '{password}');\nGRANT {may} TO \"{user}\";\n")

    def _own(self, graph: str) -> bool:
        return graph.startswith(("http://www.openlinksw.com/", "http://localhost:8890/", "http://www.w3.org/", "urn:", "virt"))


@pytest.fixture(scope="session")
def virtuoso_root(downloads: Path) -> Path:
    """The programs, out of Debian's packages."""
    for needed in ("apt-get", "dpkg"):
        if shutil.which(needed) is None:
            lacking(f"{needed} is not installed")
    download = f"apt-get download {' '.join(PACKAGES)}"
    unpack = 'set -e; for package in *.deb; do dpkg -x "$package" fresh; done; mv fresh root'
    try:
        return fetched(
            downloads / "virtuoso-7", "root", [["sh", "-c", f"{download} || {{ apt-get update && {download}; }}"], ["sh", "-c", unpack]]
        )
    except subprocess.CalledProcessError as error:
        lacking(f"apt-get could not fetch Virtuoso: {error.stderr.decode()[-500:]}")


@pytest.fixture(scope="session")
def new_virtuoso(tmp_path_factory: pytest.TempPathFactory, virtuoso_root: Path) -> Fresh:
    """Starts a Virtuoso of a test's own."""

    def start(**how: bool):  # type: ignore[no-untyped-def]
        store = Virtuoso(tmp_path_factory.mktemp("virtuoso"), free_port(), free_port(), virtuoso_root)
        return running(store, store.users, **how)

    return start


@pytest.fixture(scope="session")
def virtuoso(new_virtuoso: Fresh) -> Iterator[Triplestore]:
    """A Virtuoso that all tests share."""
    with new_virtuoso() as store:
        yield store
