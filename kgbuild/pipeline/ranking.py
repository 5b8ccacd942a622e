"""The order of findings in a report: errors first, then by the number of products downstream, then by place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from kgbuild.checks.support.downstream import downstream
from kgbuild.checks.view import View
from kgbuild.model.finding import SEVERITIES, Finding
from kgbuild.pipeline.audit import Raised

#: The sort key of a finding.
Rank = Callable[[Finding], tuple[Any, ...]]


def ranking(downstream: Mapping[str, int]) -> Rank:
    """Return the sort key of findings, from the number of products downstream of each subject.

    Findings at one place are in the order of code, subject, object and field.
    """
    levels = {severity: number for number, severity in enumerate(SEVERITIES)}

    def rank(finding: Finding) -> tuple[Any, ...]:
        return (
            levels[finding.severity], -downstream.get(finding.subject, 0), finding.path, finding.line, finding.column,
            finding.code, finding.subject, finding.object, finding.field,
        )  # fmt: skip

    return rank


def rank_of(view: View, subjects: Iterable[str]) -> Rank:
    """Return the sort key of findings about some subjects in a view."""
    return ranking(downstream(view, subjects))


def group_of(finding: Finding) -> tuple[str, str]:
    """Return the group of a finding in a report for people: its severity and its rule."""
    return finding.severity, finding.code


def candidates(raised: Iterable[Raised], rank: Rank, shown: int, *, by_cause: bool = False) -> list[Raised]:
    """Return the findings that can be among the first ``shown`` of their group in a report. ``raised`` is sorted by a key without lines.

    The lines decide between findings of the same file that are otherwise equal, so all of these are candidates. With ``by_cause``, findings
    that are due to the same node count as one.
    """
    groups: dict[tuple[str, str], dict[str | int, list[Raised]]] = {}
    for number, item in enumerate(raised):
        causes = groups.setdefault(group_of(item.finding), {})
        causes.setdefault(item.cause if by_cause and item.cause else number, []).append(item)
    return [item for causes in groups.values() for item in _first(list(causes.values()), rank, shown)]


def _first(causes: Sequence[Sequence[Raised]], rank: Rank, shown: int) -> list[Raised]:
    found: list[Raised] = []
    count = 0
    for _, tied in groupby(causes, lambda items: rank(items[0].finding)[:3]):
        if count >= shown:
            break
        for items in tied:
            count += 1
            found += next(list(run) for _, run in groupby(items, lambda item: rank(item.finding)[:3]))
    return found
