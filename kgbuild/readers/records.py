"""Split a parsed YAML or JSON file into records. It holds one record, a list of records, or a container of records (SPEC §2)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kgbuild.errors import InputError, Problem
from kgbuild.model.document import Document, Doubled, Place, Tree, show

_NAMES = {list: "a list", str: "text", type(None): "nothing", bool: "a boolean", int: "a number", float: "a number"}
#: Booleans and numbers of YAML 1.2 (§10.3.2), without quotes.
_FORMS = (
    (re.compile(r"true|True|TRUE|false|False|FALSE"), "a boolean"),
    (re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+"), "a number"),
    (re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"), "a number"),
)
AS_YAML, AS_JSON = "write it as `field: value` lines", 'write it as `{"field": "value"}`'


def split(path: str, document: Document, containers: tuple[str, ...], todo: str = AS_YAML) -> list[Document]:
    """Return the records of a file. ``todo`` says how a record is written, for error messages.

    Raises InputError for all records that are not mappings, and for duplicate keys in a file that has no records.
    """
    tree = document.tree
    if isinstance(tree, list):
        return _items(path, document, (), tree, todo, contained=False)
    if isinstance(tree, dict):
        for name in containers:
            if isinstance(tree.get(name), list):
                return _items(path, document, (name,), tree[name], todo, contained=True)
        return [document]
    if tree is None:
        return []
    raise InputError([not_a_mapping(path, document, (), tree, todo), *(problem for _, problem in document.doubled)])


def _items(path: str, document: Document, top: Place, items: list[Tree], todo: str, *, contained: bool) -> list[Document]:
    wrong = [not_a_mapping(path, document, (*top, n), item, todo) for n, item in enumerate(items) if not isinstance(item, dict)]
    if wrong or (document.doubled and not items):
        raise InputError([*wrong, *(problem for _, problem in document.doubled)])
    doubled = _by_item(document.doubled, top, len(items))
    return [
        Document(
            tree=item, raw=document.raw, line=document.line, exact=document.exact, contained=contained,
            literal=document.literal, top=(*top, n), find=document.find, doubled=doubled.get(n, ()),
        )
        for n, item in enumerate(items)
    ]  # fmt: skip


def _by_item(doubled: Sequence[Doubled], top: Place, count: int) -> dict[int, list[Doubled]]:
    """Group duplicate keys by the item of the list at ``top`` that contains them. Keys outside the list go to the first item."""
    found: dict[int, list[Doubled]] = {}
    for place, problem in doubled:
        n = place[len(top)] if len(place) > len(top) and place[: len(top)] == top else 0
        found.setdefault(n if isinstance(n, int) and n < count else 0, []).append((place, problem))
    return found


def not_a_mapping(path: str, document: Document, place: Place, tree: Tree, todo: str = AS_YAML) -> Problem:
    """Return the problem of a value that should be a record but is not a mapping."""
    line, column = document.where(place)
    return Problem(path, line, column, show(place), "a record, which is a mapping of fields", _got(document, tree, line, column), todo)


def _got(document: Document, tree: Tree, line: int, column: int) -> str:
    """Return what stands in place of a record. Where a number is read as text, its spelling tells what it is."""
    if not isinstance(tree, str):
        return _NAMES.get(type(tree), "something else")
    name = next((name for form, name in _FORMS if form.fullmatch(tree)), None)
    written = document.raw.decode().split("\n")[line - document.line][column - 1 :] if name else ""
    return name if name and written.startswith(tree) else f"the text {tree[:40]!r}"
