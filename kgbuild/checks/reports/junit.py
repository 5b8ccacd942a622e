"""JUnit's XML, as Jenkins and GitLab read it: a test suite in which every rule is a test case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from kgbuild.checks.reports import Report, tally, wording
from kgbuild.model.finding import Finding

_SUITE = "kgbuild.check"


def render(report: Report) -> str:
    """The report as an XML document, with a case for each rule that ran.

    A rule with errors or warnings is a failed case with one failure, whose text has a line for each of the rule's findings, since
    consumers show no more than one. Where all of them are information, the case passes and the lines are its output.
    """
    found = wording.by_rule(report.findings)
    titles = wording.titles()
    ran = (code for code in titles if report.ran is None or code in report.ran)
    cases = [(f"{code} {titles.get(code, '')}".rstrip(), found.get(code, [])) for code in dict.fromkeys((*ran, *found))]
    failures = sum(_fails(findings) for _, findings in cases)
    totals = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="0" time="0"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="kgbuild" {totals}>',
        f'  <testsuite name="{_SUITE}" {totals}>',
        *(line for name, findings in cases for line in _case(name, findings)),
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _fails(findings: Sequence[Finding]) -> bool:
    return any(finding.severity != "info" for finding in findings)


def _case(name: str, findings: Sequence[Finding]) -> Iterator[str]:
    case = f'    <testcase classname="{_SUITE}" name="{escape(name)}" time="0"'
    if not findings:
        yield f"{case}/>"
        return
    counts = tally(findings)
    gravest = next(severity for severity, count in counts.items() if count)
    head, tail = (
        (f'<failure message="{wording.levels(counts)}" type="{gravest}">', "</failure>")
        if _fails(findings)
        else ("<system-out>", "</system-out>")
    )
    yield f"{case}>"
    yield f"      {head}"
    yield from (_line(finding) for finding in findings)
    yield f"      {tail}"
    yield "    </testcase>"


def _line(finding: Finding) -> str:
    place = wording.place(finding)
    hint = "" if finding.suggestion is None else f" (try: {finding.suggestion})"
    return _text(f"{place + ': ' if place else ''}{finding.severity}: {finding.message}{hint}")


def _text(text: str) -> str:
    """A text as XML: what no XML 1.0 document may hold, not even as a reference (§2.2, Char), is among what is made visible."""
    return escape(wording.visible(text), quote=False)
