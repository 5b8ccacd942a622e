"""Times the questions `upstream` and `affected` from a cold start with a build at hand, by kgbuild and in SQL: target <= 0.5 s each.

    python bench/query.py CORPUS [--id spoke.graph] [--question upstream] [--rounds 5]

Each run is a process of its own, over an export with Parquet and KGX JSON Lines. The table goes to standard output.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from measure import Figure, run

ROOT = Path(__file__).resolve().parent.parent
KGBUILD = (sys.executable, "-m", "kgbuild")
TARGET = 0.5
WAYS = {"kgbuild, JSON Lines": ("kgx-jsonl", ()), "SQL, Parquet": ("parquet", ("--sql",)), "SQL, JSON Lines": ("kgx-jsonl", ("--sql",))}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--id", default="spoke.graph")
    parser.add_argument("--question", default="upstream", choices=["upstream", "affected"])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        for format in {format: None for format, _ in WAYS.values()}:
            export = ("export", str(options.corpus.resolve()), "--format", format, "--output", format, "--quiet", "--no-cache")
            run([*KGBUILD, *export], env=env, cwd=here)
        figures = {way: Figure(way) for way in WAYS}
        for _ in range(options.rounds):
            for way, (format, language) in WAYS.items():
                ask = ("query", options.question, *language, "--param", f"id={options.id}", "--from", format, "--format", "csv")
                figures[way].add(run([*KGBUILD, *ask], env=env, cwd=here))
    print(f"{options.question} of {options.id}, cold start, {options.rounds} rounds, target {TARGET} s")
    for way, figure in figures.items():
        print(f"{way:20} {figure.median:.2f} s (least {min(figure.walls):.2f} s)")


if __name__ == "__main__":
    main()
