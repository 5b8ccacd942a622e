"""Recognise texts that py-yaml12 may read in another way than YAML 1.2. It must never miss one; to suspect a text costs time only."""

from __future__ import annotations

import re

from kgbuild.readers.yaml.prepared import prepare
from kgbuild.readers.yaml.repair import events

#: The end of a line that may open a block scalar (YAML 1.2 §8.1.1). It also matches some lines of text.
_HEADER = re.compile(rb"[|>][-+0-9]*[ \t]*(?:[ \t]#[^\n]*)?\Z")
_ANY_HEADER = re.compile(rb"[|>][-+0-9]*[ \t\r]*(?:[ \t]#[^\n]*)?\n")
#: White space of Unicode that is ordinary text in YAML (§5.5), except tab, space, LF and CR.
_SPACE = rb"(?:\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2(?:\x80[\x80-\x8a\xa8\xa9\xaf]|\x81\x9f)|\xe3\x80\x80)"
_ANY_SPACE = re.compile(_SPACE)
_ONLY_SPACE = re.compile(rb"(?:^|[\s,\[{])" + _SPACE + rb"+(?=[\s,\]}:]|\Z)")
_ASCII = bytes(range(0x80))
_BOM = b"\xef\xbb\xbf"
_TAG = re.compile(rb"!(?<![^\s,\[{:-]!)")
#: A text that may begin with the end of a document, or with a directive.
_START = re.compile(rb"\s*(?:\.\.\.|%|#)")
_ANCHOR = re.compile(rb"&(?<![^\s,\[{:-]&)[^\s,\[\]{}]")
#: A question mark between brackets or braces that is no part of a plain value.
_QUESTION = re.compile(rb"\?(?=[\s,\[\]{}]|\Z)")
_CARRIAGE_RETURN = re.compile(rb"\r(?!\n)")
_COMMENT_LINE = re.compile(rb"^[ \t]*#[^\n]*", re.MULTILINE)
#: A key in quotes that would be null, a boolean or a number without them. The trees of py-yaml12 can hold both.
_QUOTED_KEY = re.compile(rb"[\"'](?:[-+]?[.0-9][^\"'\n]*|[tT]rue|TRUE|[fF]alse|FALSE|[nN]ull|NULL|~)[\"']\s*:")
_QUOTED_COLON = re.compile(rb":(?<=[\"'\s]:)")
#: A check of the end of a text examines this number of bytes if they are enough.
_NEAR = 200


def may_differ(data: bytes, flow: bool) -> bool:
    """Return whether py-yaml12 may read a text in another way than YAML 1.2 and PyYAML. ``flow`` says whether it has flow collections."""
    return (
        _ends_in_block(data)
        or (not data.isascii() and _has_odd_character(data))
        or (b"!" in data and _TAG.search(data) is not None)
        or (b"&" in data and _ANCHOR.search(data) is not None)
        or (b"\r" in data and _CARRIAGE_RETURN.search(data) is not None)
        or (_QUOTED_COLON.search(data) is not None and _QUOTED_KEY.search(data) is not None)
        or (flow and b"?" in data and _QUESTION.search(data) is not None)
        or (_is_unusual(data) and events(prepare(data.decode()).text) is None)
    )


def _is_unusual(data: bytes) -> bool:
    """Return whether the text has something of which py-yaml12 accepts more than PyYAML."""
    return b"\t" in data or (_START.match(data) is not None and (b"..." in data or b"%" in data))


def _has_odd_character(data: bytes) -> bool:
    """Return whether the text has a byte-order mark, or a value that consists of white space of Unicode.

    A byte-order mark is no character of a plain value (§5.2, §5.4). Other white space than tab and space is text, but py-yaml12 reads a value
    that consists of it as null.
    """
    other = data.translate(None, _ASCII)
    return _BOM in other or (_ANY_SPACE.search(other) is not None and _ONLY_SPACE.search(data) is not None)


def _ends_in_block(data: bytes) -> bool:
    """Return whether the text may end in an empty block scalar, or in one without a line break.

    py-yaml12 adds a line break to both. The value of the first is empty (§8.1.1.2, example 8.6), the second has none to keep.
    """
    if not data.endswith(b"\n"):
        return _ANY_HEADER.search(data) is not None or _HEADER.search(data.rstrip()) is not None
    end = data[-_NEAR:].rstrip()
    if end and b"|" not in end and b">" not in end and b"#" not in end:
        return False
    if not end or b"#" in end:
        end = _COMMENT_LINE.sub(b"", data).rstrip()
    return _HEADER.search(end[end.rfind(b"\n") + 1 :]) is not None
