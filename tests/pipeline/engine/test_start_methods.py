"""The pool of workers, and whole runs with it, under every way of starting processes: the same results, in processes of their own."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running import contents

import kgbuild
from kgbuild import writers
from kgbuild.errors import UsageError
from kgbuild.mapping.load import load_mapping
from kgbuild.pipeline.engine import local
from kgbuild.pipeline.engine.claim_batch import ClaimBatch, run_index
from kgbuild.pipeline.engine.job import Job

ROOT = Path(__file__).parents[3]
METHODS = multiprocessing.get_all_start_methods()
_PAGE = """\
---
id: r{n}
category: DataSource
layout: resource_detail
name: Resource {n}
products:
{products}---
"""
_PRODUCT = """\
- id: r{n}.p{m}
  name: Product {m} of {n}
  category: GraphProduct
  description: {text}
  original_source: [{sources}]
"""


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of some 5 MB, with findings on each: enough that reading, merging and looking up lines are shared out."""
    folder = tmp_path_factory.mktemp("many") / "records"
    folder.mkdir()
    for n in range(60):
        products = "".join(_PRODUCT.format(n=n, m=m, sources=f"r{(n + m) % 60}" if m else "nosuch", text="words " * 190) for m in range(75))
        (folder / f"r{n}.md").write_text(_PAGE.format(n=n, products=products))
    return folder


def run(folder: Path, *arguments: str, method: str = "") -> subprocess.CompletedProcess[bytes]:
    """`kgbuild` in a folder, in a process of its own, whose workers are started in one way."""
    command = [sys.executable, "-W", "error", "-m", "kgbuild", *arguments, "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), local.START_METHOD: method}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)


def exported(records: Path, output: Path, jobs: str, method: str = "") -> dict[str, bytes]:
    done = run(
        records.parent, "export", "records", "--output", str(output), "--jobs", jobs, "--format", "all", "--rollup", "--qualified",
        "--quiet", method=method,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.decode()) == (0, b"", "")
    return contents(output)


@pytest.fixture(scope="module")
def by_one_process(records: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return exported(records, tmp_path_factory.mktemp("one"), "1")


@pytest.fixture(scope="module")
def checked_by_one_process(records: Path) -> subprocess.CompletedProcess[bytes]:
    return run(records.parent, "check", "records", "--format", "json", "--jobs", "1")


@pytest.mark.parametrize("method", METHODS)
def test_an_export_has_the_same_bytes(records: Path, by_one_process: dict[str, bytes], tmp_path: Path, method: str) -> None:
    assert exported(records, tmp_path, "2", method) == by_one_process


@pytest.mark.parametrize("method", METHODS)
def test_a_check_finds_the_same(records: Path, checked_by_one_process: subprocess.CompletedProcess[bytes], method: str) -> None:
    found = run(records.parent, "check", "records", "--format", "json", "--jobs", "2", method=method)
    expected = checked_by_one_process
    assert (found.returncode, found.stdout, found.stderr) == (expected.returncode, expected.stdout, expected.stderr)
    assert len({finding["path"] for finding in json.loads(found.stdout)["findings"] if finding["line"]}) == 60


@pytest.mark.parametrize("method", METHODS)
def test_the_library_in_a_script(records: Path, tmp_path: Path, method: str) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import kgbuild\n"
        "if __name__ == '__main__':\n"
        f"    graph = kgbuild.build({str(records)!r}, jobs=2)\n"
        "    manifest = graph.write('output', formats='kgx-tsv')\n"
        "    print(len(graph.nodes), len(graph.edges), [item.rows for item in manifest.written])\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT), local.START_METHOD: method}
    done = subprocess.run([sys.executable, "-W", "error", script], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert done.stdout.decode() == "4561 9000 [9000, 4561]\n"


_POOL = """\
import os, sys, time
from kgbuild.errors import Crash, InputError, KgbuildError, Problem
from kgbuild.pipeline.engine import local

class Odd(Exception):
    def __init__(self, one, two):
        super().__init__("odd")

def worker(state):
    def work(task):
        if task == "input":
            raise InputError([Problem("a.md", 1, 2, "id", "text", "a list", "write text")])
        if task == "odd":
            raise Odd(1, 2)
        if task == "end":
            os._exit(3)
        if task == "wait":
            os.write(1, b"waiting %d\\n" % os.getpid())  # one system call: two workers share the pipe, and print() may take several
            time.sleep(600)
        return state + task
    return work

if __name__ == "__main__":
    try:
        print(list(local.run(worker, "a", sys.argv[1:], 2)))
    except InputError as error:
        print("input", *error.problems)
    except Crash as error:
        print("crash", error, "in work" in error.traceback)
    except KgbuildError as error:
        print(error)
"""


def pool(folder: Path, method: str, *tasks: str) -> subprocess.Popen[str]:
    script = folder / "pool.py"
    script.write_text(_POOL)
    environment = os.environ | {"PYTHONPATH": str(ROOT), local.START_METHOD: method}
    return subprocess.Popen(
        [sys.executable, script, *tasks], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("method", METHODS)
def test_results_come_in_the_order_of_the_tasks(tmp_path: Path, method: str) -> None:
    tasks = [str(n) for n in range(20)]
    assert pool(tmp_path, method, *tasks).communicate(timeout=60) == (f"{['a' + task for task in tasks]}\n", "")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("input", "input a.md:1:2: id: expected text, got a list; write text\n"),
        ("odd", "crash Odd: odd True\n"),
    ],
)
def test_what_a_worker_raises_reaches_the_parent(tmp_path: Path, method: str, task: str, expected: str) -> None:
    """`Odd` is an exception that cannot be unpickled."""
    assert pool(tmp_path, method, "1", task, "2").communicate(timeout=60) == (expected, "")


@pytest.mark.parametrize("method", METHODS)
def test_a_worker_that_ends_is_a_sentence(tmp_path: Path, method: str) -> None:
    said, errors = pool(tmp_path, method, "end").communicate(timeout=60)
    expected = (
        "a worker process was killed, perhaps for lack of memory; try again with --jobs 1\n"
        if method == "fork"
        else "a worker process did not start, or was killed, perhaps for lack of memory; try again with --jobs 1 "
        "(in a script, put the code that calls kgbuild under `if __name__ == '__main__':`)\n"
    )
    assert (said, errors) == (expected, "")


@pytest.mark.parametrize("method", METHODS)
def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path, method: str) -> None:
    process = pool(tmp_path, method, "wait", "wait")
    assert process.stdout is not None
    workers = [int(process.stdout.readline().split()[1]) for _ in range(2)]
    process.kill()
    end = time.monotonic() + 10
    left = workers
    while left and time.monotonic() < end:
        left = [pid for pid in left if _runs(pid)]
        time.sleep(0.1)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    process.communicate()
    assert left == []


def _runs(pid: int) -> bool:
    """Whether a process is there, and no zombie that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_method_that_the_system_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(local.START_METHOD, "thread")
    expected = f"KGBUILD_START_METHOD: expected one of {', '.join(METHODS)}, got 'thread'; correct or unset it"
    with pytest.raises(UsageError) as caught:
        local.start_method()
    assert str(caught.value) == expected


def test_fork_is_chosen_where_there_is_one_thread_and_not_beside_others() -> None:
    script = (
        "import threading\n"
        "from kgbuild.pipeline.engine.local import start_method\n"
        "print(start_method())\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "print(start_method())\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != local.START_METHOD} | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == (["fork", "forkserver"] if sys.platform == "linux" else [METHODS[0]] * 2)


def test_what_workers_are_given_is_small_and_comes_back_equal() -> None:
    mapping = load_mapping()
    job = Job(
        batches=(), mapping=mapping, run_index=run_index([ClaimBatch(resources=("a", "b"))], {"c": "d"}), formats=tuple(writers.WRITERS)
    )
    data = pickle.dumps(job)
    assert pickle.loads(data) == job
    assert len(data) < 200_000


@pytest.mark.parametrize("name", writers.WRITERS)
def test_a_writer_made_from_a_mapping_that_was_pickled_writes_the_same(name: str) -> None:
    graph = kgbuild.build(ROOT / "input")
    one, two = (writers.writer(name, mapping, qualified=True) for mapping in (graph.mapping, pickle.loads(pickle.dumps(graph.mapping))))
    assert (two.head(), two.render(graph.nodes, graph.edges)) == (one.head(), one.render(graph.nodes, graph.edges))
