"""Edits to lists whose items are separated by commas: JSON lists and the flow sequences of YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from kgbuild.model.edits import NotCertain

_COMMA = re.compile(r"\s*,\s*")


class Replacement(NamedTuple):
    """The text ``new``, which replaces the characters from offset ``start`` up to, but not including, ``end``."""

    start: int
    end: int
    new: str


def removals(text: str, spans: Sequence[tuple[int, int]], numbers: Sequence[int]) -> Iterator[Replacement]:
    """Remove items from a list, given the ``spans`` (start and end offset) of all its items and the ``numbers`` of those to remove.

    The comma before a removed item is removed too; for items at the beginning of the list, the comma after them.
    At least one item must remain. Raises NotCertain if there is more than a comma between two items.

    >>> list(removals("[a, b, a]", [(1, 2), (4, 5), (7, 8)], [2])), list(removals("[a, b]", [(1, 2), (4, 5)], [0]))
    ([Replacement(start=5, end=8, new='')], [Replacement(start=1, end=4, new='')])
    """
    removed = set(numbers)
    kept = [n for n in range(len(spans)) if n not in removed]
    for before, after in pairwise(spans):
        if not _COMMA.fullmatch(text, before[1], after[0]):
            raise NotCertain("there is more than a comma between the items")
    if kept[0] > 0:
        yield Replacement(spans[0][0], spans[kept[0]][0], "")
    for here, following in zip(kept, [*kept[1:], len(spans)], strict=True):
        if following > here + 1:
            yield Replacement(spans[here][1], spans[following - 1][1], "")
