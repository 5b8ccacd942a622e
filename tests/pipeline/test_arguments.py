"""The Python API refuses what the command line refuses, in one sentence, before it reads anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from running import run_command

import kgbuild
from kgbuild.errors import UsageError

ROOT = Path(__file__).parents[2]
INPUT = str(ROOT / "input")
BUILD = [
    ({"paths": INPUT, "profile": "nonsense"}, "profile: expected one of registry, biolink, got 'nonsense'; correct the argument"),
    ({"paths": INPUT, "profile": None}, "profile: expected one of registry, biolink, got None; correct the argument"),
    ({"paths": INPUT, "jobs": -1}, "jobs: expected a whole number of at least 0, got -1; correct the argument"),
    ({"paths": INPUT, "jobs": True}, "jobs: expected a whole number of at least 0, got True; correct the argument"),
    ({"paths": INPUT, "jobs": "2"}, "jobs: expected a whole number of at least 0, got '2'; correct the argument"),
    ({"paths": INPUT, "aliases": "no"}, "aliases: expected True or False, got 'no'; correct the argument"),
    ({"paths": INPUT, "rollup": 1}, "rollup: expected True or False, got 1; correct the argument"),
    ({"paths": INPUT, "keep_going": None}, "keep_going: expected True or False, got None; correct the argument"),
    ({"paths": INPUT, "exclude": "*.md"}, "exclude: expected a list of globs, got '*.md'; correct the argument"),
    ({"paths": INPUT, "exclude": ["a", 1]}, "exclude: expected a list of globs with no other items, got 1; correct the argument"),
    ({"paths": INPUT, "mappings": 5}, "mappings: expected a path, got 5; correct the argument"),
    ({"paths": INPUT, "mappings": ""}, "mappings: expected a path, got ''; correct the argument"),
    ({"paths": 5}, "paths: expected a path or a list of paths, got 5; correct the argument"),
    ({"paths": b"input"}, "paths: expected a path or a list of paths, got b'input'; correct the argument"),
    ({"paths": [INPUT, None]}, "paths: expected a path, got None; correct the argument"),
    ({"paths": []}, "paths: expected a path or a list of paths, got none; give at least one path"),
    ({"paths": INPUT, "aliases": ["x"] * 50}, "aliases: expected True or False, got list; correct the argument"),
]


@pytest.mark.parametrize(("given", "expected"), BUILD)
def test_build_refuses_what_is_none_of_its_kind(given: dict[str, Any], expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        kgbuild.build(**given)
    assert str(caught.value) == expected


def test_what_is_right_is_taken_in_every_form(tmp_path: Path) -> None:
    graph = kgbuild.build((Path(INPUT),), exclude=iter(["*.nothing"]), profile="registry", mappings=ROOT / "mappings", jobs=0)
    assert graph.nodes == kgbuild.build(INPUT).nodes
    assert graph.write(tmp_path, formats=("kgx-jsonl",)).written == graph.write(str(tmp_path), formats="kgx-jsonl").written


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"formats": 5}, "formats: expected a format or a list of formats, got 5; correct the argument"),
        (
            {"formats": ["turtle", 5]},
            "formats: expected a format or a list of formats with no other items, got 5; correct the argument",
        ),
        ({"formats": []}, "--format: expected a format, got none; `kgbuild formats` lists them"),
        ({"name": 5}, "name: expected str(...), got 5; correct the argument"),
        ({"name": "a/b"}, "--name: expected a plain file name, got 'a/b'; leave out slashes and a leading dot"),
        ({"qualified": "yes"}, "qualified: expected True or False, got 'yes'; correct the argument"),
        ({"output": None}, "output: expected a path, got None; correct the argument"),
    ],
)
def test_write_refuses_what_is_none_of_its_kind(tmp_path: Path, given: dict[str, Any], expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        kgbuild.build(INPUT).write(**({"output": tmp_path} | given))
    assert str(caught.value) == expected
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("limits", ["x", 5, {}])
def test_check_refuses_limits_that_are_none(limits: Any) -> None:
    with pytest.raises(UsageError) as caught:
        kgbuild.build(INPUT).check(limits)
    assert str(caught.value) == f"limits: expected AuditLimits(...), got {limits!r}; correct the argument"


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (["--name", "a/b"], "--name: expected a plain file name, got 'a/b'; leave out slashes and a leading dot"),
    ],
)
def test_the_command_line_says_it_in_the_same_words(option: list[str], expected: str) -> None:
    result = run_command(["export", INPUT, *option])
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"error: {expected}\n")


def test_the_names_of_the_package_are_told_before_they_are_imported() -> None:
    told = "import kgbuild, sys; print({'build', 'Graph', '__version__'} <= set(dir(kgbuild)), 'kgbuild.pipeline' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "True False\n"
