"""Render a report as GitHub Flavored Markdown for a comment or a job summary: a summary, and a table of findings for each rule."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgbuild.checks.reports import SHOWN, Report, wording
from kgbuild.checks.reports.rules_page import cell, prose
from kgbuild.errors import visible
from kgbuild.model.finding import Finding

#: A comment can have 65,536 characters. A longer report shows fewer findings of each rule.
_LONGEST = 65_000
#: Numeric character references never become markup (CommonMark §2.5).
_REFERENCES = {ord(character): f"&#{ord(character)};" for character in "&<>\\`*_~[]|$"}
#: Text that GitHub turns into links, mentions and emoji after it parses the Markdown. A comment after it prevents that.
_LIVE = re.compile(r"[@#:](?=\S)|www(?=\.)|GH(?=-)", re.IGNORECASE)


def render(report: Report) -> str:
    """Return the report as Markdown, or only the counts of each rule if it has ``statistics``."""
    if report.statistics:
        return _joined(report, _statistics(report))
    texts = (_joined(report, _findings(report, shown)) for shown in range(SHOWN, -1, -1))
    return next((text for text in texts if len(text) <= _LONGEST), _joined(report, _statistics(report)))


def _joined(report: Report, lines: Iterator[str]) -> str:
    details = [line for detail in wording.details(report) for line in ("", _escaped(detail))]
    return "\n".join([f"### kgbuild check: {wording.summary(report)}", *details, *lines]) + "\n"


def _statistics(report: Report) -> Iterator[str]:
    if report.findings:
        yield from ("", "| findings | rule | level | description |", "| ---: | --- | --- | --- |")
    for count, code, severity, title in wording.statistics(report.findings):
        yield f"| {count:,} | {code} | {severity} | {cell(title)} |"


def _findings(report: Report, shown: int) -> Iterator[str]:
    titles = wording.titles()
    for (severity, code), found in wording.groups(report.findings).items():
        examples, left = wording.split(found, shown)
        yield from ("", f"#### {code} {severity}: {prose(titles[code])}" if code in titles else f"#### {code} {severity}", "")
        if examples:
            yield from ("| level | place | finding |", "| --- | --- | --- |", *(_row(report, finding) for finding in examples))
        if examples and left:
            yield ""
        if left:
            yield wording.rest(left)


def _row(report: Report, finding: Finding) -> str:
    numbers = wording.place(finding).removeprefix(visible(finding.path))
    place = f"<code>{_escaped(finding.path)}{numbers}</code>" if finding.path else ""
    suggestion, reason = wording.attempt(report, finding)
    hint = "" if finding.suggestion is None else f"<br>try: <code>{_escaped(suggestion)}</code>{_escaped(reason)}"
    mark = f"{_escaped(wording.MARK)} " if wording.can_fix(report, finding) else ""
    return f"| {finding.severity} | {place} | {mark}{_escaped(finding.message)}{hint} |"


def _escaped(text: str) -> str:
    """Escape a text for a cell of a table, so that nothing in it is markup.

    >>> _escaped("a|b *c* @d <e>")
    'a&#124;b &#42;c&#42; @<!-- -->d &#60;e&#62;'
    """
    parts = _LIVE.split(shown := visible(text))
    marks = [mark + "<!-- -->" for mark in _LIVE.findall(shown)]
    return "".join(part.translate(_REFERENCES) + mark for part, mark in zip(parts, [*marks, ""], strict=True))
