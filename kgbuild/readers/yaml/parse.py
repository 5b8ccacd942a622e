"""Parse YAML text into trees.

py-yaml12 parses most texts. PyYAML parses texts in which types, anchors or duplicate keys would make py-yaml12 lose information.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from kgbuild.errors import InputError, Problem
from kgbuild.model.document import Parsed, Tree
from kgbuild.readers import text
from kgbuild.readers.text import MAX_DEPTH, TOO_DEEP, position
from kgbuild.readers.yaml import diagnose
from kgbuild.readers.yaml.differences import may_differ
from kgbuild.readers.yaml.positions import Exact
from kgbuild.readers.yaml.prepared import prepare
from kgbuild.readers.yaml.repair import events, repaired

_ANCHOR = re.compile(rb"(?:^|[\s,\[{:-])&[^\s,\[\]{}]")
_ALIAS = re.compile(rb"(?:^|[\s,\[{:-])\*[^\s,\[\]{}]")
#: Each level of block nesting moves the text right by at least one of these characters, or by indentation.
_INDICATORS = bytes.maketrans(b"-?:\t", b"    ")
_DEEP_INDENT = b" " * (MAX_DEPTH + 50)
#: A first check examines only every 15th byte. A deep indentation has at least this number of matching bytes in a row.
_STEP = 15
_DEEP_STEPS = b" " * (len(_DEEP_INDENT) // _STEP)
#: A line that may begin with a key. It also matches some lines that do not.
_KEY_LINE = re.compile(rb"^[ ]*(?:[-?][ \t]+)*[^\s#][^\n]*?:(?=[ \t\r\n]|\Z)", re.MULTILINE)
#: Empty keys in a flow collection nest (`[: : :`), even over several lines.
_EMPTY_KEYS = (b" :", b"\t:", b"\n:", b"\r:", b"[:", b"{:", b",:")
_NUL_ESCAPE = re.compile(rb"\\(?:0|x00|u0000|U00000000)")
#: Characters that a node can follow; a bracket after any other character is text. The check examines 80 bytes before each bracket. If
#: there are more than 1,000 brackets, a flow collection is assumed.
_NODE_FOLLOWS, _NEAR, _BRACKETS = (b"-", b":", b"?", b"\n", b"\r"), 80, 1_000
#: A fast and an exact pattern of the start of an explicit key (YAML 1.2 §8.2.2).
_QUESTION = re.compile(rb"\?(?=[ \t\r\n]|\Z)")
_EXPLICIT_KEY = re.compile(rb"^[ ]*(?:[-?:][ \t]+)*\?(?=[ \t\r\n]|\Z)", re.MULTILINE)
#: Prefixes of escapes that can encode a colon (§5.7).
_COLON_ESCAPE = re.compile(rb"\\(?:x3|u003|U0000003)")
#: A quote and a colon in encoded JSON that do not end a key: inside a string, or at its beginning.
_NO_KEY_ENDS = (b'\\":', b':":', b'[":', b',":', b'{":')
_encode = msgspec.json.Encoder().encode


def parse(path: str, data: bytes, line: int, exact: bool) -> list[Parsed]:
    """Return the trees of the documents in ``data``, which begins on ``line`` of the file, and their duplicate keys.

    Raises InputError if the text is not YAML, too deep, or expands to too many values by its aliases.
    """
    flow = _flow_may_begin(data)
    check_depth(path, data, line, flow)
    if (
        exact
        or (b"\\" in data and _NUL_ESCAPE.search(data))
        or (b"&" in data and b"*" in data and _ANCHOR.search(data) and _ALIAS.search(data))
    ):
        return Exact(path, data, line).trees()
    import yaml12

    try:
        trees: list[Tree] = yaml12.parse_yaml(data.decode(), multi=True)
    except ValueError:
        # PyYAML gives clearer errors. It reads YAML 1.1 and accepts a few texts that YAML 1.2 forbids; these are accepted.
        return Exact(path, data, line).trees()
    merges, scalar = b"<" in data and b"<<" in data, bool(trees) and isinstance(trees[0], (str, bool, int, float))
    if merges or scalar or len(trees) > 1 or may_differ(data, flow) or not _one_key_each(trees, data, flow):
        return Exact(path, data, line).trees()
    return [(tree, ()) for tree in trees]


def _flow_may_begin(data: bytes) -> bool:
    """Return whether the text may have a flow collection that is not empty. Most brackets are part of text or of `[]`."""
    for bracket, empty in ((b"[", b"[]"), (b"{", b"{}")):
        if bracket not in data:
            continue
        if data.count(bracket) > _BRACKETS:
            return True
        at = data.find(bracket)
        while at >= 0:
            before = data[max(0, at - _NEAR) : at].rstrip(b" \t")
            tagged = b"!" in before or b"&" in before or len(before.split()) < 2  # one word can be the end of a long tag
            if (tagged or before[-1:] in _NODE_FOLLOWS) and not data.startswith(empty, at):
                return True
            at = data.find(bracket, at + 1)
    return False


def _one_key_each(trees: Sequence[Tree], data: bytes, flow: bool) -> bool:
    """Return whether the text certainly has no duplicate key. False means that it is not known.

    It is certain if the tree, encoded as JSON, has as many colons as the text: each key has one colon in both, and a duplicate key is
    missing in the tree. Keys in flow collections and explicit keys may have none; there the parser's events are counted.
    """
    if flow or (b"?" in data and _QUESTION.search(data) and _EXPLICIT_KEY.search(data)):
        return events(prepare(data.decode()).text) == 2 + sum(2 + _events_of(tree) for tree in trees)
    try:
        encoded = b"".join(map(_encode, trees))
    except (TypeError, ValueError, OverflowError, RecursionError):
        return False
    if b"\\" in data and _COLON_ESCAPE.search(data):
        return False
    if encoded.count(b":") == data.count(b":"):
        return True
    # Other colons are usually in comments, so count only colons that can follow a key.
    keys = encoded.count(b'":') - sum(map(encoded.count, _NO_KEY_ENDS))
    colons = sum(map(data.count, (b": ", b":\n", b":\r", b":\t"))) + data.endswith(b":")
    return keys == colons or (b"?" not in data and keys == len(_KEY_LINE.findall(data)))


def _events_of(tree: Tree) -> int:
    """Return the number of events of a tree: one for each scalar, two for each list and mapping."""
    if isinstance(tree, dict):
        return 2 + len(tree) + sum(map(_events_of, tree.values()))
    return 2 + sum(map(_events_of, tree)) if isinstance(tree, list) else 1


def check_depth(path: str, data: bytes, line: int, flow: bool = True) -> None:
    """Raise InputError if the text is nested too deeply. The parsers recurse, so depth is counted on events, which do not.

    ``flow`` says whether the text may have flow collections.
    """
    brackets = data.count(b"[") + data.count(b"{") if flow else 0
    empty = flow and data.count(b":") > MAX_DEPTH and any(mark in data for mark in _EMPTY_KEYS)
    deep = _DEEP_STEPS in data[::_STEP].translate(_INDICATORS) and _DEEP_INDENT in data.translate(_INDICATORS)
    if brackets <= MAX_DEPTH and not empty and not deep:
        return
    import yaml

    prepared = repaired(prepare(data.decode()))
    offset: int | None = None
    try:
        offset = _first_too_deep(prepared.text)
    except yaml.YAMLError as error:
        # Some builds of PyYAML limit the depth themselves and refuse the text. So parse the text before the error again.
        mark = getattr(error, "problem_mark", None)
        with suppress(yaml.YAMLError):
            offset = _first_too_deep(prepared.text[: mark.index if mark else 0])
        if offset is None:
            raise InputError([diagnose.problem(path, data.decode(), line, prepared.original(error))]) from None
    if offset is not None:
        row, column = position(data.decode(), prepared.offset(offset))
        raise InputError([Problem(path, line + row - 1, column, "", *TOO_DEEP)])


def _first_too_deep(decoded: str) -> int | None:
    """Return the offset of the first list or mapping that is nested deeper than MAX_DEPTH. Raises YAMLError for invalid YAML before it."""
    import yaml

    depth = 0
    for event in yaml.parse(decoded, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return event.start_mark.index if event.start_mark else 0
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


def documents_text(path: str, data: bytes) -> bytes:
    """Check that a YAML file is UTF-8 without control characters. Return its bytes without the byte-order mark."""
    text.decode(path, data)
    data = text.without_bom(data)
    text.check_controls(path, data, 0, len(data))
    return data
