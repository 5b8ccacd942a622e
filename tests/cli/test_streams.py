"""Standard streams that are closed, full or broken, in fresh processes of every command: the work is done, or the status is 2 with one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from paths import ROOT
from running import commands

PAGE = "---\nid: a\ncategory: DataSource\nproducts:\n- id: a.b\n  original_source: a\n---\n"
#: Of each command an example whose work is its output, and one whose work is something else, if there is one.
SPEAKING: dict[str, tuple[str, ...]] = {
    "check": ("check", "input", "--fail-on", "never"),
    "check --diff": ("check", "twice", "--diff"),
    "completion": ("completion", "bash"),
    "formats": ("formats",),
    "query": ("query", "--from", "build", "-e", "SELECT ?s { ?s a ?c }"),
    "query --list": ("query", "--list"),
    "query --show": ("query", "upstream", "--show", "sql"),
    "rule": ("rule", "PG001"),
    "validate": ("validate", "build"),
    "--help": ("--help",),
    "export --help": ("export", "--help"),
    "--version": ("--version",),
}
WORKING: dict[str, tuple[str, ...]] = {
    "check -o": ("check", "input", "--fail-on", "never", "-o", "made"),
    "check --write-baseline": ("check", "input", "--fail-on", "never", "--baseline", "made", "--write-baseline", "-o", "report"),
    "export": ("export", "input", "-o", "made"),
    "query -o": ("query", "--from", "build", "-e", "SELECT ?s { ?s a ?c }", "-o", "made"),
}
#: Commands that fail, since there is no server and no free address.
FAILING: dict[str, tuple[str, ...]] = {
    "load neo4j": ("load", "neo4j", "--from", "build", "--uri", "nonsense"),
    "load sparql": ("load", "sparql", "--from", "build", "--endpoint", "nonsense"),
    "serve": ("serve", "--from", "build", "--host", "256.0.0.1"),
    "export nothing": ("export", "nowhere"),
    "nosuch": ("nosuch",),
}
SENTENCE = "error: standard output: expected to write the output, got {}; redirect it to another place\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streams")
    (folder / "input").mkdir()
    (folder / "input" / "a.md").write_text(PAGE)
    (folder / "twice").mkdir()
    (folder / "twice" / "a.md").write_text(PAGE.replace("source: a\n", "source: [do, do]\n"))
    (folder / "lines.jsonl").write_text('{"id": "a", "category": "DataSource"}\n')
    assert shell(folder, ("export", "input", "-f", "kgx,ntriples", "-o", "build", "-q"), "").returncode == 0
    return folder


def shell(folder: Path, arguments: tuple[str, ...], redirection: str) -> subprocess.CompletedProcess[str]:
    """Run the command with a redirection of the shell."""
    quoted = " ".join(f"'{part}'" for part in (sys.executable, "-m", "kgbuild", *arguments))
    env = os.environ | {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / "cache")}
    return subprocess.run(["bash", "-c", f"{quoted} {redirection}"], cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_every_command_is_tried() -> None:
    assert set(commands()) <= {*SPEAKING, *WORKING, *FAILING}


@pytest.mark.parametrize("name", SPEAKING)
@pytest.mark.parametrize(("redirection", "got"), [(">&-", "a closed one"), (">/dev/full", "'No space left on device'")])
def test_an_output_that_cannot_be_written(folder: Path, name: str, redirection: str, got: str) -> None:
    done = shell(folder, SPEAKING[name], redirection)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", SENTENCE.format(got))


@pytest.mark.parametrize("name", SPEAKING)
def test_a_closed_pipe_ends_quietly(folder: Path, name: str) -> None:
    done = shell(folder, SPEAKING[name], "| true; echo ${PIPESTATUS[0]}")
    assert (done.stdout.strip() in ("0", "1" if name == "check --diff" else "0", "2"), done.stderr) == (True, "")


@pytest.mark.parametrize("name", WORKING)
@pytest.mark.parametrize(
    "redirection", [">&-", "2>&-", ">&- 2>&- <&-", "2>/dev/full", ">/dev/full 2>/dev/full", "<&-", "2>&1 | true; exit ${PIPESTATUS[0]}"]
)
def test_work_that_needs_no_output_is_done(folder: Path, name: str, redirection: str) -> None:
    """And what it writes is not changed by what it says, as when a file of an export had the number of a closed standard output."""
    whole = shell(folder, WORKING[name], "")
    expected = contents(folder)
    done = shell(folder, WORKING[name], redirection)
    assert (done.returncode, whole.returncode, contents(folder)) == (0, 0, expected)


def contents(folder: Path) -> dict[str, bytes]:
    made = folder / "made"
    files = {"made": made.read_bytes()} if made.is_file() else {path.name: path.read_bytes() for path in made.iterdir()}
    subprocess.run(["rm", "-rf", made, folder / "cache"], check=True)
    return files


@pytest.mark.parametrize("name", SPEAKING)
@pytest.mark.parametrize("redirection", ["2>/dev/full", "<&- 2>&-"])
def test_other_streams_do_not_matter(folder: Path, name: str, redirection: str) -> None:
    expected = shell(folder, SPEAKING[name], "")
    done = shell(folder, SPEAKING[name], redirection)
    assert (done.returncode, done.stdout) == (expected.returncode, expected.stdout)
    assert expected.returncode in (0, 1)


@pytest.mark.parametrize("name", FAILING)
@pytest.mark.parametrize("redirection", [">/dev/full", "2>/dev/full", ">&- 2>&- <&-"])
def test_a_failure_stays_one(folder: Path, name: str, redirection: str) -> None:
    done = shell(folder, FAILING[name], redirection)
    assert (done.returncode, done.stdout, bool(done.stderr)) == (2, "", "2>" not in redirection)
    assert "Traceback" not in done.stderr


CLOSED = "error: standard input: expected a standard input that can be read, got a closed one; send it JSON Lines, as in "


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("export", "-"), f"{CLOSED}`kgbuild export - < records.jsonl`\n"),
        (("query", "-f", "-", "input"), "error: -: expected a file with a query, got 'Bad file descriptor'; check the path\n"),
    ],
)
def test_an_input_that_is_closed(folder: Path, arguments: tuple[str, ...], sentence: str) -> None:
    done = shell(folder, arguments, "<&-")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16"])
def test_an_output_in_another_encoding(folder: Path, encoding: str) -> None:
    (folder / "odd").mkdir(exist_ok=True)
    (folder / "odd" / "\N{SNOWMAN}.md").write_text(PAGE)
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding}
    run = subprocess.run(
        [sys.executable, "-m", "kgbuild", "check", "odd", "--fail-on", "never", "--no-cache"], cwd=folder, env=env, capture_output=True, check=False
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, b"")


def test_dropped_docstrings_change_nothing(folder: Path) -> None:
    for arguments in (
        ("--help",),
        ("check", "--help"),
        ("load", "neo4j", "--help"),
        ("rule", "--all"),
        ("check", "input"),
        ("query", "--list"),
    ):
        plain = shell(folder, arguments, "")
        env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONOPTIMIZE": "2", "XDG_CACHE_HOME": str(folder / "cache")}
        dropped = subprocess.run(
            [sys.executable, "-m", "kgbuild", *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False
        )
        assert (dropped.returncode, dropped.stdout, dropped.stderr) == (plain.returncode, plain.stdout, plain.stderr)
