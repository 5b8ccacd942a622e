"""A run that fails, is killed or meets a full disk leaves the earlier export whole; the next run leaves no litter (SPEC §5)."""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from paths import INPUT, ROOT

RECORDS = 300
Versions = tuple[Path, Path, dict[str, bytes], dict[str, bytes]]


def command(records: Path, output: Path, *options: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "kgbuild",
        "export",
        str(records),
        "--format",
        "all",
        "--output",
        str(output),
        "--no-cache",
        "--quiet",
        *options,
    ]


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}


def export(records: Path, output: Path, *options: str) -> dict[str, bytes]:
    subprocess.run(command(records, output, *options), check=True, env=environment())
    return contents(output)


def registry(path: Path, version: str, products: int = 1) -> Path:
    """Records enough that an export takes a while and every file differs from one version to the next."""
    records = [
        {
            "id": f"r{n}",
            "category": "DataSource",
            "name": version,
            "products": [{"id": f"r{n}.{m}", "original_source": [f"{version}{m}"]} for m in range(products)],
        }
        for n in range(RECORDS)
    ]
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return path


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    """An older and a newer registry, and the files of their exports."""
    folder = tmp_path_factory.mktemp("versions")
    older, newer = registry(folder / "older.jsonl", "older"), registry(folder / "newer.jsonl", "newer", 3)
    return older, newer, export(older, folder / "a"), export(newer, folder / "b")


def restore(output: Path, older: Path, old: dict[str, bytes], *, run: bool) -> None:
    """Put the older export back: by a run, which also clears up after the one that was killed, or faster by hand."""
    if run:
        assert export(older, output) == old
        assert left(output) == sorted(old)
        return
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    for name, data in old.items():
        (output / name).parent.mkdir(exist_ok=True)
        (output / name).write_bytes(data)


def contents(output: Path) -> dict[str, bytes]:
    """The files of the export; not those of a stage that may be there, or may be going."""
    paths = [path for pattern in ("*", "neo4j/*") for path in output.glob(pattern) if path.is_file()]
    return {str(path.relative_to(output)): path.read_bytes() for path in paths}


def left(output: Path) -> list[str]:
    """All that is there but folders that hold files of the export."""
    return sorted(str(path.relative_to(output)) for path in output.rglob("*") if path != output / "neo4j")


def whole(files: dict[str, bytes]) -> dict[str, str]:
    """The files that a manifest tells of, with their hashes."""
    manifest = json.loads(files["graph_manifest.json"])
    return {item["file"]: item["sha256"] for item in manifest["written"]}


def hashes(files: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "graph_manifest.json"}


@pytest.mark.parametrize("group", [False, True], ids=["process", "group"])
def test_killed_at_any_moment(versions: Versions, tmp_path: Path, group: bool) -> None:
    """Some moments lie in the long part of a run, most about its end, where files are renamed."""
    older, newer, old, new = versions
    output = tmp_path / "output"
    started = time.monotonic()
    assert export(newer, output, "--jobs", "2") == new
    took = time.monotonic() - started
    chance = random.Random(int(group))
    for n in range(12):
        restore(output, older, old, run=n % 4 == 3)
        moment = took * (chance.uniform(0.1, 0.8) if n % 4 == 0 else chance.uniform(0.8, 1.1))
        process = subprocess.Popen(command(newer, output, "--jobs", "2"), env=environment(), start_new_session=True)
        time.sleep(moment)
        (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
        process.wait()
        time.sleep(0.05)  # the renames are done by a process of their own, which ends what was begun
        found = contents(output)
        assert found in (old, new)
        assert hashes(found) == whole(found)
    restore(output, older, old, run=True)


def test_killed_when_a_stage_is_there(versions: Versions, tmp_path: Path) -> None:
    """The moment at which the first temporary name appears, and some after it."""
    older, newer, old, new = versions
    output = tmp_path / "output"
    for n in range(8):
        restore(output, older, old, run=n % 4 == 3)
        process = subprocess.Popen(command(newer, output, "--jobs", "1"), env=environment(), start_new_session=True)
        while process.poll() is None and not [name for name in os.listdir(output) if name.startswith(".kgbuild-")]:
            time.sleep(0.0005)
        time.sleep(n * 0.004)
        os.killpg(process.pid, signal.SIGKILL) if process.poll() is None else None
        process.wait()
        time.sleep(0.05)
        found = contents(output)
        assert found in (old, new)
        assert hashes(found) == whole(found)
    assert export(newer, output) == new
    assert left(output) == sorted(new)


@pytest.mark.parametrize("group", [False, True], ids=["process", "group"])
@pytest.mark.parametrize("moment", [".kgbuild-*", ".kgbuild-*/whole"], ids=["while files are made", "while files are renamed"])
def test_interrupted(versions: Versions, tmp_path: Path, moment: str, group: bool) -> None:
    """Ctrl-C: the files are those of the earlier export or all of the new; where the run goes on, it ends as if nothing was."""
    older, newer, old, new = versions
    output = tmp_path / "output"
    for _ in range(3):
        restore(output, older, old, run=True)
        process = subprocess.Popen(command(newer, output, "--jobs", "2"), env=environment(), stderr=subprocess.PIPE, start_new_session=True)
        while process.poll() is None and not list(output.glob(moment)):
            pass
        if process.poll() is None:
            (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
        time.sleep(0.05)
        found = {name: data for name, data in contents(output).items() if not name.startswith(".kgbuild-")}
        said = b"\ninterrupted; the output is either unchanged or complete\n"
        interrupted = (process.returncode in (2, -signal.SIGINT), stderr, found in (old, new)) == (True, said, True)
        finished = (process.returncode in (0, -signal.SIGINT), stderr, found == new) == (True, b"", True)
        assert interrupted != finished, (process.returncode, stderr, sorted(found))
    restore(output, older, old, run=True)


def test_two_runs_at_once_leave_the_files_of_one(versions: Versions, tmp_path: Path) -> None:
    older, newer, old, new = versions
    output = tmp_path / "output"
    runs = [subprocess.Popen(command(records, output), env=environment()) for records in (older, newer, older, newer)]
    assert [run.wait() for run in runs] == [0, 0, 0, 0]
    assert contents(output) in (old, new)
    assert left(output) == sorted(old)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 KB; skipped where none can be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=512k", "tmpfs", disk], capture_output=True, check=False).returncode
    ):
        pytest.skip("no tmpfs can be mounted here: a full disk was tried by a file-size limit alone")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_full_disk(versions: Versions, small_disk: Path) -> None:
    _, newer, _, _ = versions
    output = small_disk / "output"
    old = export(INPUT, output)
    result = subprocess.run(command(newer, output), env=environment(), capture_output=True, text=True, check=False)
    todo = "make room, or choose another --output (the earlier export is whole)"
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"error: {output}: expected room for the export, got a full disk; {todo}\n"
    assert contents(output) == old
    assert left(output) == sorted(old)


@pytest.mark.parametrize("limit", [1_000, 20_000, 200_000])
def test_file_size_limit(versions: Versions, tmp_path: Path, limit: int) -> None:
    _, newer, _, _ = versions
    output = tmp_path / "output"
    old = export(INPUT, output)
    result = subprocess.run(
        command(newer, output), env=environment(), capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    todo = "make room, or choose another --output (the earlier export is whole)"
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"error: {output}: expected room for the export, got the limit of a file's size; {todo}\n"
    assert contents(output) == old
    assert left(output) == sorted(old)


def failing(records: Path, output: Path) -> str:
    result = subprocess.run(command(records, output), env=environment(), capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    return result.stderr


def test_the_target_is_a_file(tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.write_text("mine")
    assert failing(INPUT, output) == f"error: {output}: expected a folder to write to, got a file; choose another --output\n"
    assert output.read_text() == "mine"


def test_a_part_of_the_way_to_the_target_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    output = tmp_path / "file" / "output"
    said = "expected a folder that can be written, got 'Not a directory'; choose another --output"
    assert failing(INPUT, output) == f"error: {output}: {said}\n"
    assert (tmp_path / "file").read_text() == "mine"


def test_a_file_of_the_export_is_a_folder(tmp_path: Path) -> None:
    output = tmp_path / "output"
    (output / "graph.ttl").mkdir(parents=True)
    said = "expected a file or nothing, got a folder; move it away or choose another --name"
    assert failing(INPUT, output) == f"error: {output / 'graph.ttl'}: {said}\n"
    assert sorted(path.name for path in output.iterdir()) == ["graph.ttl"]


def test_the_folder_of_a_format_is_a_file(tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.mkdir()
    (output / "neo4j").write_text("mine")
    said = "expected a folder or nothing, got a file; move it away or choose another --output"
    assert failing(INPUT, output) == f"error: {output / 'neo4j'}: {said}\n"
    assert {path.name: path.read_text() for path in output.iterdir()} == {"neo4j": "mine"}


def test_what_else_is_in_the_folder_of_a_format_stays(tmp_path: Path) -> None:
    (tmp_path / "output" / "neo4j").mkdir(parents=True)
    (tmp_path / "output" / "neo4j" / "notes.txt").write_text("mine")
    assert export(INPUT, tmp_path / "output")["neo4j/notes.txt"] == b"mine"


def test_the_target_is_on_a_read_only_file_system(tmp_path: Path) -> None:
    output = tmp_path / "output"
    old = export(INPUT, output)
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, "--bind", output, output], capture_output=True, check=False).returncode:
        pytest.skip("no bind mount can be made here")
    try:
        subprocess.run([mount, "-o", "remount,bind,ro", output], check=True)
        said = "expected a folder that can be written, got 'Read-only file system'; choose another --output"
        assert failing(INPUT, output) == f"error: {output}: {said}\n"
        assert contents(output) == old
    finally:
        subprocess.run(["umount", output], check=True)


def test_a_failed_run_leaves_no_folder_that_was_not_there(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("id: a\nid: b\n")
    result = subprocess.run(command(tmp_path / "bad.yaml", tmp_path / "output"), env=environment(), capture_output=True, check=False)
    assert result.returncode == 2
    assert not (tmp_path / "output").exists()
