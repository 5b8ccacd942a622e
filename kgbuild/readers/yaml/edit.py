"""Edit YAML text: replace a value or remove items of a list. All other characters stay as they are.

The nodes of PyYAML have start and end positions. Edits that are not certain to be right are refused: values with an anchor, a tag or an
alias, values that span several lines, and values with a comment.
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

#: Line breaks of YAML 1.1 (§5.4) that are ordinary characters in 1.2. PyYAML gets another character for each, so that offsets do not change.
_ORDINARY = str.maketrans(dict.fromkeys("\x85\u2028\u2029", "\ue000"))
_DASH = re.compile(r"[ \t]*-[ \t]+")
#: Numbers of YAML 1.2 (§10.3.2), some of which are text in YAML 1.1.
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+")
_ALIASED = "the value has an anchor, a tag or an alias"
_COMMENT = "a comment belongs to the value"
_SEVERAL_LINES = "the value spans several lines"


class YamlText:
    """The documents of a text. Raises NotCertain if PyYAML cannot parse it."""

    def __init__(self, text: str) -> None:
        import yaml

        self._text = text
        try:
            self._roots: list[Any] = list(yaml.compose_all(text.translate(_ORDINARY), Loader=yaml.CSafeLoader))
        except yaml.YAMLError:
            raise NotCertain("YAML 1.1 and YAML 1.2 read the file differently") from None
        self._shared = _shared(self._roots)

    def document(self, where: Callable[[], tuple[int, int]]) -> int:
        """Return the number of the document that contains a place. ``where`` gives line and column; it is called only if there are several."""
        if len(self._roots) == 1:
            return 0
        line, column = where()
        offset = -1
        for _ in range(line - 1):
            offset = self._text.index("\n", offset + 1)
        offset += column
        return max((n for n, root in enumerate(self._roots) if root is not None and root.start_mark.index <= offset), default=0)

    def replace(self, document: int, place: Place, old: str, new: str) -> Replacement:
        """Replace the scalar ``old`` with ``new``. Quotes are kept; a plain scalar gets quotes only if it requires them."""
        node = self._node(document, place)
        start, end = node.start_mark.index, node.end_mark.index
        token = self._text[start:end]
        if node.id != "scalar" or "\n" in token or "\r" in token or node.style in ("|", ">"):
            raise NotCertain(_SEVERAL_LINES)
        if token != old if not node.style else token[:1] != node.style:
            raise NotCertain(_ALIASED)
        return Replacement(start, end, _written(new, node.style))

    def remove(self, document: int, place: Place, numbers: Sequence[int]) -> Iterator[Replacement]:
        """Remove items of a list. At least one item must remain."""
        node = self._node(document, place)
        if node.id != "sequence":
            raise NotCertain("the value is not a list")
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
                raise NotCertain("the value is not at the place where it was read")  # as for values from a merge key `<<`
        if id(node) in self._shared:
            raise NotCertain(_ALIASED)
        return node

    def _check(self, item: Any) -> None:
        """Raise NotCertain if a part of an item is used elsewhere, or if the end of the item is not certain."""
        for node in _nodes(item):
            if id(node) in self._shared or self._text[node.start_mark.index : node.start_mark.index + 1] in ("&", "!", "*"):
                raise NotCertain(_ALIASED)
            if node.id == "scalar" and node.style in ("|", ">"):
                raise NotCertain(_SEVERAL_LINES)

    def _end(self, node: Any) -> int:
        """Return the end offset of a node. (In PyYAML a block collection ends where the next token begins.)"""
        if node.id == "scalar" or node.flow_style or not node.value:
            end: int = node.end_mark.index
            return end
        last = node.value[-1]
        return max(self._end(part) for part in (last if isinstance(last, tuple) else (last,)))

    def _lines(self, item: Any) -> Replacement:
        """Return the removal of the lines of an item of a block list. Raises NotCertain if the lines contain anything else."""
        text, start, end = self._text, item.start_mark.index, self._end(item)
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", end) + 1 or len(text)
        if not _DASH.fullmatch(text, first, start):
            raise NotCertain("the line of the value begins with something else")
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
    """Yield a node and all nodes in it, in the order of the text."""
    yield node
    if node.id == "sequence":
        for item in node.value:
            yield from _nodes(item)
    elif node.id == "mapping":
        for key, value in node.value:
            yield from _nodes(key)
            yield from _nodes(value)


def _shared(roots: Sequence[Any]) -> set[int]:
    """Return the ids of nodes that are used more than once, by an alias. (All nodes are alive, so their ids are unique.)"""
    seen: set[int] = set()
    shared: set[int] = set()
    pending = [root for root in roots if root is not None]
    while pending:
        node = pending.pop()
        if id(node) in seen:
            shared.add(id(node))
            continue
        seen.add(id(node))
        if node.id == "sequence":
            pending += node.value
        elif node.id == "mapping":
            pending += [part for pair in node.value for part in pair]
    return shared


def _written(value: str, style: str | None) -> str:
    """Write a text as a scalar in the style of the scalar that it replaces.

    >>> _written("4dn", None), _written("1e3", None), _written("it's", "'"), _written('say "a"', '"')
    ('4dn', "'1e3'", "'it''s'", '"say \\\\"a\\\\""')
    """
    if not value.isprintable():
        raise NotCertain("the new value has characters that are not printable")
    if style == '"':
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if style == "'" or not _is_plain(value):
        quoted = value.replace("'", "''")
        return f"'{quoted}'"
    return value


def _is_plain(value: str) -> bool:
    """Return whether every loader reads the text without quotes as the same text, also in a flow collection."""
    import yaml

    if _NUMBER.fullmatch(value):
        return False
    try:
        node: yaml.Node | None = yaml.compose(f"[{value}]", Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return False
    items: Any = node.value if node is not None else []
    return len(items) == 1 and items[0].tag == "tag:yaml.org,2002:str" and not items[0].style and items[0].value == value
