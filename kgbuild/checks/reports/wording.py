"""Code shared by the reports: places, counts, titles of rules, and the selection of findings for people."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from kgbuild import checks
from kgbuild.checks.reports import SHOWN, Report
from kgbuild.checks.rule import Rule
from kgbuild.errors import visible
from kgbuild.model.finding import SEVERITIES, Finding, Related, Severity

_T = TypeVar("_T")
#: The mark of a finding that `--fix` can repair, as in ruff.
MARK = "[*]"


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


def groups(findings: Iterable[Finding]) -> dict[tuple[Severity, str], list[Finding]]:
    """Group findings by severity and rule, in the order of the first findings."""
    grouped: defaultdict[tuple[Severity, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        grouped[finding.severity, finding.code].append(finding)
    return dict(grouped)


def split(found: Sequence[_T], shown: int = SHOWN) -> tuple[list[_T], list[_T]]:
    """Split the findings of one rule and level, or groups of them, into the ones to show and the others."""
    return list(found[:shown]), list(found[shown:])


def rest(left: Sequence[Finding]) -> str:
    """Return a line with the number of findings of a group that are not shown."""
    return f"{len(left):,} more finding{'s' if len(left) > 1 else ''}; --format json shows all"


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
    """Return the summary of an audit, on one line. It counts findings that options hide."""
    total = len(report.all)
    found = f"{counted(total, 'finding')} ({levels(report.counts)})" if total else "nothing found"
    fixed = f"; {report.fixed:,} fixed" if report.fixed else ""
    hidden = f"; {len(report.hidden):,} of them not shown ({', '.join(report.filters)})" if report.hidden else ""
    known = f"; {counted(report.known, 'known finding')} not shown" if report.known else ""
    files = counted(report.files, "file")
    where = files if report.part is None else f"{report.part:,} of {files}"
    return f"{found} in {where}{hidden}{fixed}{known}"


def details(report: Report) -> list[str]:
    """Return what a summary says besides the counts: the rules with errors, and how many findings `--fix` can repair.

    Findings that options hide are included, because they count for the exit status.
    """
    erred = Counter(finding.code for finding in report.all if finding.severity == "error")
    fixable = sum(can_fix(report, finding) for finding in report.all)
    label = "errors, with those not shown" if report.hidden else "errors"
    lines = [f"{label}: {', '.join(f'{code} ({count:,})' for code, count in sorted(erred.items()))}"] if erred else []
    return lines + ([f"{MARK} {counted(fixable, 'finding')} can be repaired with --fix"] if fixable else [])


def can_fix(report: Report, finding: Finding) -> bool:
    """Return whether `--fix` can repair a finding."""
    return report.remedies.get(finding.fingerprint) == ""


def attempt(report: Report, finding: Finding) -> tuple[str, str]:
    """Return the suggestion of a finding, which may be empty, and in parentheses why `--fix` does not apply it."""
    reason = report.remedies.get(finding.fingerprint, "") if finding.suggestion is not None else ""
    return visible(finding.suggestion or ""), visible(f" (not applied by --fix: {reason})") if reason else ""


def statistics(findings: Sequence[Finding]) -> list[tuple[int, str, Severity, str]]:
    """Return count, code, severity and title for each rule and severity with findings, errors first, then the most frequent."""
    by_code = titles()
    counts = Counter((finding.code, finding.severity) for finding in findings)
    ranked = sorted(counts.items(), key=lambda item: (SEVERITIES.index(item[0][1]), -item[1], item[0][0]))
    return [(count, code, severity, by_code.get(code, "")) for (code, severity), count in ranked]
