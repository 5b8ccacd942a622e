"""Parse YAML with PyYAML, which is slow: trees in which every scalar is text, and the positions of values."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from kgbuild.errors import EACH_KEY_ONCE, InputError, Problem
from kgbuild.model.document import Doubled, Parsed, Place, Tree
from kgbuild.readers import text
from kgbuild.readers.text import MAX_DEPTH, MAX_PROBLEMS, TOO_DEEP, position
from kgbuild.readers.yaml import diagnose
from kgbuild.readers.yaml.prepared import Prepared, prepare
from kgbuild.readers.yaml.repair import repaired

if TYPE_CHECKING:
    import yaml

#: The most nodes of one document after its aliases are expanded.
MAX_NODES = 2_000_000

_PLAIN_NULLS = frozenset(("", "~", "null", "Null", "NULL"))  # YAML 1.2 §10.3.2
_NULL = "tag:yaml.org,2002:null"
#: The tag `!`, perhaps after an anchor.
_NON_SPECIFIC = re.compile(r"(?:&\S+\s+)?!(?=\s|\Z)")


class YamlNode(Protocol):
    """The attributes of PyYAML's nodes, which its type stubs lack."""

    id: str
    tag: str
    style: str | None
    value: Any
    start_mark: yaml.Mark


class Exact:
    """Builds trees in which every scalar is its text in the file (SPEC §2) from PyYAML's nodes."""

    def __init__(self, path: str, data: bytes, line: int) -> None:
        self.path, self.line = path, line
        self.text = data.decode()
        self.prepared = prepare(self.text)
        self.sizes: dict[int, int] = {}
        self.open: set[int] = set()
        self.problems: list[Problem] = []
        self.doubled: dict[int, Problem] = {}

    def trees(self) -> list[Parsed]:
        """Return the tree and the duplicate keys of each document. Raises InputError with all errors, unless only keys are duplicate."""
        import yaml

        try:
            self.prepared, roots = _nodes(self.prepared)
        except yaml.YAMLError as error:
            raise InputError([diagnose.problem(self.path, self.text, self.line, error)]) from None
        for root in roots:
            self._measure(root)
        trees = [self._tree(root) for root in roots]
        if self.problems:
            raise InputError([*self.problems, *self.doubled.values()])
        return [(tree, self._places(root) if self.doubled else ()) for tree, root in zip(trees, roots, strict=True)]

    def _add(self, node: YamlNode, expected: str, got: str, todo: str) -> None:
        self.problems.append(self._fail(node, expected, got, todo))
        if len(self.problems) + len(self.doubled) >= MAX_PROBLEMS:
            raise InputError([*self.problems, *self.doubled.values()])

    def _double(self, key: str, node: YamlNode, first: YamlNode) -> None:
        """Record a duplicate key, up to MAX_PROBLEMS."""
        if len(self.doubled) < MAX_PROBLEMS:
            line = self.line + position(self.text, self.prepared.offset(first.start_mark.index))[0] - 1
            self.doubled[id(node)] = self._fail(node, EACH_KEY_ONCE, f"{key!r} again, after line {line}", "keep one of the two")

    def _places(self, root: YamlNode) -> list[Doubled]:
        """Return the recorded duplicate keys below a node, with their places. Nodes that aliases repeat are visited once."""
        found: list[Doubled] = []
        nodes: list[tuple[YamlNode, Place]] = [(root, ())]
        seen: set[int] = set()
        while nodes:
            node, place = nodes.pop()
            if node.id == "scalar" or id(node) in seen:
                continue
            seen.add(id(node))
            if node.id == "sequence":
                nodes += [(child, (*place, n)) for n, child in enumerate(node.value)]
                continue
            for key, value in node.value:
                below = (*place, self.prepared.value(key.value, key.style))
                if id(key) in self.doubled:
                    found.append((below, self.doubled[id(key)]))
                nodes.append((value, below))
        return found

    def _fail(self, node: YamlNode, expected: str, got: str, todo: str) -> Problem:
        row, column = position(self.text, self.prepared.offset(node.start_mark.index))
        return Problem(self.path, self.line + row - 1, column, "", expected, got, todo)

    def _measure(self, node: YamlNode) -> int:
        """Return the number of values of a node after alias expansion. Raises InputError if it is too large, too deep or contains itself."""
        if node.id == "scalar":
            return 1
        if id(node) in self.open:
            raise InputError(
                [self._fail(node, "a value that ends", "one that an alias repeats inside itself", "write the value in place of the alias")]
            )
        if id(node) not in self.sizes:
            self.open.add(id(node))
            if len(self.open) > MAX_DEPTH:
                raise InputError([self._fail(node, *TOO_DEEP)])
            children = node.value if node.id == "sequence" else [child for pair in node.value for child in pair]
            self.sizes[id(node)] = size = 1 + sum(map(self._measure, children))
            self.open.discard(id(node))
            if size > MAX_NODES:
                got = f"more than {MAX_NODES:,} values once its aliases are written out"
                todo = "write the values in place of the aliases"
                raise InputError([self._fail(node, "a record of ordinary size", got, todo)])
        return self.sizes[id(node)]

    def _tree(self, node: YamlNode, depth: int = 1) -> Tree:
        if node.id == "scalar":
            return None if self._is_null(node) else self._scalar(node)
        if depth > MAX_DEPTH:
            raise InputError([self._fail(node, *TOO_DEEP)])
        return [self._tree(child, depth + 1) for child in node.value] if node.id == "sequence" else self._mapping(node, depth)

    def _is_null(self, node: YamlNode) -> bool:
        """Return whether a scalar is null: a plain one that a tag does not make a text, as `!!str` (§10.1.1.3) and `!` (§6.9.1) do."""
        if node.style or node.value not in _PLAIN_NULLS or node.tag != _NULL:
            return False
        return not _NON_SPECIFIC.match(self.prepared.text, node.start_mark.index)

    def _scalar(self, node: YamlNode) -> Tree:
        """Return the value of a scalar that is not null."""
        return self._text(node)

    def _text(self, node: YamlNode) -> str:
        value = self.prepared.value(node.value, node.style)
        if "\0" in value:
            self._add(node, "text", "the NUL character", "remove it")
        return value

    def _mapping(self, node: YamlNode, depth: int) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        first: dict[str, YamlNode] = {}
        for key_node, value_node in node.value:
            value = self._tree(value_node, depth + 1)
            if key_node.id != "scalar":
                todo = "write a plain key, or put the value into quotes if it is text"
                self._add(key_node, "a key that is text", "a list" if key_node.id == "sequence" else "a mapping", todo)
                continue
            key = self._text(key_node)
            if key == "<<" and not key_node.style:
                for source in reversed(value if isinstance(value, list) else [value]):
                    merged |= source if isinstance(source, dict) else {"<<": value}
            elif key in first:
                self._double(key, key_node, first[key])
                own[key] = value
            else:
                own[key], first[key] = value, key_node
        return merged | own


def _nodes(prepared: Prepared) -> tuple[Prepared, list[Any]]:
    """Return the root nodes of a text, and the text that their offsets refer to. Raises YAMLError with offsets of the original text."""
    import yaml

    try:
        return prepared, list(yaml.compose_all(prepared.text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:
        prepared = repaired(prepared)
    try:
        return prepared, list(yaml.compose_all(prepared.text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        raise prepared.original(error) from None


def find(data: bytes, place: Place, document: int = 0) -> tuple[int, int]:
    """Return line and column, from one, of a place of a document. If it does not exist, return those of its last part that exists."""
    import yaml

    lines, prepared, roots = composed(data)
    node = roots[document] if document < len(roots) else None
    found = node
    for part in place:
        if isinstance(part, int):
            if not isinstance(node, yaml.SequenceNode) or part >= len(node.value):
                break
            found = node = node.value[part]
        else:
            entries = node.value if isinstance(node, yaml.MappingNode) else []
            pairs = [pair for pair in entries if prepared.value(pair[0].value, pair[0].style) == part]
            if not pairs:
                break
            found, node = pairs[-1]
    return lines.position(prepared.offset(found.start_mark.index)) if found is not None else (1, 1)


@lru_cache(maxsize=1)
def composed(data: bytes) -> tuple[text.Lines, Prepared, list[Any]]:
    """Return the nodes of a text. The last ones are cached, because one file can have a thousand problems."""
    import yaml

    decoded = data.decode()
    prepared = prepare(decoded)
    try:
        return text.Lines(decoded), *_nodes(prepared)
    except yaml.YAMLError:  # the text has an error, which its reader reports
        return text.Lines(decoded), prepared, []
