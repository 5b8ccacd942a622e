"""Words that are a slip of the keyboard apart; a value that no vocabulary has -> the one that was surely meant, if there is one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

#: Case and marks between words, in which spellings of one value differ.
_MARKS = re.compile(r"[\s._/-]+")
_DOUBLED = re.compile(r"(.)\1+")
#: What may happen to a letter (Damerau 1964, https://doi.org/10.1145/363958.363994).
Slip = Literal["doubled", "lost", "swapped", "changed"]
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
    near = [(found, word, other) for word, other in words if (found := slip(folded, word))]
    if same or len(near) != 1:
        return same[0] if len(same) == 1 else None
    found, word, other = near[0]
    fewest = _MANY if found == "changed" else _SOME if found == "lost" and len(folded) > len(word) else _FEW
    return other if len(folded) >= fewest and digits(folded) == digits(word) else None


def _folded(text: str) -> str:
    return _MARKS.sub("", text).lower()


def slip(word: str, other: str) -> Slip | None:
    """The one slip of the keyboard that two different words are apart; None where it takes more than one.

    >>> slip("tvs", "tsv"), slip("gzp", "gzip"), slip("csv", "tsv"), slip("reacttome", "reactome"), slip("tab", "bat")
    ('swapped', 'lost', 'changed', 'doubled', None)
    """
    if abs(len(word) - len(other)) > 1:
        return None
    from rapidfuzz.distance.OSA import distance  # 30 ms, and most runs find every word spelt right

    if distance(word, other, score_cutoff=1) != 1:
        return None
    if len(word) == len(other):
        return "swapped" if sorted(word) == sorted(other) else "changed"
    return "doubled" if _DOUBLED.sub(r"\1", word) == _DOUBLED.sub(r"\1", other) else "lost"


def digits(word: str) -> str:
    """The digits of a word: another number is never a slip.

    >>> digits("hp2024"), digits("go")
    ('2024', '')
    """
    return "".join(filter(str.isdigit, word))
