"""Characters that cannot be seen in an editor: which they are, and their names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

#: White space that looks like a space or a line end but is none in YAML and JSON, format characters (general category Cf), letters without a
#: shape, and variation selectors (Unicode 15, Default_Ignorable_Code_Point). Tags and selectors of the supplementary planes are E0000-E0FFF.
INVISIBLE = (
    "[\u0085\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_INVISIBLE = re.compile(INVISIBLE)
#: Characters between which a joiner or selector changes how an emoji or a letter looks, so that it can be seen.
_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f\u034f")
#: Names that people know better than Unicode's.
_NAMES = {"\ufeff": "byte-order mark", "\u0085": "next line"}


def name_of(character: str) -> str:
    """Return code point and name of a character.

    >>> name_of("\\u00a0"), name_of("\\ufeff")
    ('U+00A0 (no-break space)', 'U+FEFF (byte-order mark)')
    """
    name = _NAMES.get(character) or unicodedata.name(character, "an unnamed character").lower()
    return f"U+{ord(character):04X} ({name})"


def is_invisible(character: str) -> bool:
    """Return whether a character cannot be seen, or looks like a space and is none."""
    return _INVISIBLE.fullmatch(character) is not None


def visible_part(text: str) -> str:
    """Return a text without its invisible characters."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def lookalike(keys: Iterable[object], names: Sequence[str]) -> str | None:
    """Return the first key that is one of some names but for an invisible character, or has one after the colon that ends the name.

    >>> lookalike({"\\ufeffid": "a"}, ["id"]) == "\\ufeffid"
    True
    """
    for key in keys:
        if type(key) is not str or key.isascii() or key in names:
            continue
        name, colon, rest = key.partition(":")
        if visible_part(key).strip(" \"'") in names or (colon and name in names and is_invisible(rest[:1] or " ")):
            return key
    return None


def invisible_at(text: str, start: int = 0, end: int | None = None) -> int | None:
    """Return the offset of the first invisible character of ``text[start:end]``, or None."""
    return next(_offsets(text, start, len(text) if end is None else end), None)


def invisible_in(text: str) -> str:
    """Return the name of the first invisible character of a text; empty if there is none.

    >>> invisible_in("goa\\u200b"), invisible_in("goa")
    ('U+200B (zero width space)', '')
    """
    offset = None if text.isascii() else invisible_at(text)
    return "" if offset is None else name_of(text[offset])


def _offsets(text: str, start: int, end: int) -> Iterator[int]:
    """Yield the offsets of invisible characters. Joiners and selectors after a visible character beyond ASCII belong to it."""
    for found in _INVISIBLE.finditer(text, start, end):
        at = found.start()
        if found[0] in _JOINERS and at and not text[at - 1].isascii() and not is_invisible(text[at - 1]):
            continue
        yield at
