"""Reports of an audit, one file for each format. To add a format, add a file and a line in REPORTS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any, Protocol

from msgspec import Struct

from kgbuild.model.finding import SEVERITIES, Finding


class Report(Struct, frozen=True, kw_only=True):
    """The result of an audit: the inputs as given, the number of files, the findings to show, errors first, and what is not shown.

    ``part`` is the number of files that are reported, if not all are. ``hidden`` are the findings that the options ``filters`` do not show.
    ``known`` is the number of findings in the baseline, and ``fixed`` the number of repaired ones. ``remedies`` says for findings, by
    fingerprint, why `--fix` does not apply their suggestion; the text is empty if it can fix them. ``causes`` are the ids to
    which findings are due, by fingerprint. ``color`` applies only to text. With
    ``statistics``, the formats for people count the findings instead of listing them. ``ran`` are the codes of the rules that ran, or None if
    all did.
    """

    inputs: tuple[str, ...]
    files: int
    findings: Sequence[Finding]
    part: int | None = None
    hidden: Sequence[Finding] = ()
    filters: tuple[str, ...] = ()
    known: int = 0
    fixed: int = 0
    remedies: Mapping[str, str] = {}
    causes: Mapping[str, str] = {}
    statistics: bool = False
    color: bool = False
    ran: frozenset[str] | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of findings of each severity, the highest first, including those that are not shown."""
        return tally(self.all)

    @property
    def all(self) -> Sequence[Finding]:
        """Return the findings that are shown and those that options hide. Both count for the exit status."""
        return [*self.findings, *self.hidden]


def tally(findings: Iterable[Finding]) -> dict[str, int]:
    """Return the number of findings of each severity, the highest first."""
    counts = Counter(finding.severity for finding in findings)
    return {severity: counts[severity] for severity in SEVERITIES}


class ReportForm(Protocol):
    """The interface of the modules in this package."""

    def render(self, report: Report) -> str:
        """Return the report as text that ends with a line feed or is empty."""


#: Format -> its module. Formats for machines contain all findings; those for people show up to ``SHOWN`` of each rule and level.
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
#: The formats that hold findings as data, without the words of a report.
AS_DATA = ("json", "jsonl")
#: The formats for services that show findings in the files of a repository. Their paths are relative to its root.
OF_REPOSITORIES = ("github", "sarif", "junit")
#: The number of findings of each rule and level in a report for people. The others are counted.
SHOWN = 5


def render(name: str, report: Report) -> str:
    """Render the report in one of the formats in REPORTS."""
    module: Any = import_module(REPORTS[name])
    text: str = module.render(report)
    return text
