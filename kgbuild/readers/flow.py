"""What JSON text and YAML's flow collections have in common when they are edited: items between commas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from kgbuild.model.edits import NotCertain

_COMMA = re.compile(r"\s*,\s*")


class Replacement(NamedTuple):
    """``new`` in place of the characters from ``start`` to before ``end``."""

    start: int
    end: int
    new: str


def removals(text: str, spans: Sequence[tuple[int, int]], numbers: Sequence[int]) -> Iterator[Replacement]:
    """Take items out of a list whose items stand at ``spans``, each with the comma before it, or at the beginning with the one behind it.

    >>> list(removals("[a, b, a]", [(1, 2), (4, 5), (7, 8)], [2])), list(removals("[a, b]", [(1, 2), (4, 5)], [0]))
    ([Replacement(start=5, end=8, new='')], [Replacement(start=1, end=4, new='')])
    """
    gone = set(numbers)
    stay = [n for n in range(len(spans)) if n not in gone]
    for before, after in pairwise(spans):
        if not _COMMA.fullmatch(text, before[1], after[0]):
            raise NotCertain("something else stands between the items")
    if stay[0] > 0:
        yield Replacement(spans[0][0], spans[stay[0]][0], "")
    for here, following in zip(stay, [*stay[1:], len(spans)], strict=True):
        if following > here + 1:
            yield Replacement(spans[here][1], spans[following - 1][1], "")
