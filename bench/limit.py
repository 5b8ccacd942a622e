"""The limit program: what the bare work costs, for a folder of Markdown records or a JSON Lines file of them.

It reads every page and parses the front matter of the resource records with py-yaml12, or decodes every line with msgspec; builds the
graph (nodes, `has_product`, `derived_from`, stubs; the owner's own listing decides) and writes KGX TSV and KGX JSON Lines, of a folder
also N-Triples. Nothing else: no checks, mappings, aliases, `declared_in`, untidy values, manifest or cache. `bench/run.py` divides
kgbuild's wall time by this program's; the targets are <= 2 for a folder and <= 2.5 for JSON Lines with the same number of workers, both
as cold processes.

    python bench/limit.py CORPUS --output DIR [--jobs N]
"""

import argparse
import gc
import multiprocessing
import os
import re
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import NamedTuple, cast

import msgspec
import yaml12
from rows import PRODUCT, RESOURCE, Fields, Sink, Source, fields, sources

LAYOUT = re.compile(rb"""\nlayout: ['"]?resource_detail""")


class Product(NamedTuple):
    """A product as its listings tell: by its owner (`own`), or united from those on other pages."""

    own: bool
    owner: str
    columns: Fields
    sources: dict[Source, None]


class Graph:
    def __init__(self) -> None:
        self.resources: dict[str, Fields] = {}
        self.products: dict[str, Product] = {}

    def read(self, record: Fields) -> None:
        name = record["id"]
        self.resources[name] = fields(record, RESOURCE)
        for listing in record.get("products") or ():
            product = listing["id"]
            owner = product.partition(".")[0] if "." in product else name
            known = self.products.get(product)
            if known is None or owner == name or not known.own:
                self.put(product, Product(owner == name, owner, fields(listing, PRODUCT), sources(listing)))

    def put(self, name: str, new: Product) -> None:
        known = self.products.get(name)
        if known is None or new.own > known.own:
            self.products[name] = new
        elif new.own == known.own:
            known.sources.update(new.sources)

    def merge(self, other: "Graph") -> None:
        self.resources.update(other.resources)
        for name, product in other.products.items():
            self.put(name, product)

    def write(self, output: Path, *, triples: bool) -> None:
        sink = Sink(output, triples=triples)
        sink.header()
        cited: dict[str, None] = {}
        for name, columns in self.resources.items():
            sink.node("Resource", name, columns)
        for name, product in self.products.items():
            sink.node("Product", name, product.columns)
            sink.has_product(product.owner, name)
            sink.derived_from(name, product.sources)
            cited[product.owner] = None
            cited.update((source, None) for source, _, _ in product.sources)
        sink.stubs((name for name in cited if name not in self.resources and name not in self.products), self.resources)
        sink.flush()


def read_page(path: str) -> Fields | None:
    """The front matter of a resource record; None for any other page."""
    data = Path(path).read_bytes()
    end = data.find(b"\n---", 3)
    if not LAYOUT.search(data, 0, end):
        return None
    return cast("Fields", yaml12.parse_yaml(data[3:end].decode()))


def build(paths: Iterable[str]) -> Graph:
    graph = Graph()
    for path in paths:
        record = read_page(path)
        if record is not None:
            graph.read(record)
    return graph


def build_lines(path: Path, start: int, end: int) -> Graph:
    """The records of the lines that begin in [start, end)."""
    graph, decode = Graph(), msgspec.json.Decoder().decode
    with path.open("rb", buffering=1 << 20) as file:
        file.seek(max(0, start - 1))
        offset = start - 1 + len(file.readline()) if start else 0
        for line in file:
            if offset >= end:
                break
            graph.read(decode(line))
            offset += len(line)
    return graph


def shares(corpus: Path, jobs: int) -> list[Callable[[], Graph]]:
    """What each worker builds."""
    if corpus.is_dir():
        paths = pages(corpus)
        return [partial(build, paths[i::jobs]) for i in range(jobs)]
    size = corpus.stat().st_size
    return [partial(build_lines, corpus, size * i // jobs, size * (i + 1) // jobs) for i in range(jobs)]


def build_all(corpus: Path, jobs: int) -> Graph:
    """The whole corpus, by this process and `jobs` - 1 forks of it."""
    fork = multiprocessing.get_context("fork")
    mine, *others = shares(corpus, jobs)
    pipes = []
    for share in others:
        receiver, sender = fork.Pipe(duplex=False)
        fork.Process(target=lambda sender=sender, share=share: sender.send(share()), daemon=True).start()
        pipes.append(receiver)
    graph = mine()
    for receiver in pipes:
        graph.merge(receiver.recv())
    return graph


def pages(corpus: Path) -> list[str]:
    return sorted(f"{folder}/{name}" for folder, _, names in os.walk(corpus) for name in names if name.endswith(".md"))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    options.output.mkdir(parents=True)
    gc.disable()
    graph = build_all(options.corpus, options.jobs)
    graph.write(options.output, triples=options.corpus.is_dir())
    edges = sum(len({source for source, _, _ in product.sources}) for product in graph.products.values())
    counts = {"resources": len(graph.resources), "products": len(graph.products), "derived_from pairs": edges}
    print(*(f"{count} {word}" for word, count in counts.items()), sep=", ", file=sys.stderr)


if __name__ == "__main__":
    main()
