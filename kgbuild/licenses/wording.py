"""The uses that the words of a license forbid, by the phrases of `mappings/licenses.yaml`."""

from __future__ import annotations

import re

from kgbuild.licenses.creative_commons import NC, ND, named_elements
from kgbuild.licenses.terms import COMMERCIAL, DERIVATIVES, REDISTRIBUTION
from kgbuild.licenses.text import plain
from kgbuild.mapping.schema import Wording

_WORD = re.compile(r"[^\W_]+")
#: The number of words that `...` in a phrase can stand for.
_GAP = r"(?: \S+){0,4} "


class WordingReader:
    """Finds phrases that forbid a use."""

    def __init__(self, wording: Wording) -> None:
        forbids = wording.forbids
        named = ((REDISTRIBUTION, forbids.redistribution), (DERIVATIVES, forbids.derivatives), (COMMERCIAL, forbids.commercial))
        self._phrases = [(use, _pattern(phrases)) for use, phrases in named if phrases]
        self._harmless = _pattern(wording.harmless) if wording.harmless else None

    def forbidden(self, text: str) -> frozenset[str]:
        """Return the uses that the words of a text forbid."""
        words = f" {_words(text)} "
        if self._harmless:
            words = self._harmless.sub(" ", words)
        found = {use for use, pattern in self._phrases if pattern.search(words)}
        elements = named_elements(text)
        found |= {use for use, element in ((COMMERCIAL, NC), (DERIVATIVES, ND)) if element in elements}
        return frozenset(found)


def _words(text: str) -> str:
    return " ".join(_WORD.findall(plain(text).lower()))


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern that matches any of the phrases, as whole words."""
    gaps = (_GAP.join(re.escape(_words(part)) for part in phrase.split("...")) for phrase in phrases)
    return re.compile("|".join(f"(?<= ){phrase}(?= )" for phrase in gaps))
