"""Code shared by the reports: safe texts, places, counts, titles of rules, and the selection of findings for people."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from kgbuild import checks
from kgbuild.checks.reports import SHOWN, Report, tally
from kgbuild.checks.rule import Rule
from kgbuild.model.finding import SEVERITIES, Finding, Related, Severity

#: Control characters (C0, DEL, C1), line and paragraph separators, characters that change the writing direction (UAX #9), byte order marks,
#: noncharacters, and lone surrogates (from file names that are not UTF-8).
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")


def visible(text: str) -> str:
    r"""Escape hidden characters and line breaks, because text from a record must not control a terminal or break the format of a report.

    >>> visible("a\n\x1b[31mb")
    'a\\n\\x1b[31mb'
    """
    return _HIDDEN.sub(lambda match: repr(match[0])[1:-1], text)


def place(at: Finding | Related) -> str:
    """Return a place as far as it is known: `path:line:column`, `path:line`, `path`, or an empty string."""
    return ":".join((visible(at.path), *(str(number) for number in (at.line, at.column) if at.line and number)))


def titles() -> dict[str, str]:
    """Return the titles of all rules by code."""
    return {rule.code: title(rule) for rule in checks.load_rules()}


def title(rule: Rule) -> str:
    """Return the first sentence of a rule's description, without the full stop."""
    first = rule.parts["what"].split("\n\n")[0].replace("\n", " ")
    return re.split(r"\.(?= [A-Z`])", first)[0].removesuffix(".")


def by_rule(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Group findings by rule, in the order of the first findings."""
    grouped: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        grouped[finding.code].append(finding)
    return dict(grouped)


def split(found: Sequence[Finding], shown: int = SHOWN) -> tuple[list[Finding], list[Finding]]:
    """Split the findings of one rule into the ones to show, the highest severity first, and the others."""
    ranked = sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))
    return ranked[:shown], ranked[shown:]


def rest(left: Sequence[Finding]) -> str:
    """Return a line with the number of findings that are not shown, by level if there are several levels."""
    counts = tally(left)
    by_level = f" ({levels(counts)})" if sum(map(bool, counts.values())) > 1 else ""
    return f"{len(left):,} more finding{'s' if len(left) > 1 else ''}{by_level}; --format json shows all"


def levels(counts: Mapping[str, int]) -> str:
    """Return counts of severities in words.

    >>> levels({"error": 1, "warning": 1200, "info": 0})
    '1 error, 1,200 warnings'
    """
    return ", ".join(counted(count, severity) for severity, count in counts.items() if count)


def counted(count: int, noun: str) -> str:
    """Return a count with its noun. "info" has no plural.

    >>> counted(0, "file"), counted(1, "file"), counted(2, "info")
    ('0 files', '1 file', '2 info')
    """
    return f"{count:,} {noun}{'s' if count != 1 and noun != 'info' else ''}"


def summary(report: Report) -> str:
    """Return the summary of an audit, on one line."""
    total = len(report.findings)
    found = f"{counted(total, 'finding')} ({levels(report.counts)})" if total else "nothing found"
    fixed = f"; {report.fixed:,} fixed" if report.fixed else ""
    known = f"; {counted(report.known, 'known finding')} not shown" if report.known else ""
    return f"{found} in {counted(report.files, 'file')}{fixed}{known}"


def statistics(findings: Sequence[Finding]) -> list[tuple[int, str, Severity, str]]:
    """Return count, code, severity and title for each rule and severity with findings, the most frequent first."""
    by_code = titles()
    counts = Counter((finding.code, finding.severity) for finding in findings)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0][0], SEVERITIES.index(item[0][1])))
    return [(count, code, severity, by_code.get(code, "")) for (code, severity), count in ranked]
