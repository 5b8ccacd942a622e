"""Parse the text of one mapping file, and report errors in it with their lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kgbuild.errors import EACH_KEY_ONCE
from kgbuild.mapping.user_file import UserFile

if TYPE_CHECKING:
    import yaml

#: More than any mapping uses, and far below the depth at which a recursive parser exhausts its stack.
_MAX_DEPTH = 50


def tree_of(file: UserFile, *, own: bool) -> Any:
    """Parse a mapping file. A user's ``own`` file is checked first; tests check the built-in files.

    Raises MappingError with file and line.
    """
    if own:
        _check_text(file)
    tree = file.tree("expected YAML, got {got}; correct the line")
    for keys in _keys_not_text(tree) if own else ():
        got = f"{keys[-1]!r}" if keys[-1] is not None else "null"
        raise file.error(list(map(str, keys)), f"expected a key that is text, got {got}; put it in quotes")
    return tree


def _check_text(file: UserFile) -> None:
    """Raise MappingError for invalid YAML, and for YAML features that mapping files do not use and that parsers read differently."""
    import yaml

    file.text()
    try:
        for line, text in _unsupported_events(file.data):
            raise file.error((), text, at=str(line))
        for line, text in _unsupported_keys(yaml.compose(file.data, Loader=yaml.CSafeLoader)):
            raise file.error((), text, at=str(line))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else file.data.count(b"\n", 0, getattr(error, "position", 0)) + 1
        problem = getattr(error, "problem", None) or _character(error) or "invalid text"
        raise file.error((), f"expected YAML, got {problem}; correct the line", at=str(line)) from None


def _character(error: yaml.YAMLError) -> str:
    """Return the invalid character that an error is about, if any."""
    found = getattr(error, "character", "")
    return f"the character U+{found if isinstance(found, int) else ord(found):04X}" if found else ""


def _unsupported_events(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield a second document, which would be ignored; tags, which change values; and excessive nesting."""
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


def _unsupported_keys(root: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """Yield duplicate keys, of which the parser keeps the last, and keys that are lists or mappings."""
    import yaml

    nodes = [root] if root else []
    seen: set[int] = set()
    while nodes:
        node = nodes.pop()
        if id(node) in seen:  # reached through an alias before
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


def _keys_not_text(tree: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the paths to keys that are not text."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if not isinstance(key, str):
                yield (*keys, key)
            yield from _keys_not_text(value, (*keys, key))
    elif isinstance(tree, list):
        for n, value in enumerate(tree):
            yield from _keys_not_text(value, (*keys, n))
