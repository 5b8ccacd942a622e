"""docs/team.md and .pre-commit-hooks.yaml against the program: every example is run, every list compared."""

from __future__ import annotations

import difflib
import doctest
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from paths import ROOT

from kgbuild import __version__
from kgbuild.cli.check import check
from kgbuild.options import settings
from kgbuild.readers import ARCHIVES, LINES, READERS

pytestmark = pytest.mark.skipif(shutil.which("git") is None or shutil.which("bash") is None, reason="needs git and bash")
PAGE = ROOT / "docs" / "team.md"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
ADDRESS = "https://git.example.org/kgbuild"


def blocks(language: str) -> list[str]:
    """The texts of the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with the sample records, as if they were a whole registry, and with the settings of the page."""
    top = tmp_path / "registry"
    shutil.copytree(ROOT / "input", top / "records", ignore=shutil.ignore_patterns("kgbuild.toml"))
    (settings,) = blocks("toml")
    (top / "kgbuild.toml").write_text(settings, "utf-8")
    run(top, "git init --quiet -b main && git add records && git commit --quiet --message records")
    return top


def run(folder: Path, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command as the shell runs it, for which `kgbuild` is this one; both streams are one."""
    bin = folder.parent / "bin"
    bin.mkdir(exist_ok=True)
    (bin / "kgbuild").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kgbuild "$@"\n')
    (bin / "kgbuild").chmod(0o755)
    names = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | dict.fromkeys(names, "a") | variables
    environment |= {"PATH": os.pathsep.join((str(bin), os.environ.get("PATH", ""))), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False,
    )  # fmt: skip


def steps() -> Iterator[tuple[str, str]]:
    """Each command of the console blocks, and what it prints."""
    for block in blocks("console"):
        yield from re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)


def test_every_example_prints_what_it_says(folder: Path) -> None:
    """In their order, in one folder. ``...`` stands for any text, as in doctests."""
    checker, wrong = doctest.OutputChecker(), []
    for command, expected in steps():
        got = run(folder, command).stdout
        if not checker.check_output(expected, got, doctest.ELLIPSIS):
            diff = difflib.unified_diff(expected.splitlines(), got.splitlines(), "team.md", "printed", lineterm="", n=9)
            wrong.append("\n".join((command, *diff)))
    if wrong:
        pytest.fail("\n\n".join(wrong), pytrace=False)


def commands(tree: Any) -> Iterator[str]:
    """The commands of a workflow: what stands under `run` or `script`."""
    if isinstance(tree, list):
        for item in tree:
            yield from commands(item)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            if key in ("run", "script"):
                yield from [value] if isinstance(value, str) else value
            else:
                yield from commands(value)


def ci_commands() -> list[str]:
    return [command for block in blocks("yaml") for command in commands(yaml.safe_load(block))]


def test_the_commands_of_ci_are_these() -> None:
    assert [command for command in ci_commands() if not command.startswith("python -m pip install ")] == [
        "kgbuild check --baseline kgbuild-baseline.json --format sarif --output kgbuild.sarif",
        'kgbuild check --changed-since "origin/$BASE" --format github',
        'kgbuild check --changed-since "origin/$BASE" --format markdown --fail-on never >> "$GITHUB_STEP_SUMMARY"',
        "kgbuild check --format junit --output kgbuild.xml",
        'kgbuild check --changed-since "$CI_MERGE_REQUEST_DIFF_BASE_SHA" --format junit --output kgbuild.xml',
    ]


@pytest.mark.parametrize("fault", [False, True], ids=["nothing new", "something new"])
@pytest.mark.parametrize("command", [command for command in ci_commands() if command.startswith("kgbuild ")])
def test_a_command_of_ci(folder: Path, command: str, fault: bool) -> None:
    """In a clone with a branch of its own, as CI has it; the baseline is committed."""
    assert run(folder, "kgbuild check --write-baseline && git add --all && git commit --quiet --message known").returncode == 0
    assert run(folder.parent, f"git clone --quiet {folder} clone && cd clone && git checkout --quiet -b ours").returncode == 0
    clone = folder.parent / "clone"
    if fault:
        (example,) = [command for command, _ in steps() if command.startswith("printf ")]
        assert run(clone, f"{example} && git add --all && git commit --quiet --message new").returncode == 0
    base = run(folder, "git rev-parse HEAD").stdout.strip()
    done = run(clone, command, BASE="main", CI_MERGE_REQUEST_DIFF_BASE_SHA=base, GITHUB_STEP_SUMMARY="summary.md")
    assert done.returncode == (1 if fault and "--fail-on never" not in command else 0), done.stdout
    assert ("'new.file' is made from 'omimm'" in report(clone, command, done.stdout)) == fault


def report(folder: Path, command: str, printed: str) -> str:
    """What a command reports, wherever it does."""
    if "--output" in command:
        assert printed in ("", "skipped   1 file (1 evaluation page); -v lists them\n")
        text = (folder / command.partition("--output ")[2]).read_text("utf-8")
        if "sarif" in command:
            return "\n".join(result["message"]["text"] for result in json.loads(text)["runs"][0]["results"])
        return "\n".join(" ".join((*element.attrib.values(), element.text or "")) for element in ET.fromstring(text).iter())
    return (folder / "summary.md").read_text("utf-8").replace("\\", "") if "SUMMARY" in command else printed


def test_the_version_and_the_address_are_the_same_everywhere() -> None:
    installed = {command for command in ci_commands() if command.startswith("python -m pip install ")}
    assert installed == {f'python -m pip install "kgbuild @ git+{ADDRESS}@v{__version__}"'}
    (repository,) = [tree["repos"][0] for block in blocks("yaml") if "repos" in (tree := yaml.safe_load(block))]
    (hook,) = yaml.safe_load(HOOKS.read_text("utf-8"))
    assert repository == {
        "repo": ADDRESS,
        "rev": f"v{__version__}",
        "hooks": [{"id": hook["id"], "args": ["--changed-since", "HEAD"]}],
    }


def test_the_hook() -> None:
    (hook,) = yaml.safe_load(HOOKS.read_text("utf-8"))
    assert {name: hook[name] for name in ("entry", "language", "pass_filenames")} == {
        "entry": "kgbuild check",
        "language": "python",
        "pass_filenames": False,
    }
    names = [f"a{ending}" for ending in (*READERS, *LINES, *ARCHIVES)] + ["kgbuild.toml", "pyproject.toml", "a.sssom.tsv"]
    assert [name for name in names if not re.search(hook["files"], name)] == []
    assert [name for name in ("a.py", "a.txt", "md", "a.mdx") if re.search(hook["files"], name)] == []


@pytest.mark.parametrize("fault", [False, True], ids=["nothing new", "something new"])
def test_the_hook_as_it_is_run(folder: Path, fault: bool) -> None:
    """As git runs it at a commit: in the environment of a hook, with the arguments of the page."""
    assert run(folder, "kgbuild check --write-baseline && git add --all && git commit --quiet --message known").returncode == 0
    (hook,) = yaml.safe_load(HOOKS.read_text("utf-8"))
    script = folder / ".git" / "hooks" / "pre-commit"
    script.parent.mkdir(exist_ok=True)
    script.write_text(f"#!/bin/sh\nexec {hook['entry']} --changed-since HEAD\n")
    script.chmod(0o755)
    if fault:
        (example,) = [command for command, _ in steps() if command.startswith("printf ")]
        assert run(folder, example).returncode == 0
    else:
        (folder / "README.md").write_text("More.\n")
    done = run(folder, "git add --all && git commit --quiet --all --message new")
    assert done.returncode == fault, done.stdout
    assert ("'new.file' is made from 'omimm'" in done.stdout) == fault


def test_the_settings_are_those_of_the_program() -> None:
    rows = [line.split(" | ") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    told = {row[0].strip("| `"): row[-1].strip("| `") for row in rows}
    assert list(told) == list(settings())
    options = {name for option in check.params if isinstance(option, click.Option) for name in (*option.opts, *option.secondary_opts)}
    assert {option for option in told.values() if option} - options == {"INPUT"}
    assert [setting for setting, option in told.items() if not option] == ["per-path-ignores"]


def test_the_settings_of_the_page_are_right(folder: Path) -> None:
    (text,) = blocks("toml")
    assert set(tomllib.loads(text)) <= set(settings())
    assert run(folder, "kgbuild check --no-baseline --fail-on never --statistics").returncode == 0


def test_no_example_is_left_untested() -> None:
    text = PAGE.read_text("utf-8")
    assert set(re.findall(r"^```(\w*)$", text, re.MULTILINE)) == {"", "toml", "console", "yaml"}
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    told = {option for code in re.findall(r"`([^`\n]+)`", prose) for option in re.findall(r"(?<![\w-])--[a-z-]+", code)}
    options = {name for option in check.params if isinstance(option, click.Option) for name in (*option.opts, *option.secondary_opts)}
    assert told - options == set()
