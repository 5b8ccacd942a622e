"""Read YAML that a user writes for kgbuild, such as a mapping file: one document whose plain scalars have the types of YAML 1.2."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kgbuild.errors import InputError, Problem
from kgbuild.model.document import Tree
from kgbuild.readers.text import without_bom
from kgbuild.readers.yaml.parse import check_depth, documents_text
from kgbuild.readers.yaml.positions import Exact, YamlNode, composed

if TYPE_CHECKING:
    import yaml

_BOOLEANS = {**dict.fromkeys(("true", "True", "TRUE"), True), **dict.fromkeys(("false", "False", "FALSE"), False)}
_INTEGER = re.compile(r"[-+]?[0-9]{1,100}")
_BASES = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def read(path: str, data: bytes) -> Tree:
    """Return the tree of the only document of a file; None for an empty file.

    Raises InputError for a text that the reader of records refuses, for a duplicate key, for a tag, which would change a value, and for a
    second document, which would be ignored.
    """
    data = documents_text(path, data)
    check_depth(path, data, 1)
    typed = _Typed(path, data, 1)
    trees = typed.trees()
    refused = [problem for _, found in trees for _, problem in found] or typed.refused()
    if refused:
        raise InputError(refused)
    return trees[0][0] if trees else None


def line_of(data: bytes, keys: Sequence[str]) -> int:
    """Return the line, from one, of the entry at keys and indices, or of the last part of it that exists."""
    lines, prepared, roots = composed(without_bom(data))
    node: Any = roots[0] if roots else None
    line = 1
    for key in keys:
        if node is not None and node.id == "mapping":
            pairs = [(name, value) for name, value in node.value if prepared.value(name.value, name.style) == key]
        else:
            listed = node is not None and node.id == "sequence" and key.isdigit() and int(key) < len(node.value)
            pairs = [(node.value[int(key)],) * 2] if listed else []
        if not pairs:
            break
        line, node = lines.position(prepared.offset(pairs[-1][0].start_mark.index))[0], pairs[-1][1]
    return line


class _Typed(Exact):
    """Builds trees whose plain scalars are booleans, numbers and texts."""

    def refused(self) -> list[Problem]:
        """Return the problems of tags and of a second document."""
        import yaml

        documents = 0
        problems: list[Problem] = []
        for event in yaml.parse(self.prepared.text, Loader=yaml.CSafeLoader):
            tag = getattr(event, "tag", None)
            documents += isinstance(event, yaml.DocumentStartEvent)
            if tag is not None:
                problems.append(self._event(event, "a value without a tag", f"the tag {tag}", "remove the tag"))
            elif documents > 1:
                return [*problems, self._event(event, "one YAML document", "a second one", "remove it")]
        return problems

    def _event(self, event: yaml.Event, expected: str, got: str, todo: str) -> Problem:
        node: Any = event
        return self._fail(node, expected, got, todo)

    def _scalar(self, node: YamlNode) -> Tree:
        return self._text(node) if node.style else _value(self._text(node))

    def _mapping(self, node: YamlNode, depth: int) -> dict[str, Any]:
        for key, _ in node.value:
            value = self._tree(key) if key.id == "scalar" else ""
            if not isinstance(value, str):
                self._add(key, "a key that is text", "null" if value is None else repr(value), "put it in quotes")
        return super()._mapping(node, depth)


def _value(text: str) -> bool | float | str:
    """Return the value of a plain scalar in the core schema (YAML 1.2 §10.3.2).

    >>> _value("010"), _value("0x10"), _value("1e3"), _value("yes")
    (10, 16, 1000.0, 'yes')
    """
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASES.fullmatch(text):
        return int(text, 0)
    return float(text.replace(".i", "i").replace(".I", "i").replace(".n", "n").replace(".N", "n")) if _FLOAT.fullmatch(text) else text
