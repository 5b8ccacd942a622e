"""Measures loads into Neo4j: `kgbuild load neo4j` over Bolt, kgx's own upload, and `neo4j-admin database import full`, of the same graph.

For the corpus and for a graph `--times` as large (synthetic.py), on a server of its own, emptied before every run:
  * `kgbuild load neo4j --from BUILD` as a cold process, once into nothing and once more, where nothing is to be done; with peak memory,
  * kgx's transformer from the same JSON Lines to the same server, as a cold process: target of kgbuild >= 10 times its edges per second.
    Its statement for a constraint is none of Neo4j 5, so it searches without an index; `kgx, index made` is with one made for it. The
    larger graph is only loaded with it, and only with `--kgx-large`, since it takes hours else; kgx's imports do not count for its time,
  * `import.sh` of the format `neo4j`, with the server stopped.

    python bench/neo4j_load.py CORPUS [--times 20] [--rounds 3] [--kgx PYTHON] [--kgx-large] [--json FILE]

It needs Java and Maven, which fetches the server as the tests do, and for kgx an interpreter that has it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

BENCH = Path(__file__).resolve().parent
sys.path.insert(1, str(BENCH.parent / "tests"))

from measure import Figure, Sampling, run  # noqa: E402  (after the path)
from servers.neo4j_server import Neo4jServer, fetched  # noqa: E402
from synthetic import make, unpacked  # noqa: E402

KGX = """
import sys, time
from kgbuild.checks.kgx.kgx_offline import kgx_session
folder, uri, seconds = sys.argv[1:]
with kgx_session():
    from kgx.transformer import Transformer
    begin = time.perf_counter()
    Transformer(stream=True).transform(
        {"filename": [folder + "/graph_nodes.jsonl", folder + "/graph_edges.jsonl"], "format": "jsonl"},
        {"uri": uri, "username": "neo4j", "password": "neo4j", "format": "neo4j"},
    )
    open(seconds, "w").write(str(time.perf_counter() - begin))
"""
INDEX = "CREATE CONSTRAINT FOR (n:`biolink:NamedThing`) REQUIRE n.id IS UNIQUE"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(BENCH.parent)}


def exported(corpus: Path, folder: Path) -> Path:
    """The build of a corpus, as both programs and neo4j-admin read it."""
    command = [sys.executable, "-m", "kgbuild", "export", str(corpus), "-f", "kgx-jsonl,neo4j", "-o", str(folder), "--check", "none", "-q"]
    subprocess.run([*command, "--no-cache"], check=True, env=ENVIRONMENT)
    return folder


def edges_there(server: Neo4jServer) -> int:
    """How many relationships the server has."""
    return int(server.ask("MATCH ()-[r]->() RETURN count(r) AS n")[0]["n"])


def over_bolt(
    server: Neo4jServer,
    name: str,
    commands: Sequence[Sequence[str]],
    edges: int,
    rounds: int,
    *,
    index: bool = False,
    seconds: Path | None = None,
) -> list[Figure]:
    """Commands one after the other, into an emptied server, some times; each must leave all edges there. ``seconds`` is where it says its time."""
    figures = [Figure(f"{name}{', again' * n}") for n, _ in enumerate(commands)]
    for _ in range(rounds):
        server.empty()
        if index:
            server.ask(INDEX)
        for figure, command in zip(figures, commands, strict=True):
            done = run(command, env=ENVIRONMENT, cwd=BENCH.parent, sample=Sampling.SPARSE)
            figure.add(replace(done, wall=float(seconds.read_text())) if seconds else done)
            if edges_there(server) != edges:
                print(f"# {figure.name}: {edges_there(server)} relationships of {edges} are there", file=sys.stderr)
    return figures


def by_admin(jars: Path, home: Path, folder: Path, rounds: int) -> Figure:
    """The import into a home of its own."""
    server = Neo4jServer(jars, home)
    admin = home / "neo4j-admin"
    admin.write_text(f'#!/bin/sh\nexec java -Xmx1200m -cp "{jars}/*" org.neo4j.cli.AdminTool "$@"\n')
    admin.chmod(0o755)
    env = {**os.environ, "NEO4J_HOME": str(server.home), "NEO4J_CONF": str(home / "conf"), "NEO4J_ADMIN": str(admin)}
    figure = Figure("neo4j-admin import")
    for _ in range(rounds):
        command = ["sh", str(folder / "neo4j" / "import.sh"), "neo4j", "--overwrite-destination=true"]
        figure.add(run(command, env=env, cwd=home, sample=Sampling.SPARSE))
    return figure


def measured(server: Neo4jServer, folder: Path, options: argparse.Namespace, *, large: bool) -> dict[str, Any]:
    """All figures of one graph."""
    nodes, edges = (sum(1 for _ in (folder / f"graph_{kind}.jsonl").open("rb")) for kind in ("nodes", "edges"))
    load = [sys.executable, "-m", "kgbuild", "load", "neo4j", "--uri", server.uri, "--from", str(folder), "-q"]
    figures = over_bolt(server, "kgbuild load neo4j", [load, load], edges, options.rounds)
    if options.kgx:
        seconds = folder / "seconds"
        kgx = [options.kgx, "-c", KGX, str(folder), server.uri, str(seconds)]
        if not large:
            figures += over_bolt(server, "kgx", [kgx], edges, 1, seconds=seconds)
        if not large or options.kgx_large:
            figures += over_bolt(server, "kgx, index made", [kgx], edges, 1, index=True, seconds=seconds)
    server.empty()
    with tempfile.TemporaryDirectory(prefix="kgbuild-bench-") as home:
        figures.append(by_admin(server.jars, Path(home) / "home", folder, options.rounds))
    return {
        "nodes": nodes,
        "edges": edges,
        "runs": [{**figure.as_json(), "edges_per_s": round(edges / figure.median)} for figure in figures],
    }


def report(found: dict[str, Any]) -> str:
    """A table of one graph."""
    lines = [
        f"{found['nodes']:,} nodes, {found['edges']:,} edges",
        f"{'':28}{'median s':>10}{'edges/s':>10}{'peak MB':>10}{'kgbuild is':>12}",
    ]
    base = found["runs"][0]["edges_per_s"]
    for figure in found["runs"]:
        peak = (figure["peak_kib"] or 0) * 1.024e-3
        times = f"{base / figure['edges_per_s']:.1f} x" if figure["name"].startswith("kgx") else ""
        lines.append(f"{figure['name']:28}{figure['wall_s']['median']:>10.2f}{figure['edges_per_s']:>10,}{peak:>10.0f}{times:>12}")
    return "\n".join(lines)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="folder of Markdown records, or an archive of one")
    parser.add_argument("--times", type=int, default=20, help="how much larger the second graph is; 0 for none")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kgx", metavar="PYTHON", help="an interpreter that has kgx")
    parser.add_argument("--kgx-large", action="store_true", help="load the larger graph by kgx too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    return parser.parse_args()


def main() -> None:
    """Measures, prints, writes the JSON."""
    options = arguments()
    found = []
    with tempfile.TemporaryDirectory(prefix="kgbuild-bench-") as temp, unpacked(options.corpus) as source:
        folder = Path(temp)
        builds = [exported(source, folder / "one")]
        if options.times:
            records = sum(
                1 for row in (builds[0] / "graph_nodes.jsonl").open("rb") if b'"kgrs:Resource"' in row and b'"stub":true' not in row
            )
            make(source, options.times * records, folder / "many.jsonl")
            builds.append(exported(folder / "many.jsonl", folder / "many"))
        server = Neo4jServer(fetched(), folder / "home")
        try:
            server.start()
            time.sleep(2)  # what starts with the server is done
            for number, build in enumerate(builds):
                found.append(measured(server, build, options, large=number > 0))
                print(report(found[-1]), end="\n\n", flush=True)
        finally:
            server.stop()
            shutil.rmtree(folder / "home", ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
