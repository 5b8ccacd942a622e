"""The uses that the words of a license forbid, by the phrases of `mappings/licenses.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kgbuild.licenses.creative_commons import NC, ND, named_elements
from kgbuild.licenses.terms import COMMERCIAL, DERIVATIVES, REDISTRIBUTION
from kgbuild.licenses.text import plain
from kgbuild.mapping.schema import Wording

_WORD = re.compile(r"[^\W_]+")
#: The largest number of words that `...` in a phrase can stand for.
_GAP = 4


class WordingReader:
    """Finds phrases that forbid a use."""

    def __init__(self, wording: Wording) -> None:
        forbids = wording.forbids
        named = ((REDISTRIBUTION, forbids.redistribution), (DERIVATIVES, forbids.derivatives), (COMMERCIAL, forbids.commercial))
        self._phrases = [(use, [_parts(phrase) for phrase in phrases]) for use, phrases in named]
        self._harmless = [_parts(phrase) for phrase in wording.harmless]

    def forbidden(self, text: str) -> frozenset[str]:
        """Return the uses that the words of a text forbid."""
        words = _words(text)
        for phrase in self._harmless:
            while (found := _find(phrase, words)) is not None:
                words = f"{words[: found[0]]} {words[found[1] :]}"
        uses = {use for use, phrases in self._phrases if any(_find(phrase, words) for phrase in phrases)}
        elements = named_elements(text)
        uses |= {use for use, element in ((COMMERCIAL, NC), (DERIVATIVES, ND)) if element in elements}
        return frozenset(uses)


def _words(text: str) -> str:
    """Return the words of a text in lower case, each between two spaces."""
    return f" {' '.join(_WORD.findall(plain(text).lower()))} "


def _parts(phrase: str) -> tuple[str, ...]:
    return tuple(map(_words, phrase.split("...")))


def _find(phrase: Iterable[str], words: str) -> tuple[int, int] | None:
    """Return where the first occurrence of a phrase begins and ends in some words; None if they do not contain it."""
    first, *rest = phrase
    start = words.find(first)
    while start >= 0:
        end: int | None = start + len(first)
        for part in rest:
            end = _after(part, words, end) if end is not None else None
        if end is not None:
            return start, end
        start = words.find(first, start + 1)
    return None


def _after(part: str, words: str, end: int) -> int | None:
    """Return the end of a part of a phrase that follows within the words that `...` can stand for."""
    at = words.find(part, end - 1)
    return at + len(part) if at >= 0 and words.count(" ", end, at) + (at >= end) <= _GAP else None
