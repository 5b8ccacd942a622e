"""A stricter limit for JSON Lines than `limit.py`: rows in the place of a graph.

Each worker takes one byte range of the file and streams: a record's own node, its own products and their edges are written at once,
since the owner's own listing decides. Of a listing on another's page only the line's offset is kept until the end; the few products
whose owner does not list them are then read again and united. So memory holds ids, not records. Within a record, a product listed
twice by its owner counts as one. It shows what is left to gain by streaming.

    python bench/limit_jsonl.py FILE.jsonl --output DIR [--jobs N]
"""

import argparse
import gc
import multiprocessing
import sys
from pathlib import Path

import msgspec
from rows import PRODUCT, RESOURCE, Fields, Sink, Source, fields, sources

FLUSH = 500  # records between writes


class Part:
    """What one worker remembers of its byte range: ids, and where the listings by others stand."""

    def __init__(self) -> None:
        self.resources: set[str] = set()
        self.products: set[str] = set()
        self.cited: dict[str, None] = {}
        self.elsewhere: dict[str, list[int]] = {}

    def record(self, record: Fields, offset: int, sink: Sink) -> None:
        name = record["id"]
        self.resources.add(name)
        sink.node("Resource", name, fields(record, RESOURCE))
        own: dict[str, tuple[Fields, dict[Source, None]]] = {}
        for listing in record.get("products") or ():
            product = listing["id"]
            if "." in product and product.partition(".")[0] != name:
                self.elsewhere.setdefault(product, []).append(offset)
            elif product in own:
                own[product][1].update(sources(listing))
            else:
                own[product] = fields(listing, PRODUCT), sources(listing)
        for product, (columns, cited) in own.items():
            self.product(name, product, columns, cited, sink)

    def product(self, owner: str, name: str, columns: Fields, cited: dict[Source, None], sink: Sink) -> None:
        self.products.add(name)
        sink.node("Product", name, columns)
        sink.has_product(owner, name)
        sink.derived_from(name, cited)
        self.cited[owner] = None
        self.cited.update((source, None) for source, _, _ in cited)

    def forget(self) -> None:
        """Drops the places of listings whose owner has been seen to list them."""
        self.elsewhere = {name: offsets for name, offsets in self.elsewhere.items() if name not in self.products}

    def merge(self, part: "Part") -> None:
        self.resources |= part.resources
        self.products |= part.products
        self.cited.update(part.cited)
        for name, offsets in part.elsewhere.items():
            self.elsewhere.setdefault(name, []).extend(offsets)


def stream(path: Path, start: int, end: int, sink: Sink) -> Part:
    """The lines that begin in [start, end)."""
    decode = msgspec.json.Decoder().decode
    part = Part()
    with path.open("rb", buffering=1 << 20) as file:
        file.seek(max(0, start - 1))
        offset = start - 1 + len(file.readline()) if start else 0
        for number, line in enumerate(file, 1):
            if offset >= end:
                break
            part.record(decode(line), offset, sink)
            offset += len(line)
            if number % FLUSH == 0:
                sink.flush()
                part.forget()
    sink.flush()
    part.forget()
    return part


def run(path: Path, jobs: int, sink: Sink) -> Part:
    """The whole file, by this process and `jobs` - 1 forks of it."""
    fork, size = multiprocessing.get_context("fork"), path.stat().st_size
    bounds = [size * i // jobs for i in range(jobs + 1)]
    pipes = []
    for i in range(1, jobs):
        receiver, sender = fork.Pipe(duplex=False)
        fork.Process(target=lambda sender=sender, i=i: sender.send(stream(path, bounds[i], bounds[i + 1], sink)), daemon=True).start()
        pipes.append(receiver)
    whole = stream(path, 0, bounds[1], sink)
    for receiver in pipes:
        whole.merge(receiver.recv())
    whole.forget()
    return whole


def finish(path: Path, graph: Part, sink: Sink) -> None:
    """Products that their owner does not list, and stubs."""
    with path.open("rb") as file:
        for name, offsets in graph.elsewhere.items():
            columns: Fields = {}
            cited: dict[Source, None] = {}
            for offset in offsets:
                file.seek(offset)
                for listing in msgspec.json.decode(file.readline())["products"]:
                    if listing["id"] == name:
                        columns = columns or fields(listing, PRODUCT)
                        cited.update(sources(listing))
            graph.product(name.partition(".")[0], name, columns, cited, sink)
    unknown = (name for name in graph.cited if name not in graph.resources and name not in graph.products)
    sink.stubs(unknown, graph.resources)
    sink.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    options.output.mkdir(parents=True)
    gc.disable()
    sink = Sink(options.output)
    sink.header()
    graph = run(options.corpus, options.jobs, sink)
    finish(options.corpus, graph, sink)
    print(f"{len(graph.resources)} resources, {len(graph.products)} products", file=sys.stderr)


if __name__ == "__main__":
    main()
