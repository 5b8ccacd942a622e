"""Convert the fix requests about one file to changes of its bytes. The result is parsed to prove that nothing else changes."""

from __future__ import annotations

import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from kgbuild.checks.fixes.request import FixRequest
from kgbuild.checks.fixes.tree_edits import EditSteps, EntryFixer
from kgbuild.errors import InputError
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.document import Document, Place, Tree
from kgbuild.model.edits import Change, FileEdit, NotCertain, edited
from kgbuild.readers import PLAIN_LINES, reader, text
from kgbuild.readers.flow import Replacement
from kgbuild.readers.inputs import File
from kgbuild.readers.json import jsonl

_CHANGED = "the file has changed since it was read"
_UNPROVED = "the fix would change other values of the file too"
#: Requests, each with the number of listings or records in the file that it is about.
Counted = Sequence[tuple[FixRequest, int]]


class _Editable(Protocol):
    """An editable text (readers.yaml.edit, readers.json.edit)."""

    def document(self, where: Callable[[], tuple[int, int]]) -> int: ...
    def replace(self, document: int, place: Place, old: str, new: str) -> Replacement: ...
    def remove(self, document: int, place: Place, numbers: Sequence[int]) -> Iterator[Replacement]: ...


class _FilePiece(NamedTuple):
    """A piece of a file that is parsed separately: its bytes, their offset ``start``, and the function that parses them (exactly or not)."""

    raw: bytes
    start: int
    parse: Callable[[bytes, bool], list[Document]]


class _Target(NamedTuple):
    """A listing or record: the number of its document, its place in the document, its tree, and the requests about it."""

    number: int
    base: Place
    tree: Tree
    requests: list[FixRequest]


class FixedFile(NamedTuple):
    """The edit of a file, the numbers of the requests in it, and the refused requests with their reasons.

    If some requests are refused, there is no edit, and the caller repeats the edit without them.
    """

    edit: FileEdit | None = None
    found: frozenset[int] = frozenset()
    refused: Mapping[int, str] = {}


class FileFixer:
    """Edits files for fix requests, under one mapping."""

    def __init__(self, vocabulary: RegistryMapping) -> None:
        self._mapping, self._fixer = vocabulary, EntryFixer(vocabulary)

    def edit(self, file: File, sha256: Sequence[bytes], requests: Counted) -> FixedFile:
        """Return the edit of a file. Its bytes must have one of the digests from when it was read; otherwise all requests are refused."""
        if not requests:
            return FixedFile()
        try:
            data = Path(file.path).read_bytes()
        except OSError:
            data = b""
        digest = hashlib.sha256(data).digest()
        if digest not in sha256:
            return FixedFile(refused={request.number: f"{file.shown}: {_CHANGED}" for request, _ in requests})
        changes: list[Change] = []
        refused: dict[int, str] = {}
        found: Counter[int] = Counter()
        every = [request for request, _ in requests]
        try:
            for piece in self._pieces(file, data, every):
                changes += self._changes(piece, file, every, found, refused)
        except InputError:
            return FixedFile(refused={request.number: f"{file.shown}: {_CHANGED}" for request in every})
        for request, count in requests:
            if request.kind != "value" and found[request.number] != count:
                refused.setdefault(request.number, "the value is not at the place where it was read")
        if refused:
            return FixedFile(refused={number: f"{file.shown}: {why}" for number, why in refused.items()})
        if not changes:
            return FixedFile()
        edit = FileEdit(shown=file.shown, path=os.path.realpath(file.path), sha256=digest, changes=tuple(changes))
        return FixedFile(edit, frozenset(found))

    def _pieces(self, file: File, data: bytes, requests: Iterable[FixRequest]) -> Iterator[_FilePiece]:
        bom = len(data) - len(text.without_bom(data))
        if file.ending in PLAIN_LINES:
            marks = {request.id.encode() for request in requests}
            start = bom
            for number, line in enumerate(data[bom:].split(b"\n"), 1):
                if any(mark in line for mark in marks) or (b"\\" in line and line.strip()):
                    yield _FilePiece(line, start, partial(_parse_line, file.shown, number))
                start += len(line) + 1
            return
        parse = partial(reader(file.ending), file.shown, containers=self._mapping.pages.containers)
        documents = parse(data, exact=True)
        if documents:
            start = bom
            for _ in range(documents[0].line - 1):
                start = data.index(b"\n", start) + 1
            raw = documents[0].raw
            before, after = data[:start], data[start + len(raw) :]
            yield _FilePiece(raw, start, lambda new, exact: parse(before + new + after, exact=exact))

    def _changes(
        self, piece: _FilePiece, file: File, requests: Sequence[FixRequest], found: Counter[int], refused: dict[int, str]
    ) -> Sequence[Change]:
        """Return the changes of a piece. Add its requests to ``found`` and ``refused``."""
        try:
            documents = piece.parse(piece.raw, True)
        except InputError:
            if file.ending in PLAIN_LINES:
                return ()  # reported when the file was read
            raise
        targets = [target for n, document in enumerate(documents) for target in self._targets(n, document, requests)]
        if not targets:
            return ()
        own = {request.number for target in targets for request in target.requests}
        try:
            if any(document.doubled for document in documents):
                raise NotCertain("the file has a duplicate key")
            editable = _editable(file.ending, piece.raw.decode())
        except NotCertain as error:
            refused |= dict.fromkeys(own, str(error))
            return ()
        steps = [(target, self._steps(target, documents[target.number], editable)) for target in targets]
        found.update(number for _, step in steps for number in step.found)
        for _, step in steps:
            refused |= step.refused
        if any(step.refused for _, step in steps):
            return ()
        replacements: list[Replacement] = []
        for target, step in steps:
            try:
                replacements += _replacements(step, documents[target.number], target.base, editable)
            except NotCertain as error:
                refused |= dict.fromkeys(step.found, str(error))
        try:
            return [] if refused else _proved(piece, documents, replacements, steps)
        except NotCertain as error:
            refused |= dict.fromkeys((number for _, step in steps for number in step.found), str(error))
            return ()

    def _targets(self, number: int, document: Document, requests: Sequence[FixRequest]) -> Iterator[_Target]:
        """Yield the listings and records of a document that requests are about."""
        tree, pages, fields = document.tree, self._mapping.pages, self._mapping.fields
        layout = tree.get(pages.field)
        kind = pages.kinds.get(layout, "resource") if isinstance(layout, str) else "resource"
        if kind == "organization":
            yield from _of_id(number, (), tree, fields.organization.id, [request for request in requests if request.of == "organization"])
        elif kind == "product page":
            yield from _of_id(number, (), tree, fields.product.id, [request for request in requests if request.of == "listing"])
        elif kind == "resource":
            yield from _of_id(number, (), tree, fields.resource.id, [request for request in requests if request.of == "resource"])
            listed = [request for request in requests if request.of == "listing"]
            for name in fields.resource.products:
                value = tree.get(name)
                for n, product in enumerate(value) if isinstance(value, list) else ((None, value),):
                    base = (name,) if n is None else (name, n)
                    yield from _of_id(number, base, product, fields.product.id, listed)

    def _steps(self, target: _Target, document: Document, editable: _Editable) -> EditSteps:
        which = _number(document, editable)

        def removable(place: Place, n: int) -> bool:
            try:
                list(editable.remove(which, document.top + target.base + place, [n]))
            except NotCertain:
                return False
            return True

        return self._fixer.steps(target.tree, target.requests, removable)


def _of_id(number: int, base: Place, tree: Tree, names: Sequence[str], requests: Sequence[FixRequest]) -> Iterator[_Target]:
    """Yield a listing or record with the requests about its id, if there are any."""
    if isinstance(tree, dict):
        id = next((tree[name] for name in names if tree.get(name)), None)
        own = [request for request in requests if request.id == id]
        if own:
            yield _Target(number, base, tree, own)


def _parse_line(path: str, number: int, raw: bytes, exact: bool) -> list[Document]:
    return [jsonl.read_line(path, raw, number, exact=exact)]


def _editable(ending: str, raw: str) -> _Editable:
    if ending in (".json", *PLAIN_LINES):
        from kgbuild.readers.json.edit import JsonText

        return JsonText(raw)
    from kgbuild.readers.yaml.edit import YamlText

    return YamlText(raw)


def _number(document: Document, editable: _Editable) -> int:
    """Return the number of a record's document in the text."""
    return editable.document(lambda: document.find(document.raw, document.top))


def _replacements(steps: EditSteps, document: Document, base: Place, editable: _Editable) -> Iterator[Replacement]:
    which, top = _number(document, editable), document.top + base
    for place, (old, new) in steps.replaced.items():
        yield editable.replace(which, top + place, old, new)
    for place, numbers in steps.removed.items():
        yield from editable.remove(which, top + place, sorted(numbers))


def _proved(
    piece: _FilePiece, documents: Sequence[Document], replacements: Sequence[Replacement], steps: Sequence[tuple[_Target, EditSteps]]
) -> list[Change]:
    """Convert replacements to changes of bytes. Raises NotCertain if the parsed result has other changes than ``steps``.

    ``documents`` are the exactly parsed documents of the piece. The result is compared with both the exact and the fast parser.
    """
    raw = piece.raw.decode()
    changes: list[Change] = []
    end = at = size = 0
    for start, stop, new in sorted(replacements):
        if start < end:
            raise NotCertain(_UNPROVED)
        size += len(raw[at:start].encode())
        width = len(raw[start:stop].encode())
        changes.append(Change(size, size + width, new.encode()))
        size, at, end = size + width, stop, stop
    after = edited(piece.raw, changes)
    try:
        for exact in (True, False):
            before = documents if exact else piece.parse(piece.raw, exact)
            if not _same(_expected(before, steps), [document.tree for document in piece.parse(after, exact)]):
                raise NotCertain(_UNPROVED)
    except (InputError, LookupError, TypeError):
        raise NotCertain(_UNPROVED) from None
    return [Change(change.start + piece.start, change.end + piece.start, change.new) for change in changes]


def _expected(documents: Sequence[Document], steps: Sequence[tuple[_Target, EditSteps]]) -> list[Tree]:
    """Return the trees with the changes applied."""
    by_number: defaultdict[int, list[tuple[_Target, EditSteps]]] = defaultdict(list)
    for target, step in steps:
        by_number[target.number].append((target, step))
    trees = []
    for n, document in enumerate(documents):
        tree = document.tree
        for target, step in by_number[n]:
            tree = step.below(target.base).on(tree)
        trees.append(tree)
    return trees


def _same(a: list[Tree], b: list[Tree]) -> bool:
    """Return whether trees are equal, including the order of keys. They are compared as text, because NaN is not equal to itself."""
    return repr(a) == repr(b)
