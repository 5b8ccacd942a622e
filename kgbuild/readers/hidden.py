"""Find an invisible character where it changes how a text is parsed, so that an error names it and not its consequence."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from kgbuild.model.invisible import INVISIBLE, is_invisible, name_of

#: Where YAML does not take an invisible character for a part of a value: before a key or dash, after a dash, in a key, after the colon of a
#: key, beside a quote or a bracket, and at the end of the line.
_PLACES = re.compile(
    rf"^[ ]*+(?:[-?][ ]++)*+(?P<start>{INVISIBLE})"
    rf"|^[ ]*+(?:[-?][ ]++)*-(?P<dash>{INVISIBLE})"
    rf"|^[ ]*+(?:[-?][ ]++)*+[^\s:\"'#]*?(?P<key>{INVISIBLE})[^:\n]*:(?:\s|{INVISIBLE}|$)"
    rf"|^[ ]*+(?:[-?][ ]++)*+[^\s:\"'#][^:\n]*:[ ]*(?P<colon>{INVISIBLE})"
    rf"|[\"'\[\]{{}},][ ]*(?P<after>{INVISIBLE})|(?P<before>{INVISIBLE})[ ]*[\"'\[\]{{}}:]|(?P<end>{INVISIBLE})$"
)
_SPACES, _BREAKS = ("Zs",), ("Zl", "Zp", "Cc")


class Hidden(NamedTuple):
    """An invisible character at an offset of a text, with the fields of ``kgbuild.errors.Problem``."""

    offset: int
    expected: str
    got: str
    todo: str


def at(text: str, offset: int) -> Hidden | None:
    """Return the invisible character at an offset, if there is one.

    >>> at("a\\u00a0", 1)
    Hidden(offset=1, expected='a space', got='U+00A0 (no-break space)', todo='replace it with a space')
    """
    char = text[offset : offset + 1]
    if not char or not is_invisible(char):
        return None
    kind = unicodedata.category(char)
    if kind in _SPACES:
        return Hidden(offset, "a space", name_of(char), "replace it with a space")
    if kind in _BREAKS:
        return Hidden(offset, "a space or a line feed", name_of(char), "replace it with one of them")
    return Hidden(offset, "a space or a visible character", name_of(char), "remove the character")


def in_yaml(text: str, *offsets: int) -> Hidden | None:
    """Return the first invisible character that YAML takes for something else, in the lines of some offsets and the lines before these."""
    for offset in sorted(offsets):
        end = text.find("\n", offset)
        here = text.rfind("\n", 0, offset) + 1
        start = text.rfind("\n", 0, max(here - 1, 0)) + 1
        for line in re.finditer(r"[^\n]+", text[start : end if end >= 0 else len(text)]):
            found = None if line[0].isascii() else _PLACES.search(line[0])
            if found and found.lastgroup:
                return at(text, start + line.start() + found.start(found.lastgroup))
    return None
