"""Describe conflicts of licenses, and how many products depend on a license, by the grades of the paths (SPEC §8)."""

from __future__ import annotations

from typing import NamedTuple

from kgbuild.lineage.grades import Grade


class ConflictPath(NamedTuple):
    """The worst conflict of a product: the ``path`` to the source, the ``grade`` of the path, and whether the conflict is ``certain``.

    ``others`` are the numbers of the other sources with a conflict: those that the product is made from, and those that it may contain.
    """

    path: list[str]
    grade: Grade
    certain: bool
    others: tuple[int, int]


def more_conflicts(stated: int, possible: int) -> str:
    """Return the numbers of the other sources that a product conflicts with, as the end of a sentence."""
    texts = [f"conflicts with {stated} more source{'s' * (stated > 1)}"] if stated else []
    texts += [f"may conflict with {possible} more{'' if texts else ' source' + 's' * (possible > 1)}"] if possible else []
    return f"; it {' and '.join(texts)}" if texts else ""


def dependents(stated: int, possible: int) -> str:
    """Return how many products of other resources are made from something, and how many others may contain its data."""
    if not stated:
        return f"{possible} product{'s' * (possible > 1)} of other resources may contain its data"
    more = f", and {possible} more may contain its data" if possible else ""
    return f"{stated} product{'s' * (stated > 1)} of other resources {'are' if stated > 1 else 'is'} made from it{more}"
