"""The size of the tree, names that are defined once, docstrings, and a test module for each pure module."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from paths import ROOT, TESTS

PACKAGE = ROOT / "kgbuild"
MODULES = {path.relative_to(PACKAGE): ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
#: Packages of pure functions: each of their modules has a test module of its name, which names all that is public in it.
PURE = ("model", "transform", "licenses", "lineage", "writers")
ENGINE = ("claim_batch", "tasks", "assemble", "local", "audit_rows")
#: Names that a writer's module has because the protocol Writer wants them; `kgbuild.writers.writer` reaches them.
PROTOCOL = {"writer", "head", "render", "gather", "tail"}
Defined = ast.ClassDef | ast.FunctionDef


def public(tree: ast.Module | ast.ClassDef) -> Iterator[Defined]:
    """Classes and functions of a module or class that have no underscore before them."""
    return (node for node in tree.body if isinstance(node, Defined) and not node.name.startswith("_"))


def test_thirteen_packages_and_six_modules() -> None:
    packages = {path.parts[0] for path in MODULES if len(path.parts) > 1}
    modules = {path.name for path in MODULES if len(path.parts) == 1}
    assert len(packages) <= 13, packages
    assert len(modules) <= 6, modules
    assert {path.parent for path in MODULES if len(path.parts) > 1} == {path.parent for path in MODULES if path.name == "__init__.py"} - {
        Path()
    }


def test_eleven_layers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers" and contract.get("containers") == ["kgbuild"]]
    assert len(layers) <= 11, layers


def test_a_class_is_defined_once() -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{path}:{node.lineno}")
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_every_module_and_public_name_has_a_docstring() -> None:
    missing = [str(path) for path, tree in MODULES.items() if not ast.get_docstring(tree)]
    for path, tree in MODULES.items():
        shapes = path == Path("mapping/schema.py")  # a class for each mapping file and entry, which the files themselves explain
        own = [] if shapes else [(f"{path}: {node.name}", node) for node in public(tree)]
        inner = [
            (f"{path}: {holder.name}.{node.name}", node)
            for holder in public(tree)
            if isinstance(holder, ast.ClassDef)
            for node in public(holder)
        ]
        protocol = PROTOCOL if path.parts[0] == "writers" else set()
        missing += [name for name, node in (*own, *inner) if not ast.get_docstring(node) and node.name not in protocol]
    assert missing == []


def pure_modules() -> list[Path]:
    """The modules that must have tests of their own: those that define something public."""
    engine = [Path("pipeline/engine", f"{name}.py") for name in ENGINE]
    return [path for path, tree in MODULES.items() if (path.parts[0] in PURE or path in engine) and any(public(tree))]


def modules_of_tests(path: Path) -> list[Path]:
    """Where the tests of a module are: `writers/__init__.py` has `tests/writers/test_writers.py`, and others may begin with its name."""
    name = path.parent.name if path.name == "__init__.py" else path.stem
    return [*(TESTS / path.parent).glob(f"test_{name}.py"), *(TESTS / path.parent).glob(f"test_{name}_*.py")]


@pytest.mark.parametrize("path", pure_modules(), ids=str)
def test_a_pure_module_has_tests_that_name_all_of_it(path: Path) -> None:
    tests = modules_of_tests(path)
    assert tests
    words = {word for file in tests for word in re.findall(r"\w+", file.read_text("utf-8"))}
    names = {node.name for node in public(MODULES[path])} - (
        PROTOCOL if path.parts[0] == "writers" and path.name != "__init__.py" else set()
    )
    assert names - words == set()
