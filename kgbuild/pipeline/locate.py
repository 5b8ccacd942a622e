"""Find the lines and columns of entries, for the findings that are shown. The files are read again by readers that keep positions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from kgbuild.checks.view import EntryRef
from kgbuild.errors import InputError
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.document import Document, Place, Tree
from kgbuild.model.graph import Listing, ProductPage
from kgbuild.pipeline.engine import local
from kgbuild.pipeline.entries import DocumentEntries
from kgbuild.pipeline.read import ReadResult
from kgbuild.readers import LINES, PLAIN_LINES, reader
from kgbuild.readers.inputs import STDIN, ending_of
from kgbuild.readers.json import jsonl
from kgbuild.readers.markdown import front_of
from kgbuild.readers.yaml.outline import Outline, outline_of
from kgbuild.transform.values import SCALARS

#: Endings of pages, in which most entries can be found by their lines alone.
MARKDOWN = (".md", ".markdown")
#: The number of files below which a second process is slower.
_FEW = 20


class PlaceRequest(NamedTuple):
    """An entry whose position is requested, and the key of the result."""

    key: tuple[int, int]
    spot: EntryRef


class _Task(NamedTuple):
    """The entries of some files: (path of the input file, path of the member in it, the entries)."""

    files: list[tuple[str, str, list[PlaceRequest]]]


def locate(
    wanted: Iterable[PlaceRequest], source: ReadResult, mapping: RegistryMapping, jobs: int
) -> dict[tuple[int, int], tuple[int, int]]:
    """Return line and column, counted from one, of each entry by its key. Entries from standard input or from changed files have none."""
    by_file: defaultdict[int, list[PlaceRequest]] = defaultdict(list)
    for item in wanted:
        by_file[item.spot.claim.file].append(item)
    files = [(file.path, batch.member) for file, unit in zip(source.files, source.units, strict=True) for batch in unit.batches]
    grouped: defaultdict[tuple[str, str], list[PlaceRequest]] = defaultdict(list)
    for number, items in sorted(by_file.items()):
        if files[number][0] != STDIN:
            grouped[files[number]] += items
    tasks = [_Task([(path, member, items) for (path, member), items in chunk]) for chunk in _chunks(list(grouped.items()))]
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for places in local.run(_worker, mapping, tasks, jobs if len(grouped) > _FEW else 1):
        found |= places
    return found


def _chunks(items: list[Any]) -> Iterator[list[Any]]:
    """Group files. The members of one archive stay together, so that it is read once."""
    chunk: list[Any] = []
    for item in items:
        if len(chunk) >= _FEW and not (item[0][1] and item[0][0] == chunk[-1][0][0]):
            yield chunk
            chunk = []
        chunk.append(item)
    if chunk:
        yield chunk


def _worker(mapping: RegistryMapping) -> Callable[[_Task], dict[tuple[int, int], tuple[int, int]]]:
    """Return the function that finds entries in one process."""
    return partial(_work, mapping)


def _work(mapping: RegistryMapping, task: _Task) -> dict[tuple[int, int], tuple[int, int]]:
    found: dict[tuple[int, int], tuple[int, int]] = {}
    archives: defaultdict[str, dict[str, list[PlaceRequest]]] = defaultdict(dict)
    for path, member, items in task.files:
        if member:
            archives[path][member] = items
        else:
            _in_file(mapping, path, None, items, found)
    for path, members in archives.items():
        _in_archive(mapping, path, members, found)
    return found


def _in_archive(
    mapping: RegistryMapping, path: str, wanted: dict[str, list[PlaceRequest]], found: dict[tuple[int, int], tuple[int, int]]
) -> None:
    from kgbuild.readers.archives.archive import members

    try:
        for name, data in members(Path(path), path, wanted.__contains__):
            _in_file(mapping, name, data, wanted[name], found)
    except InputError:
        pass  # errors in the archive are reported by a finding of their own


def _in_file(
    mapping: RegistryMapping, path: str, data: bytes | None, items: Sequence[PlaceRequest], found: dict[tuple[int, int], tuple[int, int]]
) -> None:
    """Find the entries of one file. ``data`` are its bytes if it is in an archive."""
    if ending_of(path) in MARKDOWN:
        try:
            data = Path(path).read_bytes() if data is None else data
        except OSError:
            return
        items = _in_lines(mapping, data, items, found)
        if not items:
            return
    by_record: defaultdict[tuple[str, bool], list[PlaceRequest]] = defaultdict(list)
    for item in items:
        said = item.spot.claim
        page = isinstance(said.says, ProductPage)
        by_record[said.id if page else said.by, page].append(item)
    try:
        for document in _documents(mapping, path, data, {id for id, _ in by_record}):
            entries = DocumentEntries(mapping, document)
            for key in product(_ids(mapping, document.tree), (False, True)):
                for item in by_record.get(key, ()):
                    if item.key not in found and (where := entries.where(item.spot)):
                        found[item.key] = where
    except (InputError, OSError):
        pass  # the file has changed since it was read: the finding has no line


def _in_lines(
    mapping: RegistryMapping, data: bytes, items: Sequence[PlaceRequest], found: dict[tuple[int, int], tuple[int, int]]
) -> list[PlaceRequest]:
    """Find the entries of a page by its lines alone, and return those for which that is not certain."""
    front = front_of(data)
    if front is None:
        return list(items)
    outline, left = outline_of(front[0]), []
    for item in items:
        mark = _mark(mapping, outline, item.spot)
        if mark is None:
            left.append(item)
        else:
            line, column = outline.position(mark)
            found[item.key] = front[1] + line - 1, column
    return left


def _mark(mapping: RegistryMapping, outline: Outline, spot: EntryRef) -> int | None:
    base: Place = ()
    if isinstance(spot.claim.says, Listing):
        place = _listed(mapping, outline, spot)
        if place is None:
            return None
        base = place
    block, names = outline.block(base), spot.names(mapping)
    if block is None or not names:
        return block.mark if block else None
    name = next((name for name in names if outline.block((*base, name))), None)
    if name is None:  # missing, or not written in the plain form
        return None if any(f"{name}:".encode() in outline.data[block.start : block.end] for name in names) else block.mark
    field = outline.block((*base, name))
    if field is None or not spot.value:
        return field.mark if field else None
    if outline.scalar(field) == spot.value:
        return field.mark
    entries = outline.entries((*base, name), mapping.fields.source.id)
    marks = [entry.mark for _, entry in entries.get(spot.value, ())]
    return marks[min(spot.at, len(marks) - 1)] if marks and None not in entries else None


def _listed(mapping: RegistryMapping, outline: Outline, spot: EntryRef) -> Place | None:
    """Return the place of a listing on a page that has all listings in one list."""
    fields = mapping.fields
    names = [name for name in fields.resource.products if outline.block((name,))]
    entries = outline.entries((names[0],), fields.product.id) if len(names) == 1 else {None: []}
    numbers = [n for n, _ in entries.get(spot.claim.id, ())]
    return (names[0], numbers[spot.claim.nth]) if None not in entries and spot.claim.nth < len(numbers) else None


def _documents(mapping: RegistryMapping, path: str, data: bytes | None, ids: set[str]) -> Iterator[Document]:
    ending = ending_of(path) or ""
    if ending not in LINES:
        yield from reader(ending)(path, Path(path).read_bytes() if data is None else data, exact=False, containers=mapping.pages.containers)
        return
    names, lazy = _id_fields(mapping), frozenset(mapping.fields.resource.products)
    for number, line in enumerate(_lines(path, data, ending), 1):
        try:
            if not ids.isdisjoint(jsonl.scalars(line, names)):
                yield jsonl.read_line(path, line, number, exact=False, lazy=lazy)
        except InputError:
            continue


def _lines(path: str, data: bytes | None, ending: str) -> Iterator[bytes]:
    from io import BytesIO

    from kgbuild.readers.archives.compressed import expand, open_stream

    chunks: Iterable[bytes]
    if ending in PLAIN_LINES:
        chunks = [data] if data is not None else _pieces(path)
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


def _pieces(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while piece := file.read(2**22):
            yield piece


def _id_fields(mapping: RegistryMapping) -> tuple[str, ...]:
    """Return the fields that can contain the id of a record."""
    fields = mapping.fields
    return tuple(dict.fromkeys((*fields.resource.id, *fields.product.id, *fields.organization.id)))


def _ids(mapping: RegistryMapping, tree: Tree) -> list[str]:
    return [str(tree[name]) for name in _id_fields(mapping) if isinstance(tree.get(name), (str, *SCALARS))]
