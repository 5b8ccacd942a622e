"""YAML text -> trees: fast by py-yaml12, exactly by PyYAML where YAML's types, anchors or doubled keys would lose what stands there."""

from __future__ import annotations

import re
from contextlib import suppress

import msgspec

from kgbuild.errors import InputError, Problem
from kgbuild.model.document import Parsed, Tree
from kgbuild.readers import text
from kgbuild.readers.text import MAX_DEPTH, TOO_DEEP, position
from kgbuild.readers.yaml import diagnose
from kgbuild.readers.yaml.positions import Exact, for_pyyaml

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
        return Exact(path, data, line).trees()
    import yaml12

    try:
        trees: list[Tree] = yaml12.parse_yaml(data.decode(), multi=True)
    except ValueError:
        # PyYAML's word for it is the clearer one. It reads YAML 1.1 and takes a few texts that 1.2 refuses: those are right.
        return Exact(path, data, line).trees()
    if (b"<" in data and b"<<" in data) or len(trees) > 1 or not all(_one_key_each(tree, data, flow) for tree in trees):
        return Exact(path, data, line).trees()
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

    decoded = for_pyyaml(data)
    offset: int | None = None
    try:
        offset = _first_too_deep(decoded)
    except yaml.YAMLError as error:
        # A parser with a bound of its own refuses a deep line as a whole. So what stands before the error is asked too.
        mark = getattr(error, "problem_mark", None)
        with suppress(yaml.YAMLError):
            offset = _first_too_deep(decoded[: mark.index if mark else 0])
        if offset is None:
            raise InputError([diagnose.problem(path, data.decode(), line, error)]) from None
    if offset is not None:
        row, column = position(decoded, offset)
        raise InputError([Problem(path, line + row - 1, column, "", *TOO_DEEP)])


def _first_too_deep(decoded: str) -> int | None:
    """The offset of the first list or mapping that is nested deeper than MAX_DEPTH. Raises YAMLError where the text is no YAML up to there."""
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
    """The UTF-8 bytes of a YAML file, checked, without a byte-order mark."""
    text.decode(path, data)
    data = text.without_bom(data)
    text.check_controls(path, data, 0, len(data))
    return data
