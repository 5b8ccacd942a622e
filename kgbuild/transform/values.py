"""Read scalars, lists and nested values of a tree (SPEC §2). Values are text, except in ``is_…``, ``…_count`` and ``…_size`` fields."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from kgbuild.model.document import Document, NotText, Tree

_encode = msgspec.json.Encoder(order="sorted").encode
_ESCAPE = re.compile(r"\\(.)")
_NUMBER = re.compile(r"[-+]?(?:\d+|\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?")
_BASES = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_MAX_INTEGER = 2**63
_TRUE = frozenset(("true", "yes", "on"))
_FALSE = frozenset(("false", "no", "off"))
SCALARS = (bool, int, float)
#: Parts of keys in JSON text whose values are converted to booleans or numbers.
_CONVERTED = ('"is_', '_count"', '_size"')
#: Text, and lists and mappings of text, as deep as in most records.
_Text1 = str | list[str] | dict[str, str]
_Text2 = str | list[_Text1] | dict[str, _Text1]


class _Texts(msgspec.Struct):
    """A value that consists only of text. (It is a Struct because msgspec then compiles the type only once.)"""

    value: str | list[_Text2] | dict[str, _Text2]


def json_text(value: Any) -> str:
    r"""Return compact JSON with sorted keys, without ``|`` and ``\"``: kgx splits every cell at the first and removes the second.

    >>> json_text({"a": 'x|"y"'}), json_text("a\\")
    ('{"a":"x\\u007c\\u0022y\\u0022"}', '"a\\u005c"')
    """
    text = _encode(value).decode()
    if "|" in text:
        text = text.replace("|", "\\u007c")
    return _ESCAPE.sub(_without_quote, text) if '\\"' in text else text


def _without_quote(escape: re.Match[str]) -> str:
    r"""Return an escape of JSON without ``\"``: a backslash may also stand before the quote that ends a text."""
    if escape[1] == '"':
        return "\\u0022"
    return "\\u005c" if escape[1] == "\\" and escape.string.startswith('"', escape.end()) else escape[0]


def items(value: Tree) -> list[Tree]:
    """Return a list without its nulls, or any other value as a list of one item (SPEC §2)."""
    return [item for item in value if item is not None] if isinstance(value, list) else [] if value is None else [value]


def scalar(document: Document, value: Tree) -> str | None:
    """Return the text of a scalar; None for null, an empty text, a list or a mapping. Raises NotText for tagged values."""
    if type(value) is str:
        return value or None
    if isinstance(value, SCALARS):
        return document.text(value)
    if value is not None and not isinstance(value, (dict, list)):
        raise NotText  # a tagged value from the fast parser
    return None


def text_list(document: Document, value: Tree) -> tuple[str, ...] | None:
    """Return a list of texts, or a text as a list of one item; None if an item is a list or mapping."""
    if type(value) is str:
        return (value,)
    found = [scalar(document, item) for item in items(value) if item != ""]
    return None if None in found else tuple(found)  # type: ignore[arg-type]


def number(document: Document, value: Tree) -> int | float | None:
    """Return the number that a text is, or None if it is not a number or does not fit into 64 bits. `2.0` becomes the integer 2."""
    text = value if type(value) is str else str(value) if type(value) is int else document.text(value) if isinstance(value, SCALARS) else ""
    text = text.strip()
    if _BASES.fullmatch(text):
        found: int | float = int(text, 0)
    elif _NUMBER.fullmatch(text):
        found = int(text) if text.lstrip("+-").isdigit() else float(text)
    else:
        return None
    if abs(found) >= _MAX_INTEGER:
        return None
    return int(found) if found == int(found) else found


def extra_json(document: Document, value: Tree, key: str) -> str:
    """Return the JSON text of a field without a property of its own. Raises NotText if the fast parser lost a text."""
    if type(value) is str and not _converted(key):
        return json_text(value)
    try:
        msgspec.convert({"value": value}, _Texts)
    except msgspec.ValidationError:
        return json_text(_converted_value(document, value, key))
    text = json_text(value)  # the fast path: only text, and nothing to convert
    return json_text(_converted_value(document, value, key)) if _converted(key) or any(part in text for part in _CONVERTED) else text


def _converted_value(document: Document, value: Tree, key: str) -> Any:
    """Convert `is_…`, `…_count` and `…_size` fields of a value, and remove nulls from lists (SPEC §2). Other scalars become text.

    A mapping keeps its nulls: in `{alpha, beta}`, and in a YAML `!!set`, the keys are the content.
    """
    if type(value) is dict:
        table: dict[str, Any] = {}
        for name, item in value.items():
            if type(name) is not str:
                raise NotText
            plain = item is None or (type(item) is str and not _converted(name))
            table[name] = item if plain else _converted_value(document, item, name)
        return table
    if type(value) is list:
        text = str if not _converted(key) else None
        return [item if type(item) is text else _converted_value(document, item, key) for item in value if item is not None]
    if key.startswith("is_"):
        word = str(value).lower()
        return word in _TRUE if word in _TRUE or word in _FALSE else scalar(document, value)
    if _converted(key) and (found := number(document, value)) is not None:
        return found
    return value if type(value) is str else scalar(document, value)


def _converted(key: str) -> bool:
    return key.startswith("is_") or key.endswith(("_count", "_size"))


def type_name(value: Tree) -> str:
    """Return the name of a value's type, or a text itself, for messages. Raises NotText for other scalars: the message shows their text."""
    if isinstance(value, SCALARS):
        raise NotText
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    return "nothing" if value is None else f"the text {value!r}"
