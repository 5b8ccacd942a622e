"""A parsed YAML or JSON file -> its records: one, the items of a list, or the items of a container (SPEC §2)."""

from __future__ import annotations

from kgbuild.document import Document, Place, Tree, show
from kgbuild.errors import InputError, Problem

_NAMES = {list: "a list", str: "text", type(None): "nothing", bool: "a boolean", int: "a number", float: "a number"}
AS_YAML, AS_JSON = "write it as `field: value` lines", 'write it as `{"field": "value"}`'


def split(path: str, document: Document, containers: tuple[str, ...], todo: str = AS_YAML) -> list[Document]:
    """The records of a file. Raises InputError for every one that is no mapping; ``todo`` says how one is written."""
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
    raise InputError([not_a_mapping(path, document, (), tree, todo)])


def _items(path: str, document: Document, top: Place, items: list[Tree], todo: str, *, contained: bool) -> list[Document]:
    wrong = [not_a_mapping(path, document, (*top, n), item, todo) for n, item in enumerate(items) if not isinstance(item, dict)]
    if wrong:
        raise InputError(wrong)
    return [
        Document(
            tree=item, raw=document.raw, line=document.line, exact=document.exact, contained=contained,
            literal=document.literal, top=(*top, n), find=document.find,
        )
        for n, item in enumerate(items)
    ]  # fmt: skip


def not_a_mapping(path: str, document: Document, place: Place, tree: Tree, todo: str = AS_YAML) -> Problem:
    """The problem of a record that is something else."""
    got = f"the text {tree[:40]!r}" if isinstance(tree, str) and not document.exact else _NAMES.get(type(tree), "something else")
    return Problem(path, *document.where(place), show(place), "a record, which is a mapping of fields", got, todo)
