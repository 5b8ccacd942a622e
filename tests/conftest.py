"""Helpers that tests share: the flag that renews golden files, records as files, the command as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from paths import CORPUS, ROOT

if TYPE_CHECKING:
    from running import Run, Write


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", help="write the golden files anew; review them in the diff")


@pytest.fixture
def regenerate(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written instead of compared."""
    return bool(request.config.getoption("--regenerate"))


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of each test's own, for this process and those that it starts."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    return folder


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real records beside the checkout; tests are skipped where it is not, but never in CI."""
    if not CORPUS.is_dir():
        reason = "../shared/corpus is not there: the counts of SPEC §7 were not checked"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return CORPUS


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
