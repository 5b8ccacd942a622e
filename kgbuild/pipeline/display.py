"""Select the findings that a report shows: those at a level or above (--level), and those about some ids (--subject)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from kgbuild.checks.support.nearest import Nearest
from kgbuild.checks.view import View
from kgbuild.errors import UsageError
from kgbuild.model.finding import Finding, over


class DisplayFilter(Struct, frozen=True, kw_only=True):
    """What a report shows of the findings. An id of ``subjects`` is a node id (`kgr:hgnc`) or the id as written (`hgnc`).

    A resource stands for itself and all its products (SPEC §8); ``products`` are the node ids of these products.
    """

    level: str | None = None
    subjects: tuple[str, ...] = ()
    products: frozenset[str] = frozenset()

    @property
    def options(self) -> tuple[str, ...]:
        """The options on the command line, for the summary."""
        level = () if self.level is None else (f"--level {self.level}",)
        return (*level, *(f"--subject {subject}" for subject in self.subjects))

    def shows(self, finding: Finding) -> bool:
        """Return whether a report shows a finding."""
        above = self.level is None or over(finding.severity, self.level)
        about = finding.subject in self.products or not _names(finding.subject).isdisjoint(self.subjects)
        return above and (about or not self.subjects)

    def resolved(self, view: View, findings: Iterable[Finding]) -> DisplayFilter:
        """Return the filter with the products of its resources.

        Raises UsageError for a subject that is neither in the graph nor the subject of a finding: no finding could ever be about it.
        """
        if not self.subjects:
            return self
        known = {name for id in (*view.graph.nodes, *(finding.subject for finding in findings)) for name in _names(id)}
        for subject in self.subjects:
            if subject not in known:
                raise UsageError(
                    f"--subject: expected the id of something that was read, got {subject!r}; {_todo(Nearest(view).of(subject))}"
                )
        owned = (products for id, products in view.graph.products.items() if not _names(id).isdisjoint(self.subjects))
        return msgspec.structs.replace(self, products=frozenset(chain.from_iterable(owned)))


def _names(id: str) -> set[str]:
    """Return the spellings of a node id.

    >>> sorted(_names("kgr:a%20b"))
    ['a b', 'kgr:a%20b']
    """
    return {id, unquote(id.partition(":")[2])} if ":" in id else {id}


def _todo(near: Sequence[str]) -> str:
    return f"did you mean {' or '.join(map(repr, near))}?" if near else "check the spelling"
