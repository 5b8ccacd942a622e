"""Render a report as JSON Lines, with one finding on each line."""

from __future__ import annotations

from kgbuild.checks.reports import Report
from kgbuild.checks.reports.as_json import encoded


def render(report: Report) -> str:
    """Return the findings, one on each line."""
    return "".join(encoded(finding).decode() + "\n" for finding in report.findings)
