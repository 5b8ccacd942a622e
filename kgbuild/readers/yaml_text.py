"""YAML text -> trees: fast by py-yaml12, exactly by PyYAML where YAML's types, anchors or doubled keys would lose what stands there."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from kgbuild.document import Doubled, Parsed, Place, Tree
from kgbuild.errors import EACH_KEY_ONCE, InputError, Problem
from kgbuild.readers import text, yaml_faults
from kgbuild.readers.text import MAX_DEPTH, MAX_PROBLEMS, TOO_DEEP, position

if TYPE_CHECKING:
    import yaml

#: Nodes that one document may have once its aliases are written out.
MAX_NODES = 2_000_000

_PLAIN_NULLS = frozenset(("", "~", "null", "Null", "NULL"))  # YAML 1.2 §10.3.2
_ANCHOR = re.compile(rb"(?:^|[\s,\[{:-])&[^\s,\[\]{}]")
_ALIAS = re.compile(rb"(?:^|[\s,\[{:-])\*[^\s,\[\]{}]")
#: Every level of block nesting moves the text right by a column of these at least, or by a line's indentation.
_INDICATORS = bytes.maketrans(b"-?:\t", b"    ")
_DEEP_INDENT = b" " * (MAX_DEPTH + 50)
#: Of so many bytes one is looked at first; a deep indentation has this many in a row that may be part of it.
_STEP = 15
_DEEP_STEPS = b" " * (len(_DEEP_INDENT) // _STEP)
#: A line that may begin with a key; more of them are found than are.
_KEY_LINE = re.compile(rb"^[ ]*(?:[-?][ \t]+)*[^\s#][^\n]*?:(?=[ \t\r\n]|\Z)", re.MULTILINE)
#: In a flow collection, keys without a text nest as `- - -` does (`[: : :`), over as many lines as you like.
_EMPTY_KEYS = (b" :", b"\t:", b"\n:", b"\r:", b"[:", b"{:", b",:")
_NUL_ESCAPE = re.compile(rb"\\(?:0|x00|u0000|U00000000)")
#: Line breaks of YAML 1.1 (§5.4) that are ordinary characters in 1.2, and what stands for them in what PyYAML is given.
_OLD_BREAKS = "\x85\u2028\u2029"
_PRIVATE = "\ue085\ue028\ue029"
_AWAY = str.maketrans(_OLD_BREAKS, _PRIVATE)
_BACK = str.maketrans(_PRIVATE, _OLD_BREAKS)
#: Where a flow collection can begin: at the start of a node.
_FLOW = re.compile(rb"(?:^|[-:?][ \t]|[!&][^\s]*[ \t])[ \t]*[\[{]", re.MULTILINE)
#: What a node may follow; where a bracket follows none of these it is text. Looked for in so many bytes before a bracket, of which there may
#: be so many, or it is taken for granted.
_NODE_FOLLOWS, _NEAR, _BRACKETS = (b"-", b":", b"?", b"\n", b"\r"), 80, 1_000
#: What may stand about the colon of a key in a flow mapping besides `: ` (YAML 1.2 §7.4.2).
_FLOW_COLONS = (b'":', b"':", b"]:", b"}:", b":,", b":]", b":}", b":[", b":{")
#: Where an explicit key begins (YAML 1.2 §8.2.2), and what is quickly found where one may.
_QUESTION = re.compile(rb"\?(?=[ \t\r\n]|\Z)")
_EXPLICIT_KEY = re.compile(rb"^[ ]*(?:[-?:][ \t]+)*\?(?=[ \t\r\n]|\Z)", re.MULTILINE)
#: Escapes that may stand for a colon (§5.7).
_COLON_ESCAPES = (b"\\x3", b"\\u003", b"\\U0000003")
#: In JSON, a quote and a colon inside a text, and at the beginning of one.
_NO_KEY_ENDS = (b'\\":', b':":', b'[":', b',":', b'{":')
_encode = msgspec.json.Encoder().encode


def parse(path: str, data: bytes, line: int, exact: bool) -> list[Parsed]:
    """The trees of the documents in ``data``, which begins on ``line`` of the file, and the keys that they say twice.

    Raises InputError where it is no YAML, too deep, or an alias bomb.
    """
    flow = _flow_may_begin(data)
    _check_depth(path, data, line, flow)
    if (
        exact
        or (b"\\" in data and _NUL_ESCAPE.search(data))
        or (b"&" in data and b"*" in data and _ANCHOR.search(data) and _ALIAS.search(data))
    ):
        return _Exact(path, data, line).trees()
    import yaml12

    try:
        trees: list[Tree] = yaml12.parse_yaml(data.decode(), multi=True)
    except ValueError:
        # PyYAML's word for it is the clearer one. It reads YAML 1.1 and takes a few texts that 1.2 refuses: those are right.
        return _Exact(path, data, line).trees()
    if (b"<" in data and b"<<" in data) or len(trees) > 1 or not all(_one_key_each(tree, data, flow) for tree in trees):
        return _Exact(path, data, line).trees()
    return [(tree, ()) for tree in trees]


def _flow_may_begin(data: bytes) -> bool:
    """Whether there may be a flow collection that holds something. Most brackets stand in text, or are those of `[]`."""
    for bracket, empty in ((b"[", b"[]"), (b"{", b"{}")):
        if bracket not in data:
            continue
        if data.count(bracket) > _BRACKETS:
            return True
        at = data.find(bracket)
        while at >= 0:
            before = data[max(0, at - _NEAR) : at].rstrip(b" \t")
            tagged = b"!" in before or b"&" in before or len(before.split()) < 2  # which may be the end of a long tag
            if (tagged or before[-1:] in _NODE_FOLLOWS) and not data.startswith(empty, at):
                return True
            at = data.find(bracket, at + 1)
    return False


def _one_key_each(tree: Tree, data: bytes, flow: bool) -> bool:
    """Whether it is certain that no key was said twice.

    It is where the tree, as JSON, has as many colons as the text: a key brings one to both, and with a key that is dropped goes its colon.
    """
    try:
        encoded = _encode(tree)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return False
    if (flow or (_QUESTION.search(data) and _EXPLICIT_KEY.search(data))) and b'":null' in encoded:
        return False  # `? a` and `{a}` are keys without a colon
    if b"\\" in data and any(escape in data for escape in _COLON_ESCAPES):
        return False
    if encoded.count(b":") == data.count(b":"):
        return True
    # What has a colon and is neither key nor value is most often a comment.
    if flow and any(mark in data for mark in _FLOW_COLONS) and _FLOW.search(data):
        return False
    keys = encoded.count(b'":') - sum(map(encoded.count, _NO_KEY_ENDS))
    colons = sum(map(data.count, (b": ", b":\n", b":\r", b":\t"))) + data.endswith(b":")
    return keys == colons or (not flow and b"?" not in data and keys == len(_KEY_LINE.findall(data)))


def _check_depth(path: str, data: bytes, line: int, flow: bool) -> None:
    """Parsers recurse; so depth is counted first, on the events of a parser that does not, wherever the text could be deep."""
    brackets = data.count(b"[") + data.count(b"{") if flow else 0
    empty = flow and data.count(b":") > MAX_DEPTH and any(mark in data for mark in _EMPTY_KEYS)
    deep = _DEEP_STEPS in data[::_STEP].translate(_INDICATORS) and _DEEP_INDENT in data.translate(_INDICATORS)
    if brackets <= MAX_DEPTH and not empty and not deep:
        return
    import yaml

    depth = 0
    decoded = _for_pyyaml(data)
    try:
        for event in yaml.parse(decoded, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    row, column = position(decoded, event.start_mark.index if event.start_mark else 0)
                    raise InputError([Problem(path, line + row - 1, column, "", *TOO_DEEP)])
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError as error:
        raise InputError([yaml_faults.problem(path, data.decode(), line, error)]) from None


def _for_pyyaml(data: bytes) -> str:
    decoded = data.decode()
    old = any(mark in decoded for mark in _OLD_BREAKS) and not any(mark in decoded for mark in _PRIVATE)
    return decoded.translate(_AWAY) if old else decoded


class _Node(Protocol):
    """What PyYAML's nodes have and its type stubs do not say."""

    id: str
    style: str | None
    value: Any
    start_mark: yaml.Mark


class _Exact:
    """Trees in which every scalar is the text that stands in the file (SPEC §2), built from PyYAML's nodes."""

    def __init__(self, path: str, data: bytes, line: int) -> None:
        self.path, self.data, self.line = path, data, line
        self.text = _for_pyyaml(data)
        self.swapped = self.text != data.decode()
        self.sizes: dict[int, int] = {}
        self.open: set[int] = set()
        self.problems: list[Problem] = []
        self.doubled: dict[int, Problem] = {}

    def trees(self) -> list[Parsed]:
        """One tree for each document, with the keys that it says twice. Raises InputError with all that is wrong, if more is than those."""
        import yaml

        try:
            roots: list[Any] = list(yaml.compose_all(self.text, Loader=yaml.CSafeLoader))
        except yaml.YAMLError as error:
            raise InputError([yaml_faults.problem(self.path, self.data.decode(), self.line, error)]) from None
        for root in roots:
            self._measure(root)
        trees = [self._tree(root) for root in roots]
        if self.problems:
            raise InputError([*self.problems, *self.doubled.values()])
        return [(tree, self._places(root) if self.doubled else ()) for tree, root in zip(trees, roots, strict=True)]

    def _add(self, node: _Node, expected: str, got: str, todo: str) -> None:
        self.problems.append(self._fail(node, expected, got, todo))
        if len(self.problems) + len(self.doubled) >= MAX_PROBLEMS:
            raise InputError([*self.problems, *self.doubled.values()])

    def _double(self, key: str, node: _Node, first: _Node) -> None:
        """Note a key that is said again, after the first time. No more are told than MAX_PROBLEMS."""
        if len(self.doubled) < MAX_PROBLEMS:
            line = self.line + position(self.text, first.start_mark.index)[0] - 1
            self.doubled[id(node)] = self._fail(node, EACH_KEY_ONCE, f"{key!r} again, after line {line}", "keep one of the two")

    def _places(self, root: _Node) -> list[Doubled]:
        """The noted keys that stand below a node, with their places. What aliases repeat is looked at once."""
        found: list[Doubled] = []
        nodes: list[tuple[_Node, Place]] = [(root, ())]
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
                below = (*place, key.value)
                if id(key) in self.doubled:
                    found.append((below, self.doubled[id(key)]))
                nodes.append((value, below))
        return found

    def _fail(self, node: _Node, expected: str, got: str, todo: str) -> Problem:
        row, column = position(self.text, node.start_mark.index)
        return Problem(self.path, self.line + row - 1, column, "", expected, got, todo)

    def _measure(self, node: _Node) -> int:
        """How many values a node has once its aliases are written out. Raises InputError for too many, too deep, or one inside itself."""
        if node.id == "scalar":
            return 1
        if id(node) in self.open:
            raise InputError([self._fail(node, "a value that ends", "one that an alias repeats inside itself", "write the value out")])
        if id(node) not in self.sizes:
            self.open.add(id(node))
            if len(self.open) > MAX_DEPTH:
                raise InputError([self._fail(node, *TOO_DEEP)])
            children = node.value if node.id == "sequence" else [child for pair in node.value for child in pair]
            self.sizes[id(node)] = size = 1 + sum(map(self._measure, children))
            self.open.discard(id(node))
            if size > MAX_NODES:
                got = f"more than {MAX_NODES:,} values once its aliases are written out"
                todo = "write the values out instead of repeating them by alias"
                raise InputError([self._fail(node, "a record of ordinary size", got, todo)])
        return self.sizes[id(node)]

    def _tree(self, node: _Node, depth: int = 1) -> Tree:
        if node.id == "scalar":
            return None if not node.style and node.value in _PLAIN_NULLS else self._text(node)
        if depth > MAX_DEPTH:
            raise InputError([self._fail(node, *TOO_DEEP)])
        return [self._tree(child, depth + 1) for child in node.value] if node.id == "sequence" else self._mapping(node, depth)

    def _text(self, node: _Node) -> str:
        value: str = node.value.translate(_BACK) if self.swapped else node.value
        if "\0" in value:
            self._add(node, "text", "the NUL character", "remove it")
        return value

    def _mapping(self, node: _Node, depth: int) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        said: dict[str, _Node] = {}
        for key_node, value_node in node.value:
            value = self._tree(value_node, depth + 1)
            if key_node.id != "scalar":
                todo = "give the entry a plain key, or put the value into quotes if it is text"
                self._add(key_node, "a key that is text", "a list" if key_node.id == "sequence" else "a mapping", todo)
                continue
            key = self._text(key_node)
            if key == "<<" and not key_node.style:
                for source in reversed(value if isinstance(value, list) else [value]):
                    merged |= source if isinstance(source, dict) else {"<<": value}
            elif key in said:
                self._double(key, key_node, said[key])
                own[key] = value
            else:
                own[key], said[key] = value, key_node
        return merged | own


def find(data: bytes, place: Place, document: int = 0) -> tuple[int, int]:
    """Line and column, from one, of a place of a document; of the last part of the way that is there."""
    import yaml

    lines, roots = _composed(data)
    node = roots[document] if document < len(roots) else None
    found = node
    for part in place:
        if isinstance(part, int):
            if not isinstance(node, yaml.SequenceNode) or part >= len(node.value):
                break
            found = node = node.value[part]
        else:
            pairs = [pair for pair in node.value if pair[0].value == part] if isinstance(node, yaml.MappingNode) else []
            if not pairs:
                break
            found, node = pairs[-1]
    return lines.position(found.start_mark.index) if found is not None else (1, 1)


@lru_cache(maxsize=1)
def _composed(data: bytes) -> tuple[text.Lines, list[Any]]:
    """The nodes of the last text asked about: one file can have a thousand problems."""
    import yaml

    decoded = _for_pyyaml(data)
    try:
        return text.Lines(decoded), list(yaml.compose_all(decoded, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:  # what YAML 1.2 takes and 1.1 does not
        return text.Lines(decoded), []


def documents_text(path: str, data: bytes) -> bytes:
    """The UTF-8 bytes of a YAML file, checked, without a byte-order mark."""
    text.decode(path, data)
    data = text.without_bom(data)
    text.check_controls(path, data, 0, len(data))
    return data
