"""The runs of `run.py growth` as users start them: with the default checks, in every form of report, and what comes after an export.

Each run is a cold process whose CPU seconds count, those of its own processes included; of the store that `load` fills they do not.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from measure import Figure, Sampling, run
from sparql import load, running

BENCH = Path(__file__).resolve().parent
FORMS = ("text", "json", "jsonl", "markdown", "github", "sarif", "junit")
#: CPU time per record at the largest size by that at the smallest.
GROWTH = 1.2
#: CPU time of an export with graph rules by that of one without.
CHECKED = 1.5
PLAIN, CHECKED_NAME, LOAD = "export --check none", "export", "load sparql"


def commands(path: Path, folder: Path, program: Sequence[str], jobs: int) -> dict[str, list[str]]:
    """What is measured of one corpus, by name, in the order in which it must run."""
    common = [str(path), "--jobs", str(jobs), "--no-cache"]
    export = [*program, "export", *common, "--quiet", "--output", str(folder / "out"), "--name", "graph"]
    check = [*program, "check", *common, "--isolated", "--fail-on", "never", "--output", str(folder / "report")]
    baseline = ["--baseline", str(folder / "baseline.json")]
    asked = [*program, "query", "upstream", "--param", "id=spoke-0", "--from", str(folder / "out"), "--timeout", "600"]
    return {
        PLAIN: [*export, "--check", "none"],
        CHECKED_NAME: export,
        **{f"check -f {form}": [*check, "--format", form] for form in FORMS},
        "check --fix --diff": [*check, "--fix", "--diff"],
        "check --write-baseline": [*check, *baseline, "--write-baseline"],
        "check --baseline": [*check, *baseline],
        "export --format ntriples": [*export, "--check", "none", "--format", "ntriples"],
        "query upstream": asked,
    }


def measured(path: Path, size: int, folder: Path, program: Sequence[str], jobs: int, rounds: int) -> dict[str, Figure]:
    """The figures of one corpus, by the name of the command."""
    figures: dict[str, Figure] = {}
    for name, command in commands(path, folder, program, jobs).items():
        figures[name] = Figure(f"{name}, {size:,} records", jobs)
        for _ in range(rounds):
            statuses = (0, 1) if "--diff" in command else (0,)
            figures[name].add(run(command, env=os.environ, cwd=BENCH.parent, sample=Sampling.SPARSE, statuses=statuses))
    figures[LOAD] = Figure(f"{LOAD}, {size:,} records")
    for _ in range(rounds):
        with running("oxigraph", "") as (base, _store):
            figures[LOAD].add(run(load(base, folder / "out"), env=os.environ, cwd=BENCH.parent, sample=Sampling.SPARSE))
    return figures


def ratios(by_size: Mapping[int, Mapping[str, Figure]], jobs: int) -> list[dict[str, Any]]:
    """CPU time per record at the largest size by that at the smallest, of each command; and of both exports at every size."""
    first, last = min(by_size), max(by_size)
    lines = [
        _line(
            f"CPU per record, {last:,} / {first:,} records: {name}", jobs, _cpu(figure) / last, _cpu(by_size[first][name]) / first, GROWTH
        )
        for name, figure in by_size[last].items()
    ]
    for size, figures in by_size.items():
        name = f"CPU, export / export --check none, {size:,} records"
        lines.append(_line(name, jobs, _cpu(figures[CHECKED_NAME]), _cpu(figures[PLAIN]), CHECKED))
    return lines


def _cpu(figure: Figure) -> float:
    """The least of all rounds, which is the steadiest on a busy machine."""
    return min(figure.cpus)


def _line(name: str, jobs: int, value: float, base: float, target: float) -> dict[str, Any]:
    return {"name": name, "jobs": jobs, "medians": round(value / base, 3), "target": target}


def report(by_size: Mapping[int, Mapping[str, Figure]]) -> None:
    """Each figure on standard error, as it was measured."""
    for size, figures in by_size.items():
        for figure in figures.values():
            per_record = _cpu(figure) / size * 1e6
            print(f"# {figure.name}: {_cpu(figure):.2f} CPU s, {per_record:.0f} µs per record, {figure.largest} KiB", file=sys.stderr)
