"""The documents against the program: every example is run, every list compared."""

from __future__ import annotations

import difflib
import doctest
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from paths import ROOT

from kgbuild import __version__, build
from kgbuild.cli.console import EPILOG
from kgbuild.cli.export import export
from kgbuild.cli.main import COMMANDS
from kgbuild.mapping.load import ALIASES, FILES
from kgbuild.readers import LINES, READERS
from kgbuild.readers.inputs import Inputs, Rules
from kgbuild.writers import GROUPS, WRITERS, file_name

README, CONTRIBUTING, CHANGELOG = (ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "CHANGELOG"))


class Block(NamedTuple):
    """A fenced block of a page: its language, its text, and the line on which its text begins."""

    language: str
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    text = page.read_text("utf-8")
    found = re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Block(match[1], match[2], text.count("\n", 0, match.start(2)) + 1) for match in found]


def section(page: Path, title: str) -> str:
    (text,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return str(text)


def rows(page: Path, title: str) -> dict[str, list[str]]:
    """First cell -> the code in the other cells, of the table of a section."""
    lines = [line for line in section(page, title).splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!`)\|(?!`)", line)[1:-1]] for line in lines[2:]]
    return {row[0]: re.findall(r"`([^`]+)`", " ".join(row[1:])) for row in cells}


def code(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what the examples need; its records are old enough for the cache to trust their times."""
    shutil.copytree(ROOT / "input", tmp_path / "work" / "input")
    shutil.copytree(ROOT / "bench", tmp_path / "work" / "bench", ignore=shutil.ignore_patterns("__pycache__"))
    hour_ago = time.time() - 3600
    for path in (tmp_path / "work" / "input").rglob("*"):
        os.utime(path, (hour_ago, hour_ago))
    return tmp_path / "work"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """That of a user who has activated the environment; the cache is the test's own."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    return {**os.environ, "PATH": path, "XDG_CACHE_HOME": str(tmp_path / "cache"), "COLUMNS": "100", "LC_ALL": "C.UTF-8"}


def steps(block: Block) -> Iterator[tuple[int, str, str]]:
    """Each command of a console block: its line, the command, and what it prints."""
    commands = list(re.finditer(r"^\$ (.*)\n", block.text, re.MULTILINE))
    ends = [match.start() for match in commands[1:]] + [len(block.text)]
    for match, end in zip(commands, ends, strict=True):
        yield block.line + block.text.count("\n", 0, match.start()), match[1], block.text[match.end() : end]


def run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Both streams as a terminal shows them, without spaces at the ends of lines."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return re.sub(r" +$", "", done.stdout.expandtabs(), flags=re.MULTILINE)


def test_every_example_of_the_readme_prints_what_it_says(folder: Path, environment: dict[str, str]) -> None:
    """In their order, in one folder. ``...`` stands for any text, as in doctests."""
    checker, wrong = doctest.OutputChecker(), []
    for block in blocks(README):
        if block.language == "pycon":
            (folder / "example.txt").write_text(block.text, "utf-8")
            said = run([sys.executable, "-m", "doctest", "example.txt"], folder, environment)
            wrong += [f"README.md:{block.line}: {said}"] if said else []
        for line, command, expected in steps(block) if block.language == "console" else ():
            got = run(["bash", "-c", command], folder, environment)
            if not checker.check_output(expected, got, doctest.ELLIPSIS):
                diff = difflib.unified_diff(expected.splitlines(), got.splitlines(), "README.md", "printed", lineterm="", n=9)
                wrong.append("\n".join((f"README.md:{line}: {command}", *diff)))
    if wrong:
        pytest.fail("\n\n".join(wrong), pytrace=False)


def test_the_readme_has_no_example_that_is_not_run() -> None:
    assert {block.language for block in blocks(README)} == {"sh", "console", "pycon"}


def test_the_set_up_is_two_commands_a_line_each_and_ci_runs_them() -> None:
    (block,) = [block for block in blocks(README) if block.language == "sh"]
    main_job, tests = block.text.splitlines()
    assert main_job.endswith("kgbuild export --format kgx")
    assert tests == (
        "python3 -m venv .venv && .venv/bin/python -m pip install --quiet --editable '.[dev,kgx]' --constraint constraints.txt"
        " && .venv/bin/python -m pytest -n 2 --dist loadgroup"
    )
    assert 'bash -c "${setup[0]}"' in (script := (ROOT / ".ci/run").read_text("utf-8"))
    assert 'bash -c "${setup[1]}"' in script


def test_the_options_are_those_of_export() -> None:
    told = [name for cell in rows(README, "Options of `kgbuild export [INPUT]...`") for name in code(cell)]
    options = [option for option in export.params if option.param_type_name == "option"]
    groups = [(*sorted(option.opts, key=len, reverse=True), *option.secondary_opts) for option in options]
    assert told == [*(name for group in groups for name in group), "--help", "-h"]


def test_the_keywords_of_build_are_those_of_the_readme() -> None:
    (sentence,) = re.findall(r"as keywords: (.*)\.$", section(README, "Python"), re.MULTILINE)
    assert code(sentence) == [name for name, kind in build.__annotations__.items() if name not in ("paths", "return") and kind]


def test_the_formats_are_those_of_the_program() -> None:
    files = {name: [file_name("NAME", ending) for ending in format.files] for name, format in WRITERS.items()}
    groups = {name: list(members) for name, members in GROUPS.items()}
    assert {code(cell)[0]: said for cell, said in rows(README, "Formats").items()} == {**files, **groups}


def test_the_profiles_are_those_of_the_program() -> None:
    (option,) = [option for option in export.params if option.name == "profile"]
    assert [code(cell)[0] for cell in rows(README, "Profiles")] == list(option.type.choices)


def test_the_commands_are_all_told() -> None:
    told = set(re.findall(r"kgbuild ([a-z]+)", README.read_text("utf-8")))
    assert set(COMMANDS) <= told


def test_the_endings_are_those_of_the_readers(tmp_path: Path) -> None:
    (sentence,) = re.findall(r"^INPUT is .*?\.$", section(README, "Options of `kgbuild export [INPUT]...`"), re.MULTILINE | re.DOTALL)
    endings = [ending for ending in code(sentence) if ending.startswith(".")]
    for ending in endings:
        (tmp_path / f"file{ending}").touch()
    assert {file.path for file in Inputs((str(tmp_path),), Rules(()))} >= {str(tmp_path / f"file{ending}") for ending in (*READERS, *LINES)}
    assert {ending for ending in endings if not ending.startswith((".tar", ".zip"))} == {*READERS, *LINES}


def test_the_exit_statuses_are_those_of_the_help() -> None:
    lines = [line.strip("| ").split(" | ") for line in section(README, "Exit status").splitlines() if re.match(r"\| \d", line)]
    assert "Exit status: " + "; ".join(f"{status} {meaning}" for status, meaning in lines) + "." == EPILOG


def test_the_mapping_files_are_those_that_are_read() -> None:
    told = [code(cell)[0] for cell in rows(README, "Mappings")]
    assert told == sorted(path.name for path in (ROOT / "mappings").iterdir())
    assert set(told) == {*FILES, ALIASES}


@pytest.mark.parametrize("page", [README, CONTRIBUTING], ids=lambda page: page.name)
def test_every_path_that_is_named_is_there(page: Path) -> None:
    prose = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    written = {file_name("NAME", ending) for format in WRITERS.values() for ending in format.files}
    named = {text for text in code(prose) if re.fullmatch(r"[\w.-]+(/[\w.-]*)+|[A-Z]+\.md", text)} - written
    assert named
    places = (ROOT, ROOT / "kgbuild")  # CONTRIBUTING names modules by their path in the package
    named = {path for path in named if not re.search(r"^output/|CASE|NAME", path)}
    missing = [path for path in sorted(named) if not any((place / path).exists() for place in places)]
    assert missing == []


def test_contributing_names_every_module_of_the_package() -> None:
    modules = {f"kgbuild/{path.name}{'' if path.suffix else '/'}" for path in (ROOT / "kgbuild").iterdir() if not path.name.startswith("_")}
    told = {word for cell in section(CONTRIBUTING, "Layout").splitlines() for word in code(cell.split(" | ")[0])}
    assert modules - told == {"kgbuild/py.typed"}


def test_the_changelog_tells_of_this_version() -> None:
    assert __version__ in CHANGELOG.read_text("utf-8")
