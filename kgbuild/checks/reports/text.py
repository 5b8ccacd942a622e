"""Render a report for a terminal: lines of the form `path:line:column: CODE level: message`, up to five for each rule, and a summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from kgbuild.checks.reports import Report, wording
from kgbuild.model.finding import Finding, Severity

#: Select Graphic Rendition (ECMA-48 §8.3.117): bold in red, in yellow, in cyan.
_COLORS: Mapping[Severity, str] = MappingProxyType({"error": "1;31", "warning": "1;33", "info": "1;36"})
_BOLD = "1"


def render(report: Report) -> str:
    """Return the report as lines of text, in color if the report has ``color``."""
    lines = _statistics(report) if report.statistics else _findings(report)
    return "\n".join([*lines, wording.summary(report)]) + "\n"


def _findings(report: Report) -> Iterator[str]:
    for code, found in wording.by_rule(report.findings).items():
        examples, left = wording.split(found)
        for finding in examples:
            yield from _lines(finding, color=report.color)
        if left:
            yield f"{code}: {wording.rest(left)}"
        yield ""


def _lines(finding: Finding, *, color: bool) -> Iterator[str]:
    place = wording.place(finding)
    where = _painted(f"{place}:", _BOLD, color=color) + " " if place else ""
    level = _painted(f"{finding.code} {finding.severity}:", _COLORS[finding.severity], color=color)
    yield f"{where}{level} {wording.visible(finding.message)}"
    if finding.suggestion is not None:
        yield f"    try: {wording.visible(finding.suggestion)}"


def _statistics(report: Report) -> Iterator[str]:
    rows = wording.statistics(report.findings)
    width = max((len(f"{count:,}") for count, *_ in rows), default=0)
    wide = max((len(severity) for _, _, severity, _ in rows), default=0)
    for count, code, severity, title in rows:
        level = _painted(f"{code} {severity:{wide}}", _COLORS[severity], color=report.color)
        yield f"{count:{width},} {level}  {title}"
    if rows:
        yield ""


def _painted(text: str, style: str, *, color: bool) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if color else text
