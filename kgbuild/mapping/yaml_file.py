"""The text of one mapping file -> its tree; what is wrong with the text, and the lines of its entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kgbuild.errors import EACH_KEY_ONCE
from kgbuild.mapping.user_file import UserFile

if TYPE_CHECKING:
    import yaml

#: Deeper than any mapping, and far from where a recursive parser runs out of stack.
_MAX_DEPTH = 50


def tree_of(file: UserFile, *, own: bool) -> Any:
    """The tree of a mapping file. A user's ``own`` file is checked first; tests do that for those that come with kgbuild.

    Raises MappingError with file and line.
    """
    if own:
        _check_text(file)
    tree = file.tree("expected YAML, got {got}; correct the line")
    for keys in _no_text(tree) if own else ():
        got = f"{keys[-1]!r}" if keys[-1] is not None else "null"
        raise file.error(list(map(str, keys)), f"expected a key that is text, got {got}; put it into quotes")
    return tree


def _check_text(file: UserFile) -> None:
    """Raise for what is no YAML, and for YAML that no mapping file needs: it would be read as something else, or not at all."""
    import yaml

    file.text()
    try:
        for line, text in _strange_events(file.data):
            raise file.error((), text, at=str(line))
        for line, text in _strange_keys(yaml.compose(file.data, Loader=yaml.CSafeLoader)):
            raise file.error((), text, at=str(line))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else file.data.count(b"\n", 0, getattr(error, "position", 0)) + 1
        said = getattr(error, "problem", None) or _character(error) or "text that is none"
        raise file.error((), f"expected YAML, got {said}; correct the line", at=str(line)) from None


def _character(error: yaml.YAMLError) -> str:
    """The character that no YAML may hold, where an error is about one."""
    found = getattr(error, "character", "")
    return f"the character U+{found if isinstance(found, int) else ord(found):04X}" if found else ""


def _strange_events(data: bytes) -> Iterator[tuple[int, str]]:
    """A second document, of which nothing would be read; tags, which make other values; and what is nested too deep to be walked over."""
    import yaml

    depth = documents = 0
    for event in yaml.parse(data, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                yield line, "expected one YAML document, got a second one; remove it"
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                yield line, f"expected at most {_MAX_DEPTH} levels of nesting, got a deeper one; flatten the entry"
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        tag = getattr(event, "tag", None)
        if tag is not None:
            yield line, f"expected a value without a tag, got the tag {tag}; remove the tag"


def _strange_keys(root: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """A key that is said twice, of which the parser keeps the last; and one that is a list or a mapping."""
    import yaml

    nodes = [root] if root else []
    seen: set[int] = set()
    while nodes:
        node = nodes.pop()
        if id(node) in seen:  # what aliases repeat
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            nodes += node.value
        elif isinstance(node, yaml.MappingNode):
            keys: set[str] = set()
            for key, value in node.value:
                line = key.start_mark.line + 1
                if not isinstance(key, yaml.ScalarNode):
                    yield line, "expected a key that is text, got a list or a mapping; write it as text"
                elif key.value in keys:
                    yield line, f"{key.value}: expected {EACH_KEY_ONCE}, got it again; keep one of the two"
                else:
                    keys.add(key.value)
                nodes.append(value)


def _no_text(tree: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to the keys that are no text."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if not isinstance(key, str):
                yield (*keys, key)
            yield from _no_text(value, (*keys, key))
    elif isinstance(tree, list):
        for n, value in enumerate(tree):
            yield from _no_text(value, (*keys, n))
