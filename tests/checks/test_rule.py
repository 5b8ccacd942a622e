"""The text of a rule is its docstring, also where Python was told to drop docstrings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(folder: Path, *arguments: str, optimize: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONOPTIMIZE": optimize, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "kgbuild", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [("rule", "PG001"), ("rule", "--all", "--format", "markdown")])
def test_the_texts_are_the_same_without_docstrings(arguments: tuple[str, ...]) -> None:
    with_them, without = run(ROOT, *arguments, optimize=""), run(ROOT, *arguments, optimize="2")
    assert (without.returncode, without.stdout, without.stderr) == (0, with_them.stdout, "")
    assert len(without.stdout) > 100


def test_without_docstrings_and_without_sources_it_is_a_sentence(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "kgbuild", tmp_path / "kgbuild", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "mappings", tmp_path / "kgbuild/mappings")
    subprocess.run([sys.executable, "-OO", "-m", "compileall", "-q", "-b", "kgbuild"], cwd=tmp_path, check=True)
    for path in (tmp_path / "kgbuild").rglob("*.py"):
        path.unlink()
    done = run(tmp_path, "rule", "PG001", optimize="2")
    expected = "error: expected the texts of the rules, got none: they are docstrings, which Python drops with -OO; unset PYTHONOPTIMIZE\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", expected)
