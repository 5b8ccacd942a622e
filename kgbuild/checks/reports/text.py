"""Render a report for a terminal: lines of the form `path:line:column: CODE level: message`, and a summary.

Up to five findings of each rule and level are listed. Of those that are due to the same node, one is listed and the others are counted. `[*]`
before the message marks those that `--fix` can repair.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from kgbuild.checks.reports import Report, wording
from kgbuild.checks.reports.causes import by_cause, due_to
from kgbuild.errors import visible
from kgbuild.model.finding import Finding, Severity

#: Select Graphic Rendition (ECMA-48 §8.3.117): bold in red, in yellow, in cyan.
_COLORS: Mapping[Severity, str] = MappingProxyType({"error": "1;31", "warning": "1;33", "info": "1;36"})
_BOLD = "1"


def render(report: Report) -> str:
    """Return the report as lines of text, in color if the report has ``color``."""
    lines = _statistics(report) if report.statistics else _findings(report)
    return "\n".join([*lines, *wording.details(report), wording.summary(report)]) + "\n"


def _findings(report: Report) -> Iterator[str]:
    for (severity, code), found in wording.groups(report.findings).items():
        examples, rest = wording.split(by_cause(found, report.causes))
        for first, *others in examples:
            yield from _lines(report, first)
            if others:
                yield f"    {due_to(len(others), visible(report.causes[first.fingerprint]))}"
        left = [finding for group in rest for finding in group]
        if left:
            yield f"{code} {severity}: {wording.rest(left)}"
        yield ""


def _lines(report: Report, finding: Finding) -> Iterator[str]:
    place = wording.place(finding)
    where = _painted(f"{place}:", _BOLD, color=report.color) + " " if place else ""
    level = _painted(f"{finding.code} {finding.severity}:", _COLORS[finding.severity], color=report.color)
    mark = f"{wording.MARK} " if wording.can_fix(report, finding) else ""
    yield f"{where}{level} {mark}{visible(finding.message)}"
    if finding.suggestion is not None:
        yield f"    try: {''.join(wording.attempt(report, finding))}"


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
