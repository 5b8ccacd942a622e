"""The text of one mapping file -> its tree; what is wrong with the text, and the lines of its entries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgbuild.errors import EACH_KEY_ONCE, MappingError

if TYPE_CHECKING:
    import yaml

#: Deeper than any mapping, and far from where a recursive parser runs out of stack.
_MAX_DEPTH = 50


def tree_of(path: Path, data: bytes, *, own: bool) -> Any:
    """The tree of a mapping file. A user's ``own`` file is checked first; tests do that for those that come with kgbuild.

    Raises MappingError with file and line.
    """
    if own:
        _check_text(path, data)
    import yaml12

    try:
        tree = yaml12.parse_yaml(data.decode())
    except UnicodeDecodeError as error:
        raise not_utf8(path, data, error) from None
    except ValueError as error:
        at = re.search(r"line (\d+)", str(error))
        raise MappingError(f"{path}:{at[1] if at else 1}: expected YAML, got {error}; correct the line") from None
    for keys in _no_text(tree) if own else ():
        got = f"{keys[-1]!r}" if keys[-1] is not None else "null"
        line = line_of(data, list(map(str, keys)))
        raise MappingError(f"{path}:{line}: {'.'.join(map(str, keys))}: expected a key that is text, got {got}; put it into quotes")
    return tree


def not_utf8(path: Path, data: bytes, error: UnicodeDecodeError) -> MappingError:
    """The error of a file in another encoding."""
    line = data.count(b"\n", 0, error.start) + 1
    return MappingError(f"{path}:{line}: expected UTF-8, got the byte 0x{data[error.start]:02x}; save the file as UTF-8")


def _check_text(path: Path, data: bytes) -> None:
    """Raise for what is no YAML, and for YAML that no mapping file needs: it would be read as something else, or not at all."""
    import yaml

    try:
        data.decode()
        for line, text in _strange_events(data):
            raise MappingError(f"{path}:{line}: {text}")
        for line, text in _strange_keys(yaml.compose(data, Loader=yaml.CSafeLoader)):
            raise MappingError(f"{path}:{line}: {text}")
    except UnicodeDecodeError as error:
        raise not_utf8(path, data, error) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else data.count(b"\n", 0, getattr(error, "position", 0)) + 1
        said = getattr(error, "problem", None) or _character(error) or "text that is none"
        raise MappingError(f"{path}:{line}: expected YAML, got {said}; correct the line") from None


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


def line_of(data: bytes, keys: Sequence[str]) -> int:
    """The line (from one) of the entry that a path of keys leads to, or of the last part of the path that is there."""
    import yaml

    node = next(yaml.compose_all(data, Loader=yaml.CSafeLoader), None)
    line = 1
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == key]
            if not found:
                return line
            line, node = found[-1][0].start_mark.line + 1, found[-1][1]
        elif isinstance(node, yaml.SequenceNode) and key.isdigit() and int(key) < len(node.value):
            node = node.value[int(key)]
            line = node.start_mark.line + 1
    return line
