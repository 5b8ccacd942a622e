"""Entries of records -> lines and columns: the files are read once more, by readers that keep positions, for the findings that are shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kgbuild.checks.view import Spot
from kgbuild.document import Document, Place, Tree
from kgbuild.engines import pool
from kgbuild.errors import InputError
from kgbuild.mapping import Mapping
from kgbuild.model import Listing, ProductPage
from kgbuild.readers import LINES, jsonl, reader
from kgbuild.readers.inputs import STDIN, ending_of
from kgbuild.source import Source
from kgbuild.values import SCALARS

#: Files below which a second process costs more than it brings.
_FEW = 20


class Wanted(NamedTuple):
    """An entry whose place is asked for, and the key under which it is told."""

    key: tuple[int, int]
    spot: Spot


class _Task(NamedTuple):
    """The entries of some files: (path of the input file, path of the member in it, the entries)."""

    files: list[tuple[str, str, list[Wanted]]]


def locate(wanted: Iterable[Wanted], source: Source, mapping: Mapping, jobs: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Line and column, from one, of each entry by its key. What was read from standard input, or changed since, has none."""
    by_file: defaultdict[int, list[Wanted]] = defaultdict(list)
    for item in wanted:
        by_file[item.spot.said.file].append(item)
    files = [(file.path, part.member) for file, unit in zip(source.files, source.units, strict=True) for part in unit.parts]
    grouped: defaultdict[tuple[str, str], list[Wanted]] = defaultdict(list)
    for number, items in sorted(by_file.items()):
        if files[number][0] != STDIN:
            grouped[files[number]] += items
    handfuls = [_Task([(path, member, items) for (path, member), items in chunk]) for chunk in _chunks(list(grouped.items()))]
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for places in pool.run(_work, mapping, handfuls, jobs if len(grouped) > _FEW else 1):
        found |= places
    return found


def _chunks(items: list[Any]) -> Iterator[list[Any]]:
    """Members of one archive stay together, so that it is read once."""
    chunk: list[Any] = []
    for item in items:
        if len(chunk) >= _FEW and not (item[0][1] and item[0][0] == chunk[-1][0][0]):
            yield chunk
            chunk = []
        chunk.append(item)
    if chunk:
        yield chunk


def _work(mapping: Mapping, task: _Task) -> dict[tuple[int, int], tuple[int, int]]:
    found: dict[tuple[int, int], tuple[int, int]] = {}
    archives: defaultdict[str, dict[str, list[Wanted]]] = defaultdict(dict)
    for path, member, items in task.files:
        if member:
            archives[path][member] = items
        else:
            _in_file(mapping, path, None, items, found)
    for path, members in archives.items():
        _in_archive(mapping, path, members, found)
    return found


def _in_archive(mapping: Mapping, path: str, wanted: dict[str, list[Wanted]], found: dict[tuple[int, int], tuple[int, int]]) -> None:
    from kgbuild.readers.archive import members

    try:
        for name, data in members(Path(path), path, wanted.__contains__):
            _in_file(mapping, name, data, wanted[name], found)
    except InputError:
        pass  # what is wrong with the archive has been told as a finding of its own


def _in_file(
    mapping: Mapping, path: str, data: bytes | None, items: Sequence[Wanted], found: dict[tuple[int, int], tuple[int, int]]
) -> None:
    """Find the entries of one file, whose bytes are ``data`` if it lies in an archive."""
    by_record: defaultdict[tuple[str, bool], list[Wanted]] = defaultdict(list)
    for item in items:
        said = item.spot.said
        page = isinstance(said.says, ProductPage)
        by_record[said.id if page else said.by, page].append(item)
    try:
        for document in _documents(mapping, path, data, {id for id, _ in by_record}):
            ids = _ids(mapping, document.tree)
            for page in (False, True):
                for id in ids:
                    for item in by_record.get((id, page), ()):
                        place = _place(mapping, document.tree, item.spot)
                        if place is not None and item.key not in found:
                            found[item.key] = document.where(place)
    except (InputError, OSError):
        pass  # it was readable a moment ago: then the finding is told without a line


def _documents(mapping: Mapping, path: str, data: bytes | None, ids: set[str]) -> Iterator[Document]:
    ending = ending_of(path) or ""
    if ending not in LINES:
        yield from reader(ending)(path, Path(path).read_bytes() if data is None else data, exact=False, containers=mapping.pages.containers)
        return
    marks = [id.encode() for id in ids]
    for number, line in enumerate(_lines(path, data, ending), 1):
        if any(mark in line for mark in marks) or b"\\" in line:
            try:
                yield jsonl.read_line(path, line, number, exact=False)
            except InputError:
                continue


def _lines(path: str, data: bytes | None, ending: str) -> Iterator[bytes]:
    from io import BytesIO

    from kgbuild.readers.compressed import expand, open_stream

    chunks: Iterable[bytes]
    if ending == ".jsonl":
        chunks = [data] if data is not None else iter(_reading(path), b"")
    else:
        chunks = open_stream(Path(path), path, limit=2**62) if data is None else expand(data, path, path, limit=2**62)
    held = BytesIO()
    for chunk in chunks:
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            held.write(line)
            yield held.getvalue()
            held = BytesIO()
        held.write(rest)
    yield held.getvalue()


def _reading(path: str) -> Callable[[], bytes]:
    file = open(path, "rb")  # noqa: SIM115  # read to its end, which closes it with the iterator
    return lambda: file.read(2**22)


def _ids(mapping: Mapping, tree: Tree) -> list[str]:
    fields = mapping.fields
    names = dict.fromkeys((*fields.resource.id, *fields.product.id, *fields.organization.id))
    return [str(tree[name]) for name in names if isinstance(tree.get(name), (str, *SCALARS))]


def _place(mapping: Mapping, tree: Tree, spot: Spot) -> Place | None:
    """Where an entry stands in the tree of its record; of what it names, as far as it is there."""
    says, fields = spot.said.says, mapping.fields.resource
    base: Place = ()
    if isinstance(says, Listing):
        listing = _listing(mapping, tree, spot)
        if listing is None:
            return None
        base, tree = listing
        fields = mapping.fields.product
    elif isinstance(says, ProductPage):
        fields = mapping.fields.product
    if not spot.field:
        return base
    roles = mapping.provenance.roles
    feeds = {"original": roles.original.fields, "secondary": roles.secondary.fields, "contact": fields.contacts}
    names = [spot.field, *feeds.get(spot.field, getattr(fields, spot.field, ()))]
    name = next((name for name in names if name in tree), None)
    if name is None:
        return base
    if not spot.value:
        return (*base, name)
    matches = list(_scalars(tree[name], spot.value, (*base, name)))
    return matches[min(spot.at, len(matches) - 1)] if matches else (*base, name)


def _listing(mapping: Mapping, tree: Tree, spot: Spot) -> tuple[Place, Tree] | None:
    left = spot.said.nth
    for field in mapping.fields.resource.products:
        value = tree.get(field)
        for n, product in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(product, dict) and any(str(product.get(name)) == spot.said.id for name in mapping.fields.product.id):
                if left == 0:
                    return (field, n) if isinstance(value, list) else (field,), product
                left -= 1
    return None


def _scalars(tree: Tree, value: str, place: Place) -> Iterator[Place]:
    """The places of the scalars that are a value."""
    if isinstance(tree, dict):
        for key, item in tree.items():
            yield from _scalars(item, value, (*place, key))
    elif isinstance(tree, list):
        for n, item in enumerate(tree):
            yield from _scalars(item, value, (*place, n))
    elif tree is not None and (tree == value or str(tree).strip() == value):
        yield place
