"""Search texts for the words of the mapping (`audit` in `mappings/vocabulary.yaml`)."""

from __future__ import annotations

import re
from functools import lru_cache

#: The largest number of characters of a text that is compared as a whole.
_LONGEST = 200


@lru_cache(maxsize=64)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    words = (r"\s+".join(map(re.escape, phrase.split())) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


def phrase_in(text: str | None, phrases: tuple[str, ...]) -> str | None:
    """Return the first of some phrases that occurs in a text, as written there. Case and white space do not count.

    >>> phrase_in("A Stub  page.", ("stub page",)), phrase_in("Stubborn pages", ("stub",)), phrase_in(None, ("stub",))
    ('Stub page', None, None)
    """
    match = _pattern(phrases).search(text) if text and phrases else None
    return " ".join(match[0].split()) if match else None


def is_one_of(text: str | None, values: tuple[str, ...]) -> bool:
    """Return whether a text is one of some values. Case, white space and punctuation at the end do not count.

    >>> is_one_of("Description  unavailable.", ("description unavailable",)), is_one_of("", ("none",))
    (True, False)
    """
    return text is not None and len(text) <= _LONGEST and " ".join(text.casefold().split()).rstrip(" .!") in _folded(values)


@lru_cache(maxsize=64)
def _folded(values: tuple[str, ...]) -> frozenset[str]:
    return frozenset(value.casefold() for value in values)
