"""What is shipped: the wheel and the sdist hold what they must, and the wheel works by itself."""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from paths import ROOT
from running import contents

from kgbuild import __version__

HEAVY = {
    "bmt", "kgx", "license_expression", "msgspec", "networkx", "platformdirs", "polars", "pyarrow", "pyoxigraph", "rdflib", "yaml", "yaml12",
    "zstandard",
}  # fmt: skip


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist, built without a network."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", folder], cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def wheel(dist: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(dist / f"kgbuild-{__version__}-py3-none-any.whl")


@pytest.fixture(scope="session")
def unpacked(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    wheel.extractall(folder)
    return folder


def environment(unpacked: Path, cache: Path) -> dict[str, str]:
    """One in which ``kgbuild`` is the unpacked wheel, and not the checkout."""
    return {**os.environ, "PYTHONPATH": str(unpacked), "XDG_CACHE_HOME": str(cache)}


def files(folder: Path, below: Path) -> set[str]:
    return {str(path.relative_to(below)) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}


def test_the_wheel_holds_the_package_and_the_mappings_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    info = f"kgbuild-{__version__}.dist-info"
    package = files(ROOT / "kgbuild", ROOT)
    mappings = {f"kgbuild/mappings/{path.name}" for path in (ROOT / "mappings").iterdir()}
    about = {f"{info}/{name}" for name in ("METADATA", "WHEEL", "entry_points.txt", "licenses/LICENSE", "RECORD")}
    assert set(wheel.namelist()) == package | mappings | about
    assert "kgbuild/py.typed" in package


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    about = email.message_from_bytes(wheel.read(f"kgbuild-{__version__}.dist-info/METADATA"))
    assert about["Name"] == "kgbuild"
    assert about["Version"] == __version__
    assert about["Requires-Python"] == ">=3.11"
    assert about["License-Expression"] == "BSD-3-Clause"
    assert about.get_all("Provides-Extra") == ["dev", "kgx", "neo4j", "parquet", "sql"]
    assert str(about.get_payload()).startswith("# kgbuild\n")


def test_the_sdist_holds_what_a_build_and_the_tests_need(dist: Path) -> None:
    with tarfile.open(dist / f"kgbuild-{__version__}.tar.gz") as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {
        "pyproject.toml", "constraints.txt", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", ".ci/run", ".pre-commit-hooks.yaml",
        "output/.gitkeep",
    }  # fmt: skip
    for folder in ("kgbuild", "mappings", "input", "docs", "tests", "fuzz", "bench"):
        wanted |= files(ROOT / folder, ROOT)
    assert wanted - names == set()
    assert {name.partition("/")[0] for name in names} - {name.partition("/")[0] for name in wanted} <= {"PKG-INFO", ".gitignore"}


def test_the_wheel_exports_outside_the_checkout_with_its_own_mappings(unpacked: Path, tmp_path: Path) -> None:
    told = "from kgbuild.mapping.load import builtin_directory; print(builtin_directory())"
    env = environment(unpacked, tmp_path / "cache")
    where = subprocess.run([sys.executable, "-c", told], cwd=tmp_path, env=env, check=True, capture_output=True, text=True).stdout
    assert where == f"{unpacked / 'kgbuild' / 'mappings'}\n"
    command = [sys.executable, "-m", "kgbuild", "export", ROOT / "input", "--format", "all", "--quiet"]
    subprocess.run(command, cwd=tmp_path, env=env, check=True, capture_output=True)
    assert set(contents(tmp_path / "output")) == {
        "graph.graphml", "graph.nt", "graph.ttl", "graph_edges.jsonl", "graph_edges.parquet", "graph_edges.tsv", "graph_findings.jsonl",
        "graph_manifest.json", "graph_nodes.jsonl", "graph_nodes.parquet", "graph_nodes.tsv", "neo4j/constraints.cypher", "neo4j/import.sh",
        "neo4j/nodes.csv", "neo4j/nodes_fractions.csv", "neo4j/relationships.csv",
    }  # fmt: skip


@pytest.mark.parametrize("command", ["--help", "--version"])
def test_a_command_that_does_nothing_imports_nothing_heavy(command: str, unpacked: Path, tmp_path: Path) -> None:
    told = [sys.executable, "-X", "importtime", "-m", "kgbuild", command]
    done = subprocess.run(told, cwd=tmp_path, env=environment(unpacked, tmp_path / "cache"), check=True, capture_output=True, text=True)
    imported = {name.split(".")[0] for name in re.findall(r"\| +\d+ \| +(\S+)$", done.stderr, re.MULTILINE)}
    assert "click" in imported
    assert imported & HEAVY == set()


def test_the_base_install_has_few_requirements() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = [re.split(r"[^a-z0-9-]", line)[0] for line in project["dependencies"]]
    assert names == [
        "click", "h11", "httpx", "license-expression", "msgspec", "networkx", "platformdirs", "py-yaml12", "pyoxigraph", "pyyaml", "rapidfuzz",
        "rdflib", "zstandard",
    ]  # fmt: skip


def requirements(project: dict[str, Any], *extras: str) -> Iterator[Requirement]:
    """What a project needs with some extras, which may name others of its own."""
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    for requirement in map(Requirement, lines):
        if requirement.name == project["name"]:
            yield from requirements(project, *requirement.extras)
        else:
            yield requirement


def test_the_constraints_pin_every_requirement_of_the_tests_to_a_version_that_it_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    pins = dict(line.split("==") for line in lines)
    assert list(pins) == sorted(pins)
    wrong = [str(item) for item in requirements(project, "dev", "kgx") if pins.get(canonicalize_name(item.name), "") not in item.specifier]
    assert wrong == [], "make constraints.txt anew (.ci/constraints.py)"


def test_ci_tries_the_lowest_version_of_every_requirement_of_users() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    done = subprocess.run([sys.executable, ROOT / ".ci/lowest.py"], check=True, capture_output=True, text=True)
    lowest = dict(line.split("==") for line in done.stdout.splitlines())
    wanted = {item.name: item.specifier for item in requirements(project, "neo4j", "parquet", "sql")}
    assert lowest.keys() == wanted.keys()
    assert [name for name, version in lowest.items() if version not in wanted[name]] == []
