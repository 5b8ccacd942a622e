"""YAML text -> trees: fast by py-yaml12, exactly by PyYAML where YAML's types, anchors or doubled keys would lose what stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from kgbuild.errors import InputError, Problem
from kgbuild.readers import text
from kgbuild.readers.document import Place, Tree

if TYPE_CHECKING:
    import yaml

#: Deeper than any record, and far from where a recursive parser runs out of stack.
MAX_DEPTH = 100
#: Nodes that one document may have once its aliases are written out.
MAX_NODES = 2_000_000

_PLAIN_NULLS = frozenset(("", "~", "null", "Null", "NULL"))  # YAML 1.2 §10.3.2
_ANCHOR = re.compile(rb"(?:^|[\s,\[{:-])&[^\s,\[\]{}]")
_ALIAS = re.compile(rb"(?:^|[\s,\[{:-])\*[^\s,\[\]{}]")
#: Every level of block nesting moves the text right by a column of these at least, or by a line's indentation.
_INDICATORS = bytes.maketrans(b"-?:\t", b"    ")
_DEEP_INDENT = b" " * (MAX_DEPTH + 50)
_KEY_LINE = re.compile(rb"^[ ]*(?:- +)*(?:[\w.$@/-]+|\"[^\"\n]*\"|'[^'\n]*'):(?=[ \r\n]|$)", re.MULTILINE)
_NUL_ESCAPE = re.compile(rb"\\(?:0|x00|u0000|U00000000)")
_encode = msgspec.json.Encoder().encode


def parse(path: str, data: bytes, line: int, exact: bool) -> list[Tree]:
    """The trees of the documents in ``data``, which begins on ``line`` of the file.

    Raises InputError where it is no YAML, too deep, an alias bomb, or says one key twice.
    """
    _check_depth(path, data, line)
    if (
        exact
        or (b"\\" in data and _NUL_ESCAPE.search(data))
        or (b"&" in data and b"*" in data and _ANCHOR.search(data) and _ALIAS.search(data))
    ):
        return list(_Exact(path, data, line).trees())
    import yaml12

    try:
        trees: list[Tree] = yaml12.parse_yaml(data.decode(), multi=True)
    except ValueError:
        # PyYAML's word for it is the clearer one. It reads YAML 1.1 and takes a few texts that 1.2 refuses: those are right.
        return list(_Exact(path, data, line).trees())
    if b"<<" in data or not all(map(_one_key_each, trees, [data] * len(trees))) or len(trees) > 1:
        return list(_Exact(path, data, line).trees())
    return trees


def _one_key_each(tree: Tree, data: bytes) -> bool:
    """Whether no key was said twice: as many keys are in the tree as `key:` stand in the text, not counting colons inside values."""
    try:
        encoded = _encode(tree)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return False
    keys = encoded.count(b'":') - encoded.count(b'\\":')
    colons = data.count(b": ") + data.count(b":\n")
    if keys == colons or keys + encoded.count(b": ") + encoded.count(b":\\n") == colons:
        return True
    return keys == len(_KEY_LINE.findall(data))


def _check_depth(path: str, data: bytes, line: int) -> None:
    """Parsers recurse; so depth is counted first, on the events of a parser that does not, wherever the text could be deep."""
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH and _DEEP_INDENT not in data.translate(_INDICATORS):
        return
    import yaml

    depth = 0
    try:
        for event in yaml.parse(data, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    mark = event.start_mark
                    got = "a deeper one"
                    raise InputError(
                        [
                            Problem(
                                path,
                                mark.line + line,
                                mark.column + 1,
                                "",
                                f"at most {MAX_DEPTH} levels of nesting",
                                got,
                                "flatten the record",
                            )
                        ]
                    )
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError as error:
        raise _refused(path, error, line) from None


def _refused(path: str, error: yaml.YAMLError, line: int) -> InputError:
    """What PyYAML says of a text, as our sentence."""
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error).splitlines()[0]
    context = getattr(error, "context", None)
    got = f"{said} ({context})" if context else str(said)
    at = (mark.line + line, mark.column + 1) if mark else (line, 1)
    return InputError([Problem(path, *at, "", "YAML", got, "mend the YAML here or just above")])


class _Exact:
    """Trees in which every scalar is the text that stands in the file (SPEC §2), built from PyYAML's nodes."""

    def __init__(self, path: str, data: bytes, line: int) -> None:
        self.path, self.data, self.line = path, data, line
        self.nodes = 0
        self.open: set[int] = set()
        self.problems: list[Problem] = []

    def trees(self) -> Iterator[Tree]:
        import yaml

        try:
            roots = list(yaml.compose_all(self.data, Loader=yaml.CSafeLoader))
        except yaml.YAMLError as error:
            raise _refused(self.path, error, self.line) from None
        trees = [self._tree(root) for root in roots]
        if self.problems:
            raise InputError(self.problems)
        return iter(trees)

    def _fail(self, node: yaml.Node, expected: str, got: str, todo: str) -> Problem:
        return Problem(self.path, node.start_mark.line + self.line, node.start_mark.column + 1, "", expected, got, todo)

    def _tree(self, node: yaml.Node) -> Tree:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            got = f"more than {MAX_NODES:,} values once its aliases are written out"
            raise InputError(
                [self._fail(node, "a record of ordinary size", got, "write the values out instead of repeating them by alias")]
            )
        if node.id == "scalar":
            if "\0" in node.value:
                self.problems.append(self._fail(node, "text", "the NUL character", "remove it"))
            return None if node.style is None and node.value in _PLAIN_NULLS else node.value
        if id(node) in self.open:
            raise InputError([self._fail(node, "a tree", "an alias to a value that it is part of", "write the value out")])
        self.open.add(id(node))
        tree = [self._tree(child) for child in node.value] if node.id == "sequence" else self._mapping(node)
        self.open.discard(id(node))
        return tree

    def _mapping(self, node: yaml.Node) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            value = self._tree(value_node)
            if key_node.id != "scalar":
                self.problems.append(self._fail(key_node, "a key that is text", f"a {key_node.id}", "give the entry a plain key"))
            elif key_node.value == "<<" and key_node.style is None:
                for source in reversed(value if isinstance(value, list) else [value]):
                    merged |= source if isinstance(source, dict) else {"<<": value}
            elif key_node.value in own:
                self.problems.append(self._fail(key_node, "each key once", f"{key_node.value!r} again", "keep one of the two"))
            else:
                own[key_node.value] = value
        return merged | own


def find(data: bytes, place: Place) -> tuple[int, int]:
    """Line and column, from one, of a place of the first document; of the last part of the way that is there."""
    import yaml

    try:
        node = yaml.compose(data, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:  # JSON with tabs is no YAML: the record's first line is as near as we get
        return 1, 1
    mark = node.start_mark if node is not None else None
    for part in place:
        if isinstance(part, int):
            if not isinstance(node, yaml.SequenceNode) or part >= len(node.value):
                break
            node = node.value[part]
            mark = node.start_mark
        else:
            pairs = [pair for pair in node.value if pair[0].value == part] if isinstance(node, yaml.MappingNode) else []
            if not pairs:
                break
            mark, node = pairs[-1][0].start_mark, pairs[-1][1]
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def documents_text(path: str, data: bytes) -> bytes:
    """The UTF-8 bytes of a YAML file, checked, without a byte-order mark."""
    text.decode(path, data)
    data = text.without_bom(data)
    text.check_controls(path, data, 0, len(data))
    return data
