"""Render a report as JUnit XML for Jenkins and GitLab: a test suite with one test case for each rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape

from kgbuild.checks.reports import Report, tally, wording
from kgbuild.errors import visible
from kgbuild.model.finding import Finding

_SUITE = "kgbuild.check"


def render(report: Report) -> str:
    """Return the report as an XML document with a test case for each rule that ran, those with findings first.

    A rule with errors or warnings is a failed case. It has one failure with all findings as lines of text, because readers show only one
    failure. A rule with only info findings is a passed case, and the findings are its output. Findings that options hide are counted.
    """
    found, hidden = wording.by_rule(report.all), Counter(finding.code for finding in report.hidden)
    titles = wording.titles()
    ran = (code for code in titles if report.ran is None or code in report.ran)
    cases = [(f"{code} {titles.get(code, '')}".rstrip(), found.get(code, []), hidden[code]) for code in dict.fromkeys((*found, *ran))]
    failures = sum(_fails(findings) for _, findings, _ in cases)
    totals = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="0" time="0"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="kgbuild" {totals}>',
        f'  <testsuite name="{_SUITE}" {totals}>',
        *(line for name, findings, count in cases for line in _case(report, name, findings, count)),
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _fails(findings: Sequence[Finding]) -> bool:
    return any(finding.severity != "info" for finding in findings)


def _case(report: Report, name: str, findings: Sequence[Finding], hidden: int) -> Iterator[str]:
    """Yield the lines of a case. The last ``hidden`` findings are not listed."""
    case = f'    <testcase classname="{_SUITE}" name="{escape(name)}" time="0"'
    if not findings:
        yield f"{case}/>"
        return
    counts = tally(findings)
    highest = next(severity for severity, count in counts.items() if count)
    head, tail = (
        (f'<failure message="{wording.levels(counts)}" type="{highest}">', "</failure>")
        if _fails(findings)
        else ("<system-out>", "</system-out>")
    )
    yield f"{case}>"
    yield f"      {head}"
    yield from (_line(report, finding) for finding in findings[: len(findings) - hidden])
    if hidden:
        yield _text(f"{hidden:,} not shown ({', '.join(report.filters)})")
    yield f"      {tail}"
    yield "    </testcase>"


def _line(report: Report, finding: Finding) -> str:
    place = wording.place(finding)
    suggestion, reason = wording.attempt(report, finding)
    hint = "" if finding.suggestion is None else f" (try: {suggestion}{reason})"
    return _text(f"{place + ': ' if place else ''}{finding.severity}: {finding.message}{hint}")


def _text(text: str) -> str:
    """Escape a text for XML. ``visible`` escapes the characters that XML 1.0 excludes even as references (§2.2, Char)."""
    return escape(visible(text), quote=False)
