"""Measures `kgbuild load sparql` against a bare PUT by curl of the same N-Triples, into Oxigraph and Fuseki.

Each run has a server of its own over an empty folder, and both programs take turns. Of a corpus, and of a graph 20 times as large that
synthetic.py makes of it, it prints the seconds of both, their ratio (target <= 1.3), and the memory of kgbuild, which is to be the same
whatever the size.

    python bench/sparql.py CORPUS [--times 1 20] [--rounds 3] [--store oxigraph fuseki] [--fuseki JAR] [--over OTHER] [--json FILE]

`--fuseki` is jena-fuseki-server-5.6.0.jar (Maven Central, org.apache.jena:jena-fuseki-server:5.6.0). With `--over`, a graph that was made
from the corpus OTHER is in the store beforehand, and is replaced. The tables go to standard output.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from measure import Failed, Figure, Sampling, run
from synthetic import read_records, unpacked

BENCH = Path(__file__).resolve().parent
GRAPH = "https://w3id.org/kg-registry/graph/graph"
TARGET = 1.3
READY = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def oxigraph(folder: Path, port: int, _: str) -> tuple[list[str], str, str]:
    """What starts the server, its base address and its graph store."""
    program = shutil.which("oxigraph", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))
    if program is None:
        raise SystemExit("oxigraph is not installed: pip install oxigraph")
    base = f"http://127.0.0.1:{port}"
    return [program, "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}"], base, f"{base}/store"


def fuseki(folder: Path, port: int, jar: str) -> tuple[list[str], str, str]:
    """The same for Fuseki over TDB2."""
    if not Path(jar).is_file():
        raise SystemExit(f"--fuseki: expected jena-fuseki-server-5.6.0.jar, got {jar!r}")
    base = f"http://127.0.0.1:{port}/ds"
    java = ["java", "-Xmx2g", "-cp", jar, "org.apache.jena.fuseki.main.cmds.FusekiMainCmd"]
    return [*java, f"--loc={folder}", "--update", "--localhost", f"--port={port}", "/ds"], base, f"{base}/data"


STORES = {"oxigraph": oxigraph, "fuseki": fuseki}


@contextmanager
def running(name: str, jar: str) -> Iterator[tuple[str, str]]:
    """A server over an empty folder: its base address and its graph store."""
    with tempfile.TemporaryDirectory(prefix="kgbuild-bench-", ignore_cleanup_errors=True) as folder:
        command, base, store = STORES[name](Path(folder), free_port(), jar)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until = time.monotonic() + READY
            while not answers(f"{base}/query?query=ASK%7B%7D"):
                if process.poll() is not None or time.monotonic() > until:
                    raise Failed(f"{' '.join(command)}\ndid not start")
                time.sleep(0.05)
            yield base, store
        finally:
            process.kill()
            process.wait()


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  (our own server)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def curl(store: str, file: Path) -> list[str]:
    address = f"{store}?graph={quote(GRAPH, safe='')}"
    return ["curl", "-fsS", "-T", str(file), "-H", "Content-Type: application/n-triples", address]


def load(base: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", "kgbuild", "load", "sparql", "--endpoint", base, "--graph", GRAPH, "--from", str(folder)]


def exported(corpus: Path, times: int, folder: Path) -> Path:
    """An export of the corpus as N-Triples, or of so many copies of its records."""
    source = corpus
    if times > 1:
        with unpacked(corpus) as records:
            wanted = times * len(read_records(records))
        source = folder / "synthetic.jsonl"
        subprocess.run([sys.executable, BENCH / "synthetic.py", corpus, str(wanted), "--output", source], check=True)
    output = folder / f"x{times}-{corpus.name}"
    command = [sys.executable, "-m", "kgbuild", "export", str(source), "--format", "ntriples", "--check", "none", "--no-cache", "--quiet"]
    subprocess.run([*command, "--output", output], check=True, cwd=BENCH.parent)
    (folder / "synthetic.jsonl").unlink(missing_ok=True)
    return output


def measured(name: str, jar: str, folder: Path, over: Path | None, rounds: int) -> tuple[Figure, Figure]:
    """Both programs by turns, each with a server of its own."""
    figures = Figure("curl -T"), Figure("kgbuild load sparql")
    for _ in range(rounds):
        for figure in figures:
            with running(name, jar) as (base, store):
                if over is not None:
                    subprocess.run(curl(store, over / "graph.nt"), check=True, capture_output=True)
                command = curl(store, folder / "graph.nt") if figure is figures[0] else load(base, folder)
                figure.add(run(command, env=os.environ, cwd=BENCH.parent, sample=Sampling.SPARSE))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path, help="folder of Markdown records, or an archive of one")
    parser.add_argument("--times", type=int, nargs="+", default=[1, 20], help="how many copies of the records")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--store", nargs="+", choices=STORES, default=list(STORES))
    parser.add_argument("--fuseki", default="", help="jena-fuseki-server-5.6.0.jar")
    parser.add_argument("--over", type=Path, help="a corpus whose graph is replaced")
    parser.add_argument("--json", type=Path, help="write the figures to FILE too")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="kgbuild-bench-") as temporary:
        over = exported(options.over, 1, Path(temporary)) if options.over else None
        for times in options.times:
            folder = exported(options.corpus, times, Path(temporary))
            with (folder / "graph.nt").open("rb") as file:
                triples = sum(1 for _ in file)
            for store in options.store:
                bare, ours = measured(store, options.fuseki, folder, over, options.rounds)
                rows.append(row(store, triples, bare, ours))
                print(*(f"{value}" for value in rows[-1].values()), sep=" | ", flush=True, file=sys.stderr)
            shutil.rmtree(folder)
    show(rows)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n", "utf-8")


def row(store: str, triples: int, bare: Figure, ours: Figure) -> dict[str, Any]:
    """One line of the table: seconds are medians, memory is that of kgbuild's processes, in MB of 10^6 bytes."""
    return {
        "store": store, "triples": triples, "curl s": round(bare.median, 2), "kgbuild s": round(ours.median, 2),
        "ratio": round(ours.median / bare.median, 2), "target": TARGET, "MB": round(ours.peak * 1024 / 1e6),
    }  # fmt: skip


def show(rows: Sequence[dict[str, Any]]) -> None:
    print("| " + " | ".join(rows[0]) + " |", "|" + "---|" * len(rows[0]), sep="\n")
    for each in rows:
        print("| " + " | ".join(f"{value:,}" if isinstance(value, int) else str(value) for value in each.values()) + " |")


if __name__ == "__main__":
    main()
