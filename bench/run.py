"""Measures kgbuild against the limit programs: cold processes, a cache of its own, both programs by turns.

`corpus` takes a folder of Markdown records, or an archive of one, and prints with 1 and 2 workers
  * kgbuild (`--format kgx --format turtle`, cache off, no checks) against limit.py: target <= 2x, peak memory <= 200 MB,
  * a run with the cache on, one in which nothing changed and one in which one record changed, against the cold run without a cache:
    targets <= 0.4 (0.25 s on a quiet machine) and <= 0.6 (0.4 s),
  * `kgbuild --help` against `python -c "import click"`: target <= 3x.
`growth` makes synthetic corpora of 2,500, 20,000 and 100,000 records and prints, with 2 workers and `--format kgx`,
  * kgbuild against limit_jsonl.py: target <= 2.5x, the time per record at the largest size within a fifth of that at the smallest,
    peak memory over all processes <= 40 KB per record,
  * up to 20,000 records CPU time of the export with its default checks (target <= 1.5x of that without, at every size), of `check` in every
    form, `--fix --diff`, baseline, query and load: CPU time per record at the largest size <= 1.2x of that at the smallest.

    python bench/run.py corpus CORPUS [--rounds 5] [--json FILE]
    python bench/run.py growth CORPUS [--sizes 2500 20000 100000] [--rounds 1] [--json FILE]

Each takes `--command 'python -m kgbuild'` (what to measure) and `--options '--no-aliases'` (given to every export). TMPDIR says where
the temporary files go: `growth` needs some 6 GB.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import growth
from limit import pages, read_page
from measure import Failed, Figure, Sampling, run
from synthetic import unpacked

BENCH = Path(__file__).resolve().parent
OPTIONS = "--check none"
NO_CACHE = ("--no-cache",)
#: Records up to which `growth` also runs everything with the defaults: a report of a million findings is as large as its corpus.
DEFAULTS_UP_TO = 20_000
WORKERS = (1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What to measure, and where the temporary files are."""

    command: tuple[str, ...]
    options: tuple[str, ...]
    temp: Path
    rounds: int

    @property
    def output(self) -> Path:
        """The folder that the measured program writes to."""
        return self.temp / "output"

    def measure(self, command: Sequence[str], figure: Figure, *, sample: Sampling | None = None, timed: bool = True) -> None:
        """One run of the command, added to the figure."""
        env = {**os.environ, "XDG_CACHE_HOME": str(self.temp / "cache")}
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # both are measured as installed programs are, with their bytecode
        figure.add(run(command, env=env, cwd=BENCH.parent, sample=sample), timed=timed)

    def export(self, corpus: Path, formats: Sequence[str], jobs: int, *, cache: bool = False) -> list[str]:
        """The command line of kgbuild."""
        asked = [word for name in formats for word in ("--format", name)]
        target = ["--output", str(self.output), "--name", "graph", "--jobs", str(jobs)]
        return [*self.command, "export", str(corpus), *asked, *target, *(() if cache else NO_CACHE), *self.options]

    def limit(self, program: str, corpus: Path, jobs: int) -> list[str]:
        """The command line of a limit program."""
        return [sys.executable, str(BENCH / program), str(corpus), "--output", str(self.output), "--jobs", str(jobs)]

    def say_what_was_written(self, figure: Figure) -> None:
        """How many edges of each kind, on standard error: both programs must have done the same work."""
        with (self.output / "graph_edges.tsv").open(encoding="utf-8") as file:
            place = file.readline().rstrip("\n").split("\t").index("predicate")
            found = Counter(line.rstrip("\n").split("\t", place + 1)[place] for line in file)
        counts = ", ".join(f"{count} {predicate}" for predicate, count in sorted(found.items()))
        print(f"# {figure.name}, {figure.jobs} workers: {counts}", file=sys.stderr)

    def clear(self, *names: str) -> None:
        """Removes temporary folders: `output`, `cache`."""
        for name in names:
            shutil.rmtree(self.temp / name, ignore_errors=True)


def cold(bench: Bench, corpus: Path, jobs: int) -> list[Figure]:
    """kgbuild and the limit program by turns: a round to warm up, which also measures memory, then the timed ones."""
    figures = [Figure("kgbuild, cold, no cache", jobs), Figure("limit program", jobs)]
    commands = [bench.export(corpus, ("kgx", "turtle"), jobs), bench.limit("limit.py", corpus, jobs)]
    for number in range(-1, bench.rounds):
        for figure, command in zip(figures, commands, strict=True):
            bench.clear("output", "cache")
            bench.measure(command, figure, sample=Sampling.CLOSE if number < 0 else None, timed=number >= 0)
            if number < 0:
                bench.say_what_was_written(figure)
    return figures


def incremental(bench: Bench, corpus: Path, jobs: int) -> list[Figure]:
    """The cache: filling it, finding everything in it, finding all but one record in it."""
    filling, unchanged, changed = (Figure(f"kgbuild, {name}", jobs) for name in ("cold, cache on", "nothing changed", "one record changed"))
    command = bench.export(corpus, ("kgx", "turtle"), jobs, cache=True)
    edit = editor(corpus)
    for number in range(bench.rounds):
        bench.clear("output", "cache")
        bench.measure(command, filling)
        bench.measure(command, unchanged)
        edit(f"Changed {jobs} {number}.")
        bench.measure(command, changed)
    bench.measure(command, unchanged, sample=Sampling.CLOSE, timed=False)
    return [filling, unchanged, changed]


def editor(corpus: Path) -> Callable[[str], None]:
    """Something that changes the description of one record, the middle one of those where it is a plain scalar."""
    plain = re.compile(rb"^description: (?=[A-Za-z])", re.MULTILINE)
    found = [path for path in map(Path, pages(corpus)) if plain.search(path.read_bytes()) and read_page(str(path)) is not None]
    if not found:
        raise Failed(f"{corpus}: no record with a plain description to change")
    path = found[len(found) // 2]
    text = path.read_bytes()

    def edit(words: str) -> None:
        path.write_bytes(plain.sub(f"description: {words} ".encode(), text, count=1))

    return edit


def start_up(bench: Bench) -> list[Figure]:
    """The time until the help text, against that of importing Click."""
    figures = [Figure("kgbuild --help"), Figure('python -c "import click"')]
    commands = [[*bench.command, "--help"], [sys.executable, "-c", "import click"]]
    for number in range(-1, 4 * bench.rounds):
        for figure, command in zip(figures, commands, strict=True):
            bench.measure(command, figure, timed=number >= 0)
    return figures


def ratio(name: str, figure: Figure, base: Figure, target: float | None) -> dict[str, Any]:
    """One line of the second table."""
    medians, minima = figure.median / base.median, min(figure.walls) / min(base.walls)
    return {"name": name, "jobs": figure.jobs, "medians": round(medians, 3), "minima": round(minima, 3), "target": target}


def corpus_figures(bench: Bench, corpus: Path) -> dict[str, list[dict[str, Any]]]:
    """Everything that `corpus` measures. The corpus is a copy: a record of it is changed."""
    figures: list[Figure] = []
    ratios = []
    for jobs in WORKERS:
        whole, limit = cold(bench, corpus, jobs)
        filling, unchanged, changed = incremental(bench, corpus, jobs)
        figures += [whole, limit, filling, unchanged, changed]
        ratios.append(ratio("kgbuild / limit program", whole, limit, 2))
        ratios.append(ratio("nothing changed / cold, no cache", unchanged, whole, 0.4))
        ratios.append(ratio("one record changed / cold, no cache", changed, whole, 0.6))
    greeting, click = start_up(bench)
    ratios.append(ratio("kgbuild --help / import click", greeting, click, 3))
    return {"runs": [figure.as_json() for figure in [*figures, greeting, click]], "ratios": ratios}


def growth_figures(bench: Bench, corpus: Path, sizes: Sequence[int]) -> dict[str, list[dict[str, Any]]]:
    """Everything that `growth` measures, on corpora that are made and removed one by one."""
    jobs = WORKERS[-1]
    runs: list[dict[str, Any]] = []
    ratios = []
    per_record = {}
    defaults: dict[int, dict[str, Figure]] = {}
    for size in sizes:
        path = bench.temp / f"synthetic-{size}.jsonl"
        subprocess.run([sys.executable, BENCH / "synthetic.py", corpus, str(size), "--output", path], check=True)
        names = ("kgbuild", "limit program", "streaming limit program")
        figures = [Figure(f"{name}, {size:,} records", jobs) for name in names]
        commands = [bench.export(path, ("kgx",), jobs), bench.limit("limit.py", path, jobs), bench.limit("limit_jsonl.py", path, jobs)]
        for _ in range(bench.rounds):
            for figure, command in zip(figures, commands, strict=True):
                bench.clear("output", "cache")
                bench.measure(command, figure, sample=Sampling.SPARSE)
                bench.say_what_was_written(figure)
        runs += [grown(figure, size) for figure in figures]
        ratios.append(ratio(f"kgbuild / limit program, {size:,} records", figures[0], figures[1], 2.5))
        ratios.append(ratio(f"kgbuild / streaming limit program, {size:,} records", figures[0], figures[2], None))
        per_record[size] = figures[0].median / size
        bench.clear("output", "cache")
        if size <= DEFAULTS_UP_TO:
            defaults[size] = growth.measured(path, size, bench.temp, bench.command, jobs, bench.rounds)
        path.unlink()
    growth.report(defaults)
    runs += [grown(figure, size) for size, figures in defaults.items() for figure in figures.values()]
    if defaults:
        ratios += growth.ratios(defaults, jobs)
    change = {"name": f"time per record, {sizes[-1]:,} / {sizes[0]:,} records", "jobs": jobs, "target": 1.2}
    return {"runs": runs, "ratios": [*ratios, {**change, "medians": round(per_record[sizes[-1]] / per_record[sizes[0]], 3)}]}


def grown(figure: Figure, size: int) -> dict[str, Any]:
    """A figure with what it means for one record."""
    peak = figure.peak or figure.largest
    rates = {"records_per_s": round(size / figure.median), "us_per_record": round(figure.median / size * 1e6, 1)}
    return {**figure.as_json(), "records": size, **rates, "kb_per_record": round(peak * 1.024 / size, 2)}


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Plain text columns: the first to the left, the others to the right."""
    lines = [head, *[["" if value is None else str(value) for value in row] for row in rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join(
        "  ".join(c.rjust(w) if i else c.ljust(w) for i, (c, w) in enumerate(zip(line, widths, strict=True))) for line in lines
    )


def megabytes(kib: object) -> str:
    """MB (10^6 bytes) of KiB."""
    return f"{kib * 1.024e-3:.1f}" if isinstance(kib, int) else ""


def report(figures: dict[str, list[dict[str, Any]]]) -> str:
    """Both tables."""
    extra = [key for key in ("records_per_s", "us_per_record", "kb_per_record") if key in figures["runs"][0]]
    rows = []
    for figure in figures["runs"]:
        wall = figure["wall_s"]
        times = [f"{wall[key]:.3f}" for key in ("min", "median", "max")]
        memory = [megabytes(figure["peak_kib"]), megabytes(figure["largest_process_kib"])]
        rows.append([figure["name"], figure["jobs"], *times, *memory, *(figure[key] for key in extra)])
    columns = ("ratio", "jobs", "medians", "minima", "target")
    ratios = [
        [line["name"], line["jobs"], line["medians"], line.get("minima"), f"<= {line['target']}" if line["target"] else ""]
        for line in figures["ratios"]
    ]
    head = ("run", "jobs", "min s", "median s", "max s", "peak MB", "largest process MB", *extra)
    return f"{table(head, rows)}\n\n{table(columns, ratios)}"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="what", required=True)
    for name, rounds in (("corpus", 5), ("growth", 1)):
        command = commands.add_parser(name)
        command.add_argument("corpus", type=Path, help="folder of Markdown records, or an archive of one")
        command.add_argument("--rounds", type=int, default=rounds)
        command.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
        command.add_argument("--command", default=f"{shlex.quote(sys.executable)} -m kgbuild", help="the program to measure")
        command.add_argument("--options", default=OPTIONS, help=f"options for every export (default: {OPTIONS!r})")
    commands.choices["growth"].add_argument("--sizes", type=int, nargs="+", default=[2_500, 20_000, 100_000])
    return parser.parse_args()


def main() -> None:
    """Measures, prints, writes the JSON."""
    options = arguments()
    if not options.corpus.exists():
        raise SystemExit(f"{options.corpus}: no such folder or archive")
    with tempfile.TemporaryDirectory(prefix="kgbuild-bench-") as temp, unpacked(options.corpus) as source:
        split = shlex.split
        bench = Bench(command=tuple(split(options.command)), options=tuple(split(options.options)), temp=Path(temp), rounds=options.rounds)
        try:
            if options.what == "corpus":
                figures = corpus_figures(bench, Path(shutil.copytree(source, bench.temp / "corpus")))
            else:
                figures = growth_figures(bench, source, options.sizes)
        except Failed as error:
            raise SystemExit(str(error)) from None
    print(report(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
