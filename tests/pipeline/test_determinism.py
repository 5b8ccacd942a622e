"""The same records give the same bytes, whatever holds them, in whatever order, read by however many processes (SPEC §5)."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
import zstandard
from paths import INPUT, ROOT
from running import contents

ALL = ("--format", "all", "--rollup", "--qualified")


def export(
    records: Path, output: Path, *options: str, formats: tuple[str, ...] = ALL, env: dict[str, str] | None = None
) -> dict[str, bytes]:  # fmt: skip
    command = [
        sys.executable,
        "-m",
        "kgbuild",
        "export",
        str(records),
        *formats,
        "--no-cache",
        "--quiet",
        "--output",
        str(output),
        *options,
    ]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)} | (env or {}))
    return contents(output)


def graph_files(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files without the manifest and the findings, which name what was read."""
    return {name: data for name, data in files.items() if name not in ("graph_manifest.json", "graph_findings.jsonl")}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of `input/` without the settings beside them, which an archive or a file of lines would not have."""
    folder = tmp_path_factory.mktemp("sample")
    for name, data in files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def expected(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The export of `input/` by one process."""
    return export(sample, tmp_path_factory.mktemp("expected"), "--jobs", "1", env={"PYTHONHASHSEED": "0"})


def files() -> dict[str, bytes]:
    return {str(path.relative_to(INPUT)): path.read_bytes() for path in sorted(INPUT.rglob("*.md"))}


@pytest.mark.parametrize("seed", ["0", "1", "random"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_hash_seed_and_number_of_processes(expected: dict[str, bytes], sample: Path, tmp_path: Path, seed: str, jobs: str) -> None:
    assert export(sample, tmp_path, "--jobs", jobs, env={"PYTHONHASHSEED": seed}) == expected


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_in_which_files_were_made(expected: dict[str, bytes], tmp_path: Path, seed: int) -> None:
    for name, data in random.Random(seed).sample(sorted(files().items()), len(files())):
        path = tmp_path / "copy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assert export(tmp_path / "copy", tmp_path / "output") == expected


def test_other_names_and_folders_for_the_same_files(expected: dict[str, bytes], tmp_path: Path) -> None:
    """Only the manifest names files that were skipped."""
    names = random.Random(3).sample(range(len(files())), len(files()))
    for number, data in zip(names, files().values(), strict=True):
        path = tmp_path / "copy" / f"{number % 3}" / f"{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assert graph_files(export(tmp_path / "copy", tmp_path / "output")) == graph_files(expected)


def tar(seed: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in random.Random(seed).sample(sorted(files().items()), len(files())):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def gz(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as plain, tarfile.open(fileobj=out, mode="w:gz") as packed:
        for member in plain:
            packed.addfile(member, plain.extractfile(member))
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in reversed(files().items()):
            archive.writestr(name, data)
    return out.getvalue()


PACKED = {
    ".tar": lambda: tar(4),
    ".tar.gz": lambda: gz(tar(5)),
    ".tar.zst": lambda: zstandard.compress(tar(6)),
    ".zip": zipped,
}


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("ending", PACKED)
def test_a_folder_and_its_archive(expected: dict[str, bytes], tmp_path: Path, ending: str, jobs: str) -> None:
    """The manifest too: its hash is over the sorted hashes of the files."""
    (tmp_path / f"records{ending}").write_bytes(PACKED[ending]())
    assert export(tmp_path / f"records{ending}", tmp_path / "output", "--jobs", jobs) == expected


def front_matters() -> list[str]:
    """The records of `input/` as lines of JSON, without its documentation pages, which have no record."""
    trees = [yaml.load(data.split(b"---\n")[1], Loader=yaml.BaseLoader) for data in files().values()]
    return [json.dumps(tree) for tree in trees if "id" in tree]


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("seed", [7, 8])
def test_pages_and_json_lines(tmp_path: Path, jobs: str, seed: int) -> None:
    """Lines in any order give the graph that their pages give."""
    pages, lines = tmp_path / "pages", tmp_path / "lines.jsonl"
    for name, data in files().items():
        if b"\nid:" in data:
            (pages / name).parent.mkdir(parents=True, exist_ok=True)
            (pages / name).write_bytes(data)
    records = front_matters()
    lines.write_text("\n".join(random.Random(seed).sample(records, len(records))))
    assert graph_files(export(lines, tmp_path / "a", "--jobs", jobs)) == graph_files(export(pages, tmp_path / "b"))


@pytest.mark.parametrize(
    ("name", "seed"), [("made", "random"), ("kg-registry-2025-12-06.tar.gz", "1"), ("kg-registry-2025-12-06.tar.gz", "random")]
)
def test_a_registry_of_many_pages_by_two_processes(registries: Callable[[str], Path], tmp_path: Path, name: str, seed: str) -> None:
    """Large enough that the work is shared out, in reading and in writing."""
    records = registries(name)
    one = export(records, tmp_path / "one", "--jobs", "1", env={"PYTHONHASHSEED": "0"})
    two = export(records, tmp_path / "two", "--jobs", "2", env={"PYTHONHASHSEED": seed})
    assert one == two


def test_many_lines_by_two_processes(tmp_path: Path) -> None:
    """A file of some 6 MB is cut into pieces; shuffled lines are cut elsewhere."""
    records = [
        {
            "id": f"r{n}",
            "category": "DataSource",
            "description": "x" * 900,
            "products": [{"id": f"r{n}.p", "original_source": [f"r{n // 2}", f"s{n % 9}"]}],
        }
        for n in range(5_500)
    ]
    lines = [json.dumps(record) for record in records]
    outputs = []
    for seed, jobs in ((9, "1"), (9, "2"), (10, "2")):
        path = tmp_path / "records.jsonl"
        path.write_text("\n".join(random.Random(seed).sample(lines, len(lines))))
        outputs.append(export(path, tmp_path / f"output-{seed}-{jobs}", "--jobs", jobs, formats=()))
    assert outputs[0] == outputs[1]
    assert graph_files(outputs[0]) == graph_files(outputs[2])


def test_source_date_epoch_sets_the_date_and_nothing_else(expected: dict[str, bytes], sample: Path, tmp_path: Path) -> None:
    found = export(sample, tmp_path, env={"SOURCE_DATE_EPOCH": "1700000000"})
    assert graph_files(found) == graph_files(expected)
    with_date, without = json.loads(found["graph_manifest.json"]), json.loads(expected["graph_manifest.json"])
    assert with_date == without | {"date": "2023-11-14T22:13:20+00:00"}


def test_no_path_of_the_machine_and_no_clock_is_in_any_file(expected: dict[str, bytes]) -> None:
    year = datetime.now(UTC).strftime("%Y-%m-").encode()
    words = (str(ROOT).encode(), tempfile.gettempdir().encode() + b"/", os.uname().nodename.encode(), year)
    assert [(name, word) for name, data in expected.items() for word in words if word in data] == []
