"""Select the findings that a report shows: those at a level or above (--level), and those about some ids (--subject)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from msgspec import Struct

from kgbuild.checks.support.nearest import Nearest
from kgbuild.checks.view import View
from kgbuild.errors import UsageError
from kgbuild.model.finding import Finding, over


class DisplayFilter(Struct, frozen=True, kw_only=True):
    """What a report shows of the findings. An id of ``subjects`` is a node id (`kgr:hgnc`) or the id as written (`hgnc`)."""

    level: str | None = None
    subjects: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        """The options on the command line, for the summary."""
        level = () if self.level is None else (f"--level {self.level}",)
        return (*level, *(f"--subject {subject}" for subject in self.subjects))

    def shows(self, finding: Finding) -> bool:
        """Return whether a report shows a finding."""
        above = self.level is None or over(finding.severity, self.level)
        return above and (not self.subjects or not _names(finding.subject).isdisjoint(self.subjects))

    def check(self, view: View, findings: Iterable[Finding]) -> None:
        """Raise UsageError for a subject that is neither in the graph nor the subject of a finding: no finding could ever be about it."""
        if not self.subjects:
            return
        known = {name for id in (*view.graph.nodes, *(finding.subject for finding in findings)) for name in _names(id)}
        for subject in self.subjects:
            if subject not in known:
                raise UsageError(
                    f"--subject: expected the id of something that was read, got {subject!r}; {_todo(Nearest(view).of(subject))}"
                )


def _names(id: str) -> set[str]:
    """Return the spellings of a node id.

    >>> sorted(_names("kgr:a%20b"))
    ['a b', 'kgr:a%20b']
    """
    return {id, unquote(id.partition(":")[2])} if ":" in id else {id}


def _todo(near: Sequence[str]) -> str:
    return f"did you mean {' or '.join(map(repr, near))}?" if near else "check the spelling"
