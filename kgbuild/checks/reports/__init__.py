"""Reports of an audit. One file per format; a new format is a file here and a line in REPORTS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any, Protocol

from msgspec import Struct

from kgbuild.model.finding import SEVERITIES, Finding


class Report(Struct, frozen=True, kw_only=True):
    """What an audit came to: the inputs as given, the number of files, findings in the order of their codes, how many are known (baseline).

    ``color`` is for a terminal (only the text form has any); ``statistics`` asks forms for people to count findings instead of telling them;
    ``ran`` are the codes of the rules that ran, None where it was all of them.
    """

    inputs: tuple[str, ...]
    files: int
    findings: Sequence[Finding]
    known: int = 0
    fixed: int = 0
    statistics: bool = False
    color: bool = False
    ran: frozenset[str] | None = None

    @property
    def counts(self) -> dict[str, int]:
        """The findings of each severity, the gravest first."""
        return tally(self.findings)


def tally(findings: Iterable[Finding]) -> dict[str, int]:
    """The findings of each severity, the gravest first."""
    counts = Counter(finding.severity for finding in findings)
    return {severity: counts[severity] for severity in SEVERITIES}


class ReportForm(Protocol):
    """A module of this package."""

    def render(self, report: Report) -> str:
        """The report as text that ends with a line's end, or is empty."""


#: Format -> its module. In ``machine`` forms every finding has its line; for people five of each rule do.
REPORTS: Mapping[str, str] = MappingProxyType(
    {
        "text": "kgbuild.checks.reports.text",
        "json": "kgbuild.checks.reports.as_json",
        "jsonl": "kgbuild.checks.reports.jsonl",
        "markdown": "kgbuild.checks.reports.markdown",
        "github": "kgbuild.checks.reports.github",
        "sarif": "kgbuild.checks.reports.sarif",
        "junit": "kgbuild.checks.reports.junit",
    }
)
FOR_PEOPLE = ("text", "markdown")
#: Findings of one rule that a report for people shows; the rest are counted.
SHOWN = 5


def render(name: str, report: Report) -> str:
    """The report in one of REPORTS."""
    module: Any = import_module(REPORTS[name])
    text: str = module.render(report)
    return text
