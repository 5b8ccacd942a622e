"""No traceback, and status 1 never means a crash: faults are put into fresh processes of every command, their workers and their imports."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from running import commands

from kgbuild.errors import Crash, summary, unexpected

ROOT = Path(__file__).parents[2]
#: Imported by Python as it starts, in every process: makes a function raise as soon as its module is imported.
_SITE = """\
import importlib.abc, importlib.machinery, os, sys
MODULE, NAME = os.environ["FAULT"].split(":")

def fault(*args, **kwargs):
    raise LookupError(f"put into {MODULE}\\nby a test")

class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != MODULE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if not NAME:
            spec.loader.exec_module = fault
        else:
            exec_module = spec.loader.exec_module
            def broken(module):
                exec_module(module)
                holder, _, last = NAME.rpartition(".")
                setattr(getattr(module, holder) if holder else module, last, fault)
            spec.loader.exec_module = broken
        return spec

sys.meta_path.insert(0, Finder())
"""
_SENTENCE = (
    "error: kgbuild stopped at an unexpected error (LookupError: put into {module} by a test); this is a bug in "
    "kgbuild: please report it with the traceback, which KGBUILD_TRACEBACK=1 shows\n"
)
#: For each command a function that it calls.
COMMANDS = {
    ("check", "input"): "kgbuild.pipeline.check:check",
    ("completion", "bash"): "click.shell_completion:get_completion_class",
    ("export", "input"): "kgbuild.pipeline.export:export",
    ("formats",): "kgbuild.writers:file_name",
    ("load", "neo4j", "input"): "kgbuild.stores.neo4j.server:check_address",
    ("load", "sparql", "input", "--endpoint", "http://127.0.0.1:9"): "kgbuild.stores.sparql.auth:credentials",
    ("query", "upstream", "--param", "id=spoke", "input"): "kgbuild.query.question:named",
    ("rule", "PG001"): "kgbuild.checks.reports.rules_page:plain",
    ("serve", "input"): "kgbuild.query.triples:load",
    ("validate", "input"): "kgbuild.checks.kgx:validate_all",
}
#: What is reached only after a pool, a query's process or the process that renames has started; or at an import.
DEEPER = {
    "a module of ours": (("formats",), "kgbuild.writers:"),
    "the module of the commands": (("--help",), "kgbuild.cli.main:"),
    "reading, in one process": (("export", "input"), "kgbuild.transform.claims:ClaimMaker._read"),
    "reading, in a worker": (("export", "large.jsonl", "--jobs", "2"), "kgbuild.transform.claims:ClaimMaker._read"),
    "what a worker begins with": (("export", "large.jsonl", "--jobs", "2"), "kgbuild.transform.claims:ClaimMaker.__init__"),
    "merging, in a worker": (("export", "large.jsonl", "--jobs", "2"), "kgbuild.transform.merge:Merger.merge"),
    "rendering, in a worker": (("export", "large.jsonl", "--jobs", "2"), "kgbuild.writers.kgx_jsonl:KgxJsonl.render"),
    "a rule": (("check", "input"), "kgbuild.checks.rules.provenance:_cited_owners"),
    "the process of a query": (("query", "-e", "SELECT * {?s ?p ?o}", "input"), "kgbuild.query.sparql:ask"),
    "the process that renames": (("export", "input"), "kgbuild.pipeline.publish:_move"),
    "the process that fixes": (("check", "input", "--fix"), "kgbuild.pipeline.apply_edits:_rename"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(_SITE)
    (tmp_path / "input").mkdir()
    (tmp_path / "input/a.yaml").write_text("{id: a, category: DataSource, products: [{id: a.b, original_source: [c, c]}]}")
    return tmp_path


def run(folder: Path, arguments: tuple[str, ...], fault: str, **environment: str) -> subprocess.CompletedProcess[str]:
    if "large.jsonl" in arguments:
        text = "x" * 950
        lines = (f'{{"id":"r{n}","category":"DataSource","description":"{text}"}}\n' for n in range(4_500))
        (folder / "large.jsonl").write_text("".join(lines))
    command = [sys.executable, "-m", "kgbuild", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environ(folder, fault) | environment, capture_output=True, text=True, check=False, timeout=60
    )


def environ(folder: Path, fault: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join((str(folder / "site"), str(ROOT))), "FAULT": fault}


def test_every_command_is_tried() -> None:
    assert {" ".join(command[:2]) if command[0] == "load" else command[0] for command in COMMANDS} == set(commands())


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_fault_in_a_command_is_one_sentence_and_status_2(folder: Path, command: tuple[str, ...]) -> None:
    done = run(folder, command, COMMANDS[command])
    module = COMMANDS[command].partition(":")[0]
    assert (done.returncode, done.stdout, done.stderr.splitlines(keepends=True)[-1:]) == (2, "", [_SENTENCE.format(module=module)])
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", DEEPER)
def test_a_fault_deep_inside_is_one_sentence_and_status_2(folder: Path, name: str) -> None:
    command, fault = DEEPER[name]
    done = run(folder, command, fault)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", _SENTENCE.format(module=fault.partition(":")[0]))


@pytest.mark.parametrize("name", DEEPER)
def test_the_traceback_is_shown_where_it_is_asked_for(folder: Path, name: str) -> None:
    """With the frame in which the exception was raised, whichever process that was."""
    command, fault = DEEPER[name]
    done = run(folder, command, fault, KGBUILD_TRACEBACK="1")
    lines = done.stderr.splitlines(keepends=True)
    assert (done.returncode, lines[0], lines[-1]) == (
        2,
        "Traceback (most recent call last):\n",
        _SENTENCE.format(module=fault.partition(":")[0]),
    )
    assert "in fault\n" in done.stderr


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_a_fault_in_a_worker_that_was_not_forked(folder: Path, method: str) -> None:
    fault = "kgbuild.transform.claims:ClaimMaker.__init__"
    done = run(folder, ("export", "large.jsonl", "--jobs", "2"), fault, KGBUILD_START_METHOD=method)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", _SENTENCE.format(module="kgbuild.transform.claims"))


def test_a_fault_in_a_request_is_answered_with_status_500_and_told(folder: Path) -> None:
    command = [sys.executable, "-m", "kgbuild", "serve", "--port", "0", "input"]
    process = subprocess.Popen(command, cwd=folder, env=environ(folder, "kgbuild.query.page:render"), stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    threading.Timer(50, process.kill).start()
    address = process.stderr.readline().split("questions at ")[1].split()[0]
    with pytest.raises(HTTPError) as caught:
        urlopen(address)
    expected = _SENTENCE.format(module="kgbuild.query.page")
    with caught.value as answer:
        assert (answer.code, answer.read().decode()) == (500, expected)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    assert (process.wait(), process.stderr.read()) == (0, expected + "stopped\n")
    process.stderr.close()


def test_a_path_that_the_system_refuses_is_no_fault_of_kgbuild() -> None:
    error = PermissionError(13, "Permission denied", "records/a.md")
    todo = "check that it exists and that you have permission to use it"
    expected = f"error: records/a.md: expected a path that can be used, got 'Permission denied'; {todo}"
    assert unexpected(error) == expected


def test_a_crash_says_what_it_is_in_one_line() -> None:
    crash = Crash.of(ValueError("one\ntwo"))
    assert (str(crash), summary(crash), crash.traceback) == ("ValueError: one two", "ValueError: one two", "ValueError: one\ntwo\n")
    assert Crash.read(crash.text).args == crash.args
    assert (summary(KeyError()), len(summary(KeyError("x" * 1000)))) == ("KeyError", 310)
