"""Helpers that tests share: the flag that renews golden files, records as files, the command as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from corpora import NOT_RUN, lacks_corpora, needed, sentence
from paths import CORPUS, ROOT
from registry_made import made_registry

if TYPE_CHECKING:
    from running import Run, Write


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", help="write the golden files anew; review them in the diff")


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Tests that need real records are counted apart, and told in one line at the end."""
    return (NOT_RUN, "-", NOT_RUN.upper()) if report.skipped and lacks_corpora(report) else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for all tests that were not run for want of real records."""
    if count := len(terminalreporter.stats.get(NOT_RUN, ())):
        terminalreporter.write_line(sentence(count))


@pytest.fixture
def regenerate(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written instead of compared."""
    return bool(request.config.getoption("--regenerate"))


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of each test's own, and folders for data and state, for this process and those that it starts."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    monkeypatch.delenv("KGBUILD_CACHE_KEY", raising=False)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    return folder


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real records beside the checkout; a test that needs it is not run where it is not there."""
    return needed(CORPUS)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a made-up registry."""
    return made_registry().write(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="session")
def registries(request: pytest.FixtureRequest) -> Callable[[str], Path]:
    """Where the records of a registry are, by its name: "made", or a name below the folder of real records."""

    def path(name: str) -> Path:
        if name == "made":
            return Path(request.getfixturevalue("made"))
        return needed(Path(request.getfixturevalue("corpus"), name))

    return path


@pytest.fixture
def records(tmp_path: Path) -> Write:
    """Write files (by path below the folder) into `records` and return the folder."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        folder = tmp_path / "records"
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data.encode() if isinstance(data, str) else data)
        return folder

    return write


@pytest.fixture
def kgbuild(tmp_path: Path) -> Run:
    """Run `kgbuild` with arguments as a process in the test's own folder; `env` adds to its environment, `stdin` is what it is fed."""

    def run(
        *arguments: str | os.PathLike[str], stdin: bytes = b"", env: Mapping[str, str] | None = None, cwd: Path = tmp_path
    ) -> subprocess.CompletedProcess[bytes]:
        environment = os.environ | {"PYTHONPATH": str(ROOT)} | (env or {})
        return subprocess.run(
            [sys.executable, "-m", "kgbuild", *map(os.fspath, arguments)],
            input=stdin,
            capture_output=True,
            env=environment,
            cwd=cwd,
            check=False,
        )

    return run
