"""Oxigraph from PyPI, on a free loopback port."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.needs import free_port, lacking
from servers.triplestore import Fresh, Triplestore, running


class Oxigraph(Triplestore):
    """`oxigraph serve` over a folder."""

    name = "Oxigraph"

    def __init__(self, folder: Path, port: int, program: str) -> None:
        super().__init__(folder, port)
        self.program = program
        self.base = f"http://127.0.0.1:{port}"
        self.query, self.update, self.store = (f"{self.base}/{path}" for path in ("query", "update", "store"))

    def command(self, *, writable: bool) -> list[str]:
        how = "serve" if writable else "serve-read-only"
        return [self.program, how, "--location", str(self.folder / "data"), "--bind", f"127.0.0.1:{self.port}"]


def program() -> str:
    found = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    return found or lacking("oxigraph is not installed: pip install oxigraph")


@pytest.fixture(scope="session")
def new_oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """Starts an Oxigraph of a test's own."""
    return lambda **how: running(Oxigraph(tmp_path_factory.mktemp("oxigraph"), free_port(), program()), **how)


@pytest.fixture(scope="session")
def oxigraph(new_oxigraph: Fresh) -> Iterator[Triplestore]:
    """An Oxigraph that all tests share."""
    with new_oxigraph() as store:
        yield store
