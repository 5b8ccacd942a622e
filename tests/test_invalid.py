"""Each broken input of invalid/ gives its exact sentences, exit status 2, and nothing else: no output, no more than 5 s and 500 MB.

A new case is two files and no Python: `invalid/NAME` (a file, or a folder) and `invalid/NAME.error.txt`, the sentences that are printed.
What cannot be kept as a file is made by `invalid/generated.py`. To write the sentences anew: ``pytest tests/test_invalid.py --regenerate``.
"""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from paths import ROOT, TESTS

INVALID = TESTS / "invalid"
ENDING = ".error.txt"
GENERATED: Mapping[str, Callable[[], Iterator[bytes]]] = runpy.run_path(str(INVALID / "generated.py"))["CASES"]
KEPT = sorted(p.name for p in INVALID.iterdir() if not p.name.startswith((".", "__")) and not p.name.endswith((ENDING, ".py")))
SECONDS, KILOBYTES = 5, 500_000
#: Starts the command from a small process: a child's peak begins with what its parent had when it forked (getrusage(2)).
MEASURE = """
import json, os, sys
pid = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, *sys.argv[1:]])
_, status, usage = os.wait4(pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss]))
"""


class Run(NamedTuple):
    """How a command ended: exit status, seconds of all processors, kilobytes, what was said."""

    status: int
    seconds: float
    peak: int
    said: str


def export(folder: Path, given: str, output: Path, stdin: bytes = b"") -> Run:
    """Run `kgbuild export` in a folder, with warnings as errors."""
    command = ["-W", "error", "-m", "kgbuild", "export", given, "--output", str(output), "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", MEASURE, *command],
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        check=True,
        timeout=60,
    )
    status, seconds, peak = json.loads(done.stdout)
    return Run(status, seconds, peak // 1024 if sys.platform == "darwin" else peak, done.stderr.decode())


def told(sentences: list[str]) -> str:
    """What the command prints of sentences."""
    count = f"{len(sentences)} errors; nothing was written\n" if len(sentences) > 1 else ""
    return "".join(f"error: {sentence}\n" for sentence in sentences) + count


def sentences_of(run: Run) -> list[str]:
    """The sentences that a command printed."""
    return [line.removeprefix("error: ") for line in run.said.splitlines() if not re.fullmatch(r"\d+ errors; nothing was written", line)]


@pytest.mark.parametrize("name", sorted([*KEPT, *GENERATED]))
def test_a_broken_input_is_refused_in_its_own_words(name: str, tmp_path: Path, regenerate: bool) -> None:
    folder, expected, output = INVALID, INVALID / f"{name}{ENDING}", tmp_path / "output"
    if name in GENERATED:
        folder = tmp_path
        with (tmp_path / name).open("wb") as file:
            file.writelines(GENERATED[name]())
    run = export(folder, name, output)
    if name in GENERATED:
        (tmp_path / name).unlink()
    if regenerate:
        expected.write_text("".join(f"{sentence}\n" for sentence in sentences_of(run)), "utf-8")
    assert run.said == told(expected.read_text("utf-8").splitlines())
    assert run.status == 2
    assert run.seconds < SECONDS
    assert run.peak < KILOBYTES
    assert not any(tmp_path.iterdir())


def test_every_sentence_belongs_to_a_case() -> None:
    assert sorted(path.name.removesuffix(ENDING) for path in INVALID.glob(f"*{ENDING}")) == sorted([*KEPT, *GENERATED])


def test_there_are_fifty_kinds() -> None:
    assert len({*KEPT, *GENERATED}) >= 50


@pytest.mark.parametrize("name", [name for name in KEPT if name.endswith((".jsonl", ".ndjson"))])
def test_standard_input_is_refused_in_the_same_words(name: str, tmp_path: Path) -> None:
    run = export(tmp_path, "-", tmp_path / "output", (INVALID / name).read_bytes())
    expected = (INVALID / f"{name}{ENDING}").read_text("utf-8").replace(f"{name}:", "standard input:")
    assert (run.status, run.said) == (2, told(expected.splitlines()))


def test_what_is_broken_can_be_left_out(tmp_path: Path) -> None:
    output = tmp_path / "output"
    command = [sys.executable, "-m", "kgbuild", "export", "several", "--keep-going", "--quiet", "--no-cache", "--output", str(output)]
    done = subprocess.run(command, cwd=INVALID, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=False)
    expected = (INVALID / f"several{ENDING}").read_text("utf-8").splitlines()
    assert (done.returncode, done.stderr.decode()) == (1, "".join(f"left out: {sentence}\n" for sentence in expected))
    assert (output / "graph_manifest.json").is_file()
