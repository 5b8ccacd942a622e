"""Find pairs of KGX node and edge files in paths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from kgbuild.errors import UsageError

SUFFIXES = (".tsv", ".jsonl")
ROLES = ("nodes", "edges")
EXPECTED = "NAME_nodes.tsv and NAME_edges.tsv, or NAME_nodes.jsonl and NAME_edges.jsonl"


class Pair(NamedTuple):
    """The two files of one graph, in the same format."""

    nodes: Path
    edges: Path


def find_pairs(paths: Sequence[Path]) -> list[Pair]:
    """Return all pairs of node and edge files in the paths, sorted. For a folder, these are the pairs in it.

    Raises:
        UsageError: a path does not exist, a file has another name, a file has no partner, or there is no pair.
    """
    files = dict.fromkeys(file for path in paths for file in _files(path))
    pairs = dict.fromkeys(_pair(file, files) for file in files)
    if not pairs:
        where = ", ".join(map(str, paths)) or "nothing"
        raise UsageError(
            f"expected {EXPECTED}, got no such pair in {where}; create one with: kgbuild export --profile biolink --format kgx"
        )
    return sorted(pairs)


def _files(path: Path) -> Iterable[Path]:
    if path.is_dir():
        return sorted(file for file in path.iterdir() if _role(file) and file.is_file())
    if not path.exists():
        raise UsageError(f"{path}: expected a folder, or {EXPECTED}, got no such file; check the path")
    if not _role(path):
        raise UsageError(f"{path}: expected a folder, or {EXPECTED}, got a file with another name; rename it or give another file")
    return [path]


def _pair(file: Path, files: Iterable[Path]) -> Pair:
    """Return the pair of a file. ``files`` are all given and found files."""
    stem = file.stem.removesuffix(_role(file))
    pair = Pair(*(file.with_name(stem + role + file.suffix) for role in ROLES))
    for partner in pair:
        if partner not in files:
            raise UsageError(f"{file}: expected {partner} with it, got only this file; give both files of a graph, or their folder")
    return pair


def _role(file: Path) -> str:
    """Return ``nodes`` or ``edges``, or an empty string for any other file.

    >>> _role(Path("graph_nodes.tsv")), _role(Path("graph_nodes.csv"))
    ('nodes', '')
    """
    found = (role for role in ROLES if file.suffix in SUFFIXES and file.stem.endswith(f"_{role}"))
    return next(found, "")
