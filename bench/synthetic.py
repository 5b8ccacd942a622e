"""Makes a corpus of any size in JSON Lines: renamed copies of real resource records, with links across the copies.

Copy 7 of `spoke` is `spoke-7`, its product `spoke.graph` is `spoke-7.graph`, and its sources are the records of copy 7, so that every
product keeps its owner. Each product also gets `--links` (1.1 on average) secondary sources that are resources of other copies. On
kg-registry-2026-08-17 a record then is some 14 KB and 17 statements (`has_product` and `derived_from` edges), as issue 3 asks for the
growth figures of `bench/run.py growth`. The same arguments give the same bytes: all choices are CRC-32s of seed and product id.

    python bench/synthetic.py CORPUS RECORDS --output FILE.jsonl [--links 1.1] [--seed 1]
"""

import argparse
import re
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from zlib import crc32

import msgspec
from limit import pages, read_page
from rows import Fields

OWN, OTHER = "\ue000", "\ue001"  # private-use characters stand for the suffix of a record's own copy and of another one
MARKS = re.compile(f"{OWN}|{OTHER}([0-9]+);".encode())
Template = tuple[list[bytes], list[int | None]]  # text, and between its pieces a suffix: None for the own copy, else a distance


@contextmanager
def unpacked(corpus: Path) -> Iterator[Path]:
    """The corpus as a folder; an archive is unpacked into a temporary one."""
    if corpus.is_dir():
        yield corpus
        return
    with tempfile.TemporaryDirectory(prefix="kgbuild-bench-") as folder, tarfile.open(corpus) as archive:
        archive.extractall(folder, filter="data")
        yield Path(folder)


def read_records(corpus: Path) -> list[Fields]:
    """The resource records of a folder of Markdown, by id."""
    records = (read_page(path) for path in pages(corpus))
    return sorted((record for record in records if record is not None), key=lambda record: str(record["id"]))


def rename(name: str) -> str:
    """The id with the copy's mark on its owner: `spoke.graph` -> `spoke<mark>.graph`."""
    owner, dot, rest = name.partition(".")
    return f"{owner}{OWN}{dot}{rest}"


def rename_sources(listing: Fields) -> None:
    for role in ("original_source", "secondary_source"):
        entries = listing.get(role) or []
        listing[role] = [
            rename(entry) if isinstance(entry, str) else {**entry, "source": rename(entry["source"])}
            for entry in ([entries] if isinstance(entries, str) else entries)
        ]
        if not listing[role]:
            del listing[role]


def link(listing: Fields, names: list[str], links: float, seed: int) -> None:
    """Adds sources in other copies: the same for every listing of a product."""
    product = listing["id"]
    count = int(links) + (crc32(f"{seed} {product}".encode()) % 1000 < round(links % 1 * 1000))
    for i in range(count):
        choice = crc32(f"{seed} {i} {product}".encode())
        target = f"{names[choice % len(names)]}{OTHER}{choice // len(names) % 100_000};"
        listing.setdefault("secondary_source", []).append({"relation_type": "prov:wasInfluencedBy", "source": target})


def template(record: Fields, names: list[str], links: float, seed: int) -> Template:
    """One record as JSON text with gaps for the suffixes."""
    if any(mark in msgspec.json.encode(record).decode() for mark in (OWN, OTHER)):
        raise SystemExit(f"{record['id']}: the record holds U+E000 or U+E001, which synthetic.py needs for itself")
    record["id"] = rename(record["id"])
    if isinstance(record.get("use_instead"), list):
        record["use_instead"] = [rename(name) for name in record["use_instead"]]
    for listing in record.get("products") or ():
        rename_sources(listing)
        link(listing, names, links, seed)
        listing["id"] = rename(listing["id"])
    pieces = MARKS.split(msgspec.json.encode(record) + b"\n")
    return pieces[::2], [int(gap) if gap else None for gap in pieces[1::2]]


def copies(templates: list[Template], wanted: int) -> Iterator[bytes]:
    """`wanted` lines: copy 0 of every record, copy 1 of every record, …; links go to whole copies."""
    whole = max(1, wanted // len(templates))
    suffixes = [f"-{i}".encode() for i in range(whole + 1)]
    for number in range(whole + 1):
        own = suffixes[number]
        for pieces, gaps in islice(templates, max(0, wanted - number * len(templates))):
            line = [b""] * (2 * len(pieces) - 1)
            line[::2] = pieces
            line[1::2] = [own if gap is None else suffixes[other(number, gap, whole)] for gap in gaps]
            yield b"".join(line)


def other(number: int, gap: int, whole: int) -> int:
    """The copy that a link of copy `number` goes to: any whole one but itself, if there are two."""
    return (number + 1 + gap % (whole - 1)) % whole if whole > 1 else 0


def make(corpus: Path, wanted: int, output: Path, links: float = 1.1, seed: int = 1) -> None:
    """Writes `wanted` records made from the folder `corpus`."""
    records = read_records(corpus)
    names = [str(record["id"]) for record in records]
    templates = [template(record, names, links, seed) for record in records]
    with output.open("wb", buffering=1 << 20) as file:
        file.writelines(copies(templates, wanted))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path, help="folder of Markdown records, or an archive of one")
    parser.add_argument("records", type=int)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--links", type=float, default=1.1, help="links to other copies per product")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with unpacked(options.corpus) as corpus:
        make(corpus, options.records, options.output, options.links, options.seed)


if __name__ == "__main__":
    main()
