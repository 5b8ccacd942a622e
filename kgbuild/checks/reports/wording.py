"""What reports have in common: texts that are safe to show, places, counts, the titles of rules, and which findings people see."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from kgbuild import checks
from kgbuild.checks.reports import SHOWN, Report, tally
from kgbuild.checks.rule import Rule
from kgbuild.model.finding import SEVERITIES, Finding, Related, Severity

#: Control characters (C0, DEL, C1), line and paragraph separators, characters that turn the direction of writing around (UAX #9), byte
#: order marks, code points that are no characters, halves of surrogate pairs (names of files that are no UTF-8).
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")


def visible(text: str) -> str:
    r"""A text in one line in which nothing is hidden: what a record says must neither steer a terminal nor break the form of a report.

    >>> visible("a\n\x1b[31mb")
    'a\\n\\x1b[31mb'
    """
    return _HIDDEN.sub(lambda match: repr(match[0])[1:-1], text)


def place(at: Finding | Related) -> str:
    """Where something stands, as far as it is known: `path:line:column`, `path:line`, `path`, or nothing."""
    return ":".join((visible(at.path), *(str(number) for number in (at.line, at.column) if at.line and number)))


def titles() -> dict[str, str]:
    """The code of each rule and its title."""
    return {rule.code: title(rule) for rule in checks.load_rules()}


def title(rule: Rule) -> str:
    """The first sentence of what a rule finds, without its dot."""
    first = rule.parts["what"].split("\n\n")[0].replace("\n", " ")
    return re.split(r"\.(?= [A-Z`])", first)[0].removesuffix(".")


def by_rule(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """The findings of each rule, in the order in which the rules come."""
    grouped: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        grouped[finding.code].append(finding)
    return dict(grouped)


def split(found: Sequence[Finding], shown: int = SHOWN) -> tuple[list[Finding], list[Finding]]:
    """The findings of one rule: the examples that people see, the gravest first, and the rest."""
    ranked = sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))
    return ranked[:shown], ranked[shown:]


def rest(left: Sequence[Finding]) -> str:
    """A line that counts findings that are not shown; it tells levels where they differ from one another."""
    counts = tally(left)
    told = f" ({levels(counts)})" if sum(map(bool, counts.values())) > 1 else ""
    return f"{len(left):,} more like {'these' if len(left) > 1 else 'this'}{told}; --format json has all"


def levels(counts: Mapping[str, int]) -> str:
    """Counts of severities in words.

    >>> levels({"error": 1, "warning": 1200, "info": 0})
    '1 error, 1,200 warnings'
    """
    return ", ".join(counted(count, severity) for severity, count in counts.items() if count)


def counted(count: int, noun: str) -> str:
    """A count with its noun; "info" has one form.

    >>> counted(0, "file"), counted(1, "file"), counted(2, "info")
    ('0 files', '1 file', '2 info')
    """
    return f"{count:,} {noun}{'s' if count != 1 and noun != 'info' else ''}"


def summary(report: Report) -> str:
    """What an audit came to, in one line."""
    total = len(report.findings)
    found = f"{counted(total, 'finding')} ({levels(report.counts)})" if total else "nothing found"
    fixed = f"; {report.fixed:,} fixed" if report.fixed else ""
    known = (
        f"; {report.known:,} known {'ones' if report.known > 1 else 'one'} stay{'' if report.known > 1 else 's'} quiet"
        if report.known
        else ""
    )
    return f"{found} in {counted(report.files, 'file')}{fixed}{known}"


def statistics(findings: Sequence[Finding]) -> list[tuple[int, str, Severity, str]]:
    """Count, code, severity and title of each rule with findings, a row for each severity; the most frequent first."""
    known = titles()
    counts = Counter((finding.code, finding.severity) for finding in findings)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0][0], SEVERITIES.index(item[0][1])))
    return [(count, code, severity, known.get(code, "")) for (code, severity), count in ranked]
