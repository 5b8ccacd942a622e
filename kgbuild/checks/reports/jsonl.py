"""JSON Lines: one finding a line."""

from __future__ import annotations

from kgbuild.checks.reports import Report
from kgbuild.checks.reports.as_json import encoded


def render(report: Report) -> str:
    """The findings, one a line."""
    return "".join(encoded(finding).decode() + "\n" for finding in report.findings)
