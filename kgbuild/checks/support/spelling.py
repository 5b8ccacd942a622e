"""Find words that differ by one typo, and the intended value for a value that is not in a vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

#: Characters between words, which differ between spellings of one value.
_MARKS = re.compile(r"[\s._/-]+")
_DOUBLED = re.compile(r"(.)\1+")
#: The kinds of typos (Damerau 1964, https://doi.org/10.1145/363958.363994).
Slip = Literal["doubled", "lost", "swapped", "changed"]
#: The smallest length of a word in which a lost, doubled or swapped letter is a typo; an additional letter; another letter.
_FEW, _SOME, _MANY = 3, 6, 8


def nearest(value: str, known: Iterable[str]) -> str | None:
    """Return the intended value: the one with the same spelling except for case and punctuation, or the only one that differs by one typo.

    Return None if there is no such value. For short words, only a lost, doubled or swapped letter is a typo, because another letter makes
    another word.

    >>> nearest("TSV ", ["csv", "tsv"]), nearest("tvs", ["csv", "tsv"]), nearest("gzp", ["gzip", "zip"]), nearest("onotlogy", ["Ontology"])
    ('tsv', 'tsv', 'gzip', 'Ontology')
    >>> nearest("gtf", ["gff"]), nearest("graphml", ["graphql"]), nearest("jsonl", ["json", "jsonld"]), nearest("hdf", ["hdf5"])
    (None, None, None, None)
    """
    folded = _folded(value)
    words = [(_folded(other), other) for other in known]
    same = [other for word, other in words if word == folded]
    near = [(found, word, other) for word, other in words if (found := slip(folded, word))]
    if same or len(near) != 1:
        return same[0] if len(same) == 1 else None
    found, word, other = near[0]
    fewest = _MANY if found == "changed" else _SOME if found == "lost" and len(folded) > len(word) else _FEW
    return other if len(folded) >= fewest and digits(folded) == digits(word) else None


def _folded(text: str) -> str:
    return _MARKS.sub("", text).lower()


def slip(word: str, other: str) -> Slip | None:
    """Return the kind of typo by which two words differ, or None if they differ by more than one.

    >>> slip("tvs", "tsv"), slip("gzp", "gzip"), slip("csv", "tsv"), slip("reacttome", "reactome"), slip("tab", "bat")
    ('swapped', 'lost', 'changed', 'doubled', None)
    """
    if abs(len(word) - len(other)) > 1:
        return None
    from rapidfuzz.distance.OSA import distance  # the import takes 30 ms, and most runs need no suggestion

    if distance(word, other, score_cutoff=1) != 1:
        return None
    if len(word) == len(other):
        return "swapped" if sorted(word) == sorted(other) else "changed"
    return "doubled" if _DOUBLED.sub(r"\1", word) == _DOUBLED.sub(r"\1", other) else "lost"


def digits(word: str) -> str:
    """Return the digits of a word. Another number is never a typo.

    >>> digits("hp2024"), digits("go")
    ('2024', '')
    """
    return "".join(filter(str.isdigit, word))
