"""For a terminal: `path:line:column: CODE level: message`, five of each rule, and what all come to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from kgbuild.findings import Finding
from kgbuild.reports import SHOWN, Report


def render(report: Report) -> str:
    """The report as lines of text."""
    lines = [*(_statistics(report.findings) if report.statistics else _findings(report.findings)), *_end(report)]
    return "\n".join(lines) + "\n"


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    by_rule: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_rule[finding.code].append(finding)
    for code, found in by_rule.items():
        for finding in found[:SHOWN]:
            yield from _lines(finding)
        if len(found) > SHOWN:
            yield f"{code} {len(found) - SHOWN:,} more like these (--format json has all)"
        yield ""


def _lines(finding: Finding) -> Iterator[str]:
    where = f"{finding.path}:{finding.line}:{finding.column}: " if finding.line else f"{finding.path}: " if finding.path else ""
    yield f"{where}{finding.code} {finding.severity}: {finding.message}"
    if finding.suggestion is not None:
        yield f"    try: {finding.suggestion}"


def _statistics(findings: Sequence[Finding]) -> Iterator[str]:
    counts = Counter((finding.code, finding.severity) for finding in findings)
    width = max((len(f"{count:,}") for count in counts.values()), default=0)
    for (code, severity), count in sorted(counts.items()):
        yield f"{count:{width},} {code} {severity}"


def _end(report: Report) -> Iterator[str]:
    total = len(report.findings)
    levels = ", ".join(f"{count:,} {severity}" for severity, count in report.counts.items() if count)
    known = f"; {report.known:,} known ones stay quiet" if report.known else ""
    found = f"{total:,} finding{'s' if total != 1 else ''} ({levels})" if total else "nothing found"
    yield f"{found} in {report.files:,} file{'s' if report.files != 1 else ''}{known}"
