"""A query that is killed, or whose own process is killed, leaves no folder and no process behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from paths import ROOT

LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def start(tmp_path: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """A query of records whose temporary files are in a folder of its own."""
    (tmp_path / "tmp").mkdir(exist_ok=True)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "tmp")}
    command = [sys.executable, "-m", "kgbuild", "query", "-e", LONG, "--jobs", "2", "--no-cache", *arguments, str(ROOT / "input")]
    return subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def descendants(pid: int) -> list[int]:
    found: list[int] = []
    for each in (pid, *found):
        try:
            found += map(int, Path(f"/proc/{each}/task/{each}/children").read_text().split())
        except FileNotFoundError:
            continue
    return found


def gone(tmp_path: Path, pids: list[int]) -> bool:
    """Whether the folder of temporary files is empty and the processes have ended, at the latest in some seconds."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if not list((tmp_path / "tmp").iterdir()) and not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("seed", range(20))
def test_a_kill_at_any_moment_leaves_nothing(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    running = start(tmp_path)
    time.sleep(chance.uniform(0, 2))
    pids = descendants(running.pid)
    kill = chance.choice([os.kill, os.killpg])
    kill(running.pid, chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP]))
    running.communicate(timeout=20)
    assert running.returncode != 0
    assert gone(tmp_path, pids)


def test_a_query_whose_process_is_killed_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    running = start(tmp_path)
    while not list((tmp_path / "tmp").glob("*/graph_manifest.json")):
        time.sleep(0.01)
    while len(asking := [pid for pid in descendants(running.pid) if os.getpgid(pid) == running.pid]) != 1:
        time.sleep(0.01)
    (asked,) = asking
    os.kill(asked, signal.SIGKILL)
    _, error = running.communicate(timeout=20)
    sentence = "expected an answer, got the end of its process by SIGKILL, perhaps for lack of memory; simplify the query"
    assert (running.returncode, error.decode()) == (2, f"error: {sentence}\n")
    assert gone(tmp_path, asking)


def test_a_query_that_runs_away_leaves_nothing(tmp_path: Path) -> None:
    running = start(tmp_path, "--timeout", "1")
    _, error = running.communicate(timeout=60)
    assert (running.returncode, error) == (
        2, b"error: expected an answer within 1 s, got none; simplify the query, or raise --timeout\n",
    )  # fmt: skip
    assert gone(tmp_path, [])
