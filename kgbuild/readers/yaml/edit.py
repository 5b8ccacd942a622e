"""YAML text -> the changes that replace a value or take an item out of a list and leave every other character as it is.

Nodes know where they stand (PyYAML, start and end marks). What cannot be changed with certainty is refused: what stands behind an anchor, a tag or
an alias, what spreads over lines, and what a comment belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kgbuild.model.document import Place
from kgbuild.model.edits import NotCertain
from kgbuild.readers.flow import Replacement, removals

if TYPE_CHECKING:
    import yaml

#: Line breaks of YAML 1.1 (§5.4) that are ordinary characters in 1.2; for PyYAML another character stands for each, so that offsets stay.
_ORDINARY = str.maketrans(dict.fromkeys("\x85\u2028\u2029", "\ue000"))
_DASH = re.compile(r"[ \t]*-[ \t]+")
#: Numbers of YAML 1.2 (§10.3.2) that 1.1 takes for text.
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+")
_ALIASED = "it stands behind an anchor or alias"
_COMMENT = "a comment belongs to it"
_SPREAD = "it spreads over several lines"


class YamlText:
    """The documents of a text. Raises NotCertain where PyYAML cannot read it."""

    def __init__(self, text: str) -> None:
        import yaml

        self._text = text
        try:
            self._roots: list[Any] = list(yaml.compose_all(text.translate(_ORDINARY), Loader=yaml.CSafeLoader))
        except yaml.YAMLError:
            raise NotCertain("YAML 1.1 and 1.2 do not agree about the file") from None
        self._shared = _shared(self._roots)

    def document(self, where: Callable[[], tuple[int, int]]) -> int:
        """The number of the document that a place is in, whose line and column are only asked for if there are several."""
        if len(self._roots) == 1:
            return 0
        line, column = where()
        offset = -1
        for _ in range(line - 1):
            offset = self._text.index("\n", offset + 1)
        offset += column
        return max((n for n, root in enumerate(self._roots) if root is not None and root.start_mark.index <= offset), default=0)

    def replace(self, document: int, place: Place, old: str, new: str) -> Replacement:
        """Put ``new`` in place of the scalar ``old``, in the quotes that it has; without, if it needs none."""
        node = self._node(document, place)
        start, end = node.start_mark.index, node.end_mark.index
        token = self._text[start:end]
        if node.id != "scalar" or "\n" in token or "\r" in token or node.style in ("|", ">"):
            raise NotCertain(_SPREAD)
        if token != old if not node.style else token[:1] != node.style:
            raise NotCertain(_ALIASED)
        return Replacement(start, end, _written(new, node.style))

    def remove(self, document: int, place: Place, numbers: Sequence[int]) -> Iterator[Replacement]:
        """Take items out of a list, of which at least one stays."""
        node = self._node(document, place)
        if node.id != "sequence":
            raise NotCertain("it is no list")
        for n in numbers:
            self._check(node.value[n])
        if node.flow_style:
            spans = [(item.start_mark.index, self._end(item)) for item in node.value]
            found = list(removals(self._text, spans, numbers))
            if any("#" in self._text[start:end] for start, end, _ in found):
                raise NotCertain(_COMMENT)
            yield from found
        else:
            for n in numbers:
                yield self._lines(node.value[n])

    def _node(self, document: int, place: Place) -> Any:
        node = self._roots[document]
        for part in place:
            if id(node) in self._shared:
                raise NotCertain(_ALIASED)
            if isinstance(part, int):
                node = node.value[part] if node.id == "sequence" and part < len(node.value) else None
            else:
                found = [value for key, value in node.value if key.value == part] if node.id == "mapping" else []
                node = found[0] if len(found) == 1 else None
            if node is None:
                raise NotCertain("it does not stand where it is read")  # as what a merge key `<<` brings
        if id(node) in self._shared:
            raise NotCertain(_ALIASED)
        return node

    def _check(self, item: Any) -> None:
        """Refuse an item of which a part is also elsewhere, or that cannot be measured."""
        for node in _nodes(item):
            if id(node) in self._shared or self._text[node.start_mark.index : node.start_mark.index + 1] in ("&", "!", "*"):
                raise NotCertain(_ALIASED)
            if node.id == "scalar" and node.style in ("|", ">"):
                raise NotCertain(_SPREAD)

    def _end(self, node: Any) -> int:
        """Where a node ends. (PyYAML lets block collections end where the next token begins.)"""
        if node.id == "scalar" or node.flow_style or not node.value:
            end: int = node.end_mark.index
            return end
        last = node.value[-1]
        return max(self._end(part) for part in (last if isinstance(last, tuple) else (last,)))

    def _lines(self, item: Any) -> Replacement:
        """The whole lines of an item of a block list, that nothing else stands on."""
        text, start, end = self._text, item.start_mark.index, self._end(item)
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", end) + 1 or len(text)
        if not _DASH.fullmatch(text, first, start):
            raise NotCertain("its line begins with something else")
        if text[end:last].strip() or text[text.rfind("\n", 0, max(first - 1, 0)) + 1 : first].lstrip().startswith("#"):
            raise NotCertain(_COMMENT)
        at = start
        for scalar in (node for node in _nodes(item) if node.id == "scalar"):
            if "#" in text[at : scalar.start_mark.index]:
                raise NotCertain(_COMMENT)
            at = max(at, scalar.end_mark.index)
        if "#" in text[at:end]:
            raise NotCertain(_COMMENT)
        return Replacement(first, last, "")


def _nodes(node: Any) -> Iterator[Any]:
    """A node and all in it, in the order of the text."""
    yield node
    if node.id == "sequence":
        for item in node.value:
            yield from _nodes(item)
    elif node.id == "mapping":
        for key, value in node.value:
            yield from _nodes(key)
            yield from _nodes(value)


def _shared(roots: Sequence[Any]) -> set[int]:
    """The nodes that stand at more than one place: those with an alias. (All are alive, so no two have one id.)"""
    seen: set[int] = set()
    shared: set[int] = set()
    left = [root for root in roots if root is not None]
    while left:
        node = left.pop()
        if id(node) in seen:
            shared.add(id(node))
            continue
        seen.add(id(node))
        if node.id == "sequence":
            left += node.value
        elif node.id == "mapping":
            left += [part for pair in node.value for part in pair]
    return shared


def _written(value: str, style: str | None) -> str:
    """A text as a scalar in the style of the one before.

    >>> _written("4dn", None), _written("1e3", None), _written("it's", "'"), _written('say "a"', '"')
    ('4dn', "'1e3'", "'it''s'", '"say \\\\"a\\\\""')
    """
    if not value.isprintable():
        raise NotCertain("the new value is no ordinary text")
    if style == '"':
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if style == "'" or not _is_plain(value):
        quoted = value.replace("'", "''")
        return f"'{quoted}'"
    return value


def _is_plain(value: str) -> bool:
    """Whether a text without quotes is that text for every loader, also in a flow collection."""
    import yaml

    if _NUMBER.fullmatch(value):
        return False
    try:
        node: yaml.Node | None = yaml.compose(f"[{value}]", Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return False
    items: Any = node.value if node is not None else []
    return len(items) == 1 and items[0].tag == "tag:yaml.org,2002:str" and not items[0].style and items[0].value == value
