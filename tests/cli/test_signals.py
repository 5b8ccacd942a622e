"""SIGINT, SIGTERM and SIGHUP at any moment of any command: it ends by the signal and leaves no folder, no half file and no process."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from paths import ROOT
from running import commands, contents

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: A command of each kind that takes a while; `lines.jsonl` are records, `build` an export, `wrong` records with something to fix.
COMMANDS: dict[str, tuple[str, ...]] = {
    "check": ("check", "lines.jsonl", "--no-cache", "-j", "2", "-o", "report.txt"),
    "completion": ("completion", "bash"),
    "export": ("export", "lines.jsonl", "-f", "all", "-j", "2", "-q"),
    "formats": ("formats",),
    "load neo4j": ("load", "neo4j", "lines.jsonl", "--no-cache", "-j", "2", "--uri", "bolt://127.0.0.1:9"),
    "load sparql": ("load", "sparql", "lines.jsonl", "--no-cache", "--endpoint", "http://127.0.0.1:9/"),
    "query": ("query", "--from", "build", "-o", "answer.csv", "--format", "csv", "-e", "SELECT * { ?a ?b ?c . ?d ?e ?f . FILTER(?c = 1) }"),
    "query records": ("query", "lines.jsonl", "--no-cache", "-e", "SELECT ?s { ?s a ?c }"),
    "rule": ("rule", "--all"),
    "serve": ("serve", "lines.jsonl", "--no-cache", "--port", "0"),
    "validate": ("validate", "build"),
    "fix": ("check", "wrong", "--fix", "--no-cache", "--fail-on", "never"),
    "baseline": ("check", "lines.jsonl", "--no-cache", "--baseline", "known.json", "--write-baseline"),
}
RECORDS = 3_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signals")
    records = (
        {"id": f"r{n}", "category": "DataSource", "description": "x" * 1_500, "products": [{"id": f"r{n}.f", "original_source": [f"r{n // 2}"]}]}
        for n in range(RECORDS)
    )  # fmt: skip
    (folder / "lines.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in records))
    (folder / "wrong").mkdir()
    for n in range(100):
        page = f"---\nid: r{n}\ncategory: DataSource\nproducts:\n- id: r{n}.f\n  original_source:\n  - do\n  - do\n---\n"
        (folder / "wrong" / f"r{n}.md").write_text(page)
    subprocess.run(
        command("export", "lines.jsonl", "-f", "kgx,ntriples", "-o", "build", "-q"), cwd=folder, env=environment(folder), check=True
    )
    return folder


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "kgbuild", *arguments]


def environment(folder: Path) -> dict[str, str]:
    """Temporary folders and the cache in a folder of the test, so that it sees what is left there."""
    (folder / "tmp").mkdir(exist_ok=True)
    return os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "tmp"), "XDG_CACHE_HOME": str(folder / "cache")}


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Iterator[Path]:
    """A folder of the test's own with the same records."""
    subprocess.run(["cp", "-r", *map(str, made.iterdir()), str(tmp_path)], check=True)
    yield tmp_path
    assert members(tmp_path) == []


def members(folder: Path) -> list[str]:
    """The command lines of the processes whose current folder is this one."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.readlink(entry / "cwd") == str(folder) and (entry / "cmdline").read_bytes():
                found.append((entry / "cmdline").read_bytes().decode(errors="replace"))
        except OSError:  # it has ended, or is another user's
            continue
    return found


def left(folder: Path) -> list[str]:
    """What a run may not leave behind."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if "kgbuild-" in path.name) + os.listdir(folder / "tmp")


def took(folder: Path, arguments: tuple[str, ...]) -> float:
    begun = time.monotonic()
    try:
        subprocess.run(command(*arguments), cwd=folder, env=environment(folder), capture_output=True, check=False, timeout=2)
    except subprocess.TimeoutExpired:  # it was killed, and could not remove its folder
        subprocess.run(["rm", "-rf", folder / "tmp"], check=True)
        return 1.5
    return time.monotonic() - begun


def interrupted(folder: Path, arguments: tuple[str, ...], number: int, moment: float, *, group: bool) -> tuple[int, str]:
    """Start a command, send a signal to it, or to it and its children, and return its status and what it says."""
    process = subprocess.Popen(
        command(*arguments), cwd=folder, env=environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        start_new_session=True, preexec_fn=_default_signals,  # noqa: PLW1509  # no threads here
    )  # fmt: skip
    time.sleep(moment)
    (os.killpg if group else os.kill)(process.pid, number)
    _, said = process.communicate(timeout=20)
    return process.returncode, said


def _default_signals() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def settled(folder: Path) -> None:
    """Wait until the children have ended, which they do when their parent has."""
    for _ in range(100):
        if not members(folder):
            return
        time.sleep(0.02)


def test_every_command_is_tried() -> None:
    assert set(commands()) <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_at_random_moments(folder: Path, name: str) -> None:
    arguments, chance = COMMANDS[name], random.Random(name)
    before = {**contents(folder / "wrong"), **contents(folder / "build")}
    whole = took(folder, arguments)
    after = {**contents(folder / "wrong"), **contents(folder / "build")}
    for n in range(6):
        restore(folder, before)
        moment = 0.05 + chance.uniform(0.2 if n % 3 else 0, 1) * whole
        status, said = interrupted(folder, arguments, SIGNALS[n % 3], moment, group=n % 2 == 0)
        settled(folder)
        assert left(folder) == [], (moment, said)
        now = {**contents(folder / "wrong"), **contents(folder / "build")}
        assert now in (before, after)
        assert status in (
            {-SIGNALS[n % 3], 0, 2} if name in ("serve", "load neo4j", "load sparql", "query") else {-SIGNALS[n % 3], 0, 1}
        ), said
        assert "bug in kgbuild" not in said


def restore(folder: Path, before: dict[str, bytes]) -> None:
    for name, data in before.items():
        (folder / ("wrong" if name.endswith(".md") else "build") / name).write_bytes(data)
    for name in ("report.txt", "answer.csv", "known.json"):
        (folder / name).unlink(missing_ok=True)
    subprocess.run(["rm", "-rf", folder / "output", folder / "cache"], check=True)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("group", [False, True], ids=["process", "group"])
def test_while_a_stage_is_there_and_workers_run(folder: Path, number: int, group: bool) -> None:
    """Nothing of an export that would be the first is left, nor the folder that it made."""
    run = subprocess.Popen(
        command("export", "lines.jsonl", "-f", "all", "-j", "2", "--no-cache"), cwd=folder, env=environment(folder),
        stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=_default_signals,  # noqa: PLW1509  # no threads here
    )  # fmt: skip
    while not (folder / "output").exists():
        time.sleep(0.002)
    (os.killpg if group else os.kill)(run.pid, number)
    assert (run.communicate(timeout=20)[1], run.returncode) == ("\ninterrupted; the output is either unchanged or complete\n", -number)
    settled(folder)
    assert (left(folder), (folder / "output").exists()) == ([], False)


def test_a_shell_sees_the_signal(folder: Path) -> None:
    start = f"{sys.executable} -m kgbuild export lines.jsonl -f all -q --no-cache & p=$!"
    run = f"{start}; until [ -e output ]; do sleep 0.01; done; kill $p; wait $p; echo $?"
    done = subprocess.run(["bash", "-c", run], cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)
    assert done.stdout == "143\n"


def test_ignored_signals_stay_ignored(folder: Path) -> None:
    """As `nohup` and the background of a shell ask for."""

    def ignore() -> None:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    run = subprocess.Popen(
        command(*COMMANDS["export"]), cwd=folder, env=environment(folder), stderr=subprocess.PIPE, text=True, preexec_fn=ignore  # noqa: PLW1509  # no threads here
    )  # fmt: skip
    for _ in range(20):
        time.sleep(0.05)
        for number in SIGNALS:
            if run.poll() is None:
                os.kill(run.pid, number)
    assert (run.communicate(timeout=30)[1], run.returncode) == ("", 0)
    assert (folder / "output" / "graph_manifest.json").exists()


@pytest.mark.parametrize("number", SIGNALS)
def test_serve_completes_what_it_answers(folder: Path, number: int) -> None:
    server = subprocess.Popen(
        command("serve", "--from", "build", "--port", "0"), cwd=folder, env=environment(folder), stderr=subprocess.PIPE, text=True,
        start_new_session=True, preexec_fn=_default_signals,  # noqa: PLW1509  # no threads here
    )  # fmt: skip
    assert server.stderr is not None
    address = server.stderr.readline().split(" at ")[1].split("query,")[0]
    query = quote("SELECT (COUNT(*) AS ?n) { ?s a kgrs:Resource . ?t a kgrs:Resource FILTER(STR(?s) < STR(?t)) }")  # takes some seconds
    with subprocess.Popen(
        [sys.executable, "-c", f"from urllib.request import urlopen; print(urlopen('{address}query?query={query}').status)"],
        stdout=subprocess.PIPE, text=True,
    ) as client:  # fmt: skip
        time.sleep(1)
        os.killpg(server.pid, number)
        assert (server.communicate(timeout=40)[1], server.returncode) == ("stopped\n", 0)
        assert client.communicate(timeout=40)[0] == "200\n"
    with pytest.raises(OSError, match="refused"):
        urlopen(address)
    settled(folder)
    assert left(folder) == []
