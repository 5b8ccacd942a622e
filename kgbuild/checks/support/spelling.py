"""A value that no vocabulary has -> the one that was surely meant, if there is one."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Case and marks between words, in which spellings of one value differ.
_MARKS = re.compile(r"[\s._/-]+")
_DOUBLED = re.compile(r"(.)\1+")
_DIGITS = re.compile(r"\d")
#: Letters that a word has at least in which one that is lost, doubled or swapped with the next is a slip; or one too many; or another one.
_FEW, _SOME, _MANY = 3, 6, 8


def nearest(value: str, known: Iterable[str]) -> str | None:
    """The one value that is surely meant: spelt the same but for case and marks, or else the only one that is a slip away. Else None.

    What is a slip depends on the length: another letter makes another word of a short one, so there one must be lost, doubled or swapped.

    >>> nearest("TSV ", ["csv", "tsv"]), nearest("tvs", ["csv", "tsv"]), nearest("gzp", ["gzip", "zip"]), nearest("onotlogy", ["Ontology"])
    ('tsv', 'tsv', 'gzip', 'Ontology')
    >>> nearest("gtf", ["gff"]), nearest("graphml", ["graphql"]), nearest("jsonl", ["json", "jsonld"]), nearest("hdf", ["hdf5"])
    (None, None, None, None)
    """
    folded = _folded(value)
    words = [(_folded(other), other) for other in known]
    same = [other for word, other in words if word == folded]
    near = [(word, other) for word, other in words if abs(len(word) - len(folded)) <= 1 and distance(folded, word) == 1]
    if same or len(near) != 1:
        return same[0] if len(same) == 1 else None
    word, other = near[0]
    doubled = _DOUBLED.sub(r"\1", folded) == _DOUBLED.sub(r"\1", word)
    swapped = sorted(folded) == sorted(word)
    fewest = _FEW if doubled or swapped or len(folded) < len(word) else _SOME if len(folded) > len(word) else _MANY
    return other if len(folded) >= fewest and _DIGITS.findall(folded) == _DIGITS.findall(word) else None


def _folded(text: str) -> str:
    return _MARKS.sub("", text).lower()


def distance(one: str, other: str) -> int:
    """How many characters must be changed, added, left out or swapped with their neighbour to make the one text the other.

    >>> distance("tvs", "tsv"), distance("gzp", "gzip"), distance("csv", "tsv")
    (1, 1, 1)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for n, letter in enumerate(one, 1):
        before, above, row = row, before, [n]
        for m, wanted in enumerate(other, 1):
            cost = min(before[m] + 1, row[m - 1] + 1, before[m - 1] + (letter != wanted))
            if n > 1 and m > 1 and letter == other[m - 2] and one[n - 2] == wanted:
                cost = min(cost, above[m - 2] + 1)
            row.append(cost)
    return row[-1]
