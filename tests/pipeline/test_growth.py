"""CPU time grows as the records do: eight times the records take at most twice the time a record. What is quadratic takes eight times."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from running import run_command

FEW, MANY = 300, 2_400
#: Between 1, for what is linear, and 8, for what is quadratic: a machine that does other things too may not fail the test.
MOST = 2.0


def record(n: int, count: int) -> dict[str, object]:
    """A resource whose product is made from two others, one of them by an id with a typo, and that copies the listing of its neighbour."""
    before = (n - 1) % count
    listings = [
        {
            "id": f"res-{of:05}.tsv",
            "name": f"Table {of}",
            "category": "GraphProduct",
            "original_source": [f"res-{(of // 2) % count:05}", f"res-{of:05}y"],
        }
        for of in (n, before)
    ]
    return {"id": f"res-{n:05}", "name": f"Resource {n}", "category": "DataSource", "products": listings}


def json_lines(path: Path, count: int) -> Path:
    file = path / f"{count}.jsonl"
    file.write_text("".join(json.dumps(record(n, count)) + "\n" for n in range(count)))
    return file


def json_list(path: Path, count: int) -> Path:
    file = path / f"{count}.json"
    file.write_text(json.dumps({"resources": [record(n, count) for n in range(count)]}, indent=1))
    return file


def yaml_container(path: Path, count: int) -> Path:
    file = path / f"{count}.yaml"
    file.write_text("resources:\n" + "".join(f"- {json.dumps(record(n, count))}\n" for n in range(count)))
    return file


def folder(path: Path, count: int) -> Path:
    files = path / str(count)
    files.mkdir()
    for n in range(count):
        text = "".join(f"{key}: {json.dumps(value)}\n" for key, value in {"layout": "resource_detail", **record(n, count)}.items())
        (files / f"res-{n:05}.md").write_text(f"---\n{text}---\n")
    return files


def seconds(arguments: list[str]) -> float:
    """CPU seconds of a run in this process."""
    start = time.process_time()
    result = run_command(arguments)
    assert result.exit_code in (0, 1), result.stderr
    return time.process_time() - start


@pytest.mark.parametrize("make", [json_lines, json_list, yaml_container, folder])
@pytest.mark.parametrize("command", ["export", "check"])
def test_each_kind_of_input(make: Callable[[Path, int], Path], command: str, tmp_path: Path) -> None:
    """With a finding in every record."""
    inputs = [(str(make(tmp_path, count)), count) for count in (FEW, MANY)]
    output = tmp_path / "output"
    options = ["--jobs", "1", "--no-cache", "--output", str(output)]
    options += ["--format", "kgx-jsonl"] if command == "export" else ["--format", "jsonl", "--isolated", "--select", "PG,RF,LS,FM"]
    few, many = (min(seconds([command, path, *options]) for _ in range(2)) / count for path, count in inputs)
    found = (output / "graph_findings.jsonl" if command == "export" else output).read_text()
    assert found.count('"RF001"') == MANY
    assert many <= MOST * few, f"{few * 1e6:.0f} and {many * 1e6:.0f} µs a record"
