"""GitHub Flavored Markdown, for a comment or a job's summary: a table a rule with five findings each, and what all come to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kgbuild.checks.reports import SHOWN, Report, wording
from kgbuild.checks.reports.rules_page import cell, prose
from kgbuild.model.finding import Finding

#: A comment may have 65,536 characters; a report that would be longer shows fewer findings of each rule.
_ROOM = 65_000
#: Numeric references make no structure (CommonMark §2.5), whatever stands around them.
_REFERENCES = {ord(character): f"&#{ord(character)};" for character in "&<>\\`*_~[]|$"}
#: What a site makes links, mentions and pictures of after the Markdown is read: a comment in between leaves it text.
_LIVE = re.compile(r"[@#:](?=\S)|www(?=\.)|GH(?=-)", re.IGNORECASE)


def render(report: Report) -> str:
    """The report as Markdown; counts for each rule alone if it asks for statistics."""
    if report.statistics:
        return _joined(report, _statistics(report))
    texts = (_joined(report, _findings(report.findings, shown)) for shown in range(SHOWN, -1, -1))
    return next((text for text in texts if len(text) <= _ROOM), _joined(report, _statistics(report)))


def _joined(report: Report, lines: Iterator[str]) -> str:
    return "\n".join([f"### kgbuild check: {wording.summary(report)}", *lines]) + "\n"


def _statistics(report: Report) -> Iterator[str]:
    if report.findings:
        yield from ("", "| findings | rule | level | what |", "| ---: | --- | --- | --- |")
    for count, code, severity, title in wording.statistics(report.findings):
        yield f"| {count:,} | {code} | {severity} | {cell(title)} |"


def _findings(findings: Sequence[Finding], shown: int) -> Iterator[str]:
    titles = wording.titles()
    for code, found in wording.by_rule(findings).items():
        examples, left = wording.split(found, shown)
        yield from ("", f"#### {code}: {prose(titles[code])}" if code in titles else f"#### {code}", "")
        if examples:
            yield from ("| level | where | finding |", "| --- | --- | --- |", *map(_row, examples))
        if examples and left:
            yield ""
        if left:
            yield wording.rest(left)


def _row(finding: Finding) -> str:
    numbers = wording.place(finding).removeprefix(wording.visible(finding.path))
    place = f"<code>{_escaped(finding.path)}{numbers}</code>" if finding.path else ""
    hint = "" if finding.suggestion is None else f"<br>try: <code>{_escaped(finding.suggestion)}</code>"
    return f"| {finding.severity} | {place} | {_escaped(finding.message)}{hint} |"


def _escaped(text: str) -> str:
    """A text that stands for itself in a cell of a table.

    >>> _escaped("a|b *c* @d <e>")
    'a&#124;b &#42;c&#42; @<!-- -->d &#60;e&#62;'
    """
    parts = _LIVE.split(visible := wording.visible(text))
    marks = [mark + "<!-- -->" for mark in _LIVE.findall(visible)]
    return "".join(part.translate(_REFERENCES) + mark for part, mark in zip(parts, [*marks, ""], strict=True))
