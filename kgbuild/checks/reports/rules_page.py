"""Render the rules' docstrings as documentation: a Markdown page of all rules, and text for a terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from kgbuild import checks
from kgbuild.checks.reports import rule_counts, wording
from kgbuild.checks.reports.rule_counts import RuleCounts
from kgbuild.checks.rule import HEADINGS, Rule

_HEAD = """\
# Rules of `kgbuild check`

The meaning of a code never changes. The level in the table is the default level of a rule; its section names the findings with another level.
A rule that is "off by default" runs only if `--select` or `--extend-select` names its code, a prefix of it, or `ALL`.
`kgbuild rule CODE` prints one rule. This page is generated with `kgbuild rule --all --format markdown`.

The last column counts the findings in {source} of {date}, by
`kgbuild check --isolated`. If the count with `--select ALL` differs, it follows in parentheses.
`pytest tests/checks/test_rules_page.py --regenerate` counts again, where the records are there.
"""
#: Code spans in Markdown (CommonMark §6.1), and characters that are markup outside of them.
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_MARKUP = re.compile(r"[\\*_<>\[\]]")
#: A line that is not part of a paragraph: an item of a list, or an indented line.
_SET_OFF = re.compile(r"\s+\S|[-*] |\d+\. ")


def page() -> str:
    """Return a Markdown page with a table of all rules and a section for each, in the order of families and codes."""
    counts = rule_counts.read()
    return "\n".join([_HEAD.format(source=counts.source, date=counts.date), *_table(counts), *_families()])


def section(rule: Rule) -> str:
    """Return the Markdown section of a rule."""
    parts = rule.parts
    level = f"{_level(rule)}; info with `--partial`" if rule.partial else _level(rule)
    texts = [f"**{heading}:** {prose(parts[heading.lower()])}" for heading in HEADINGS if heading.lower() in parts]
    return "\n\n".join([f"### {rule.code}", f"*{level}*", prose(parts["what"]), *texts]) + "\n"


def plain(rule: Rule, width: int) -> str:
    """Return a rule as text for a terminal. ``width`` is in characters."""
    parts = rule.parts
    level = f"{_level(rule)}; info with --partial" if rule.partial else _level(rule)
    texts = [_wrapped(parts["what"], width, "")]
    texts += [f"{heading}:\n{_wrapped(parts[heading.lower()], width, '    ')}" for heading in HEADINGS if heading.lower() in parts]
    return "\n\n".join([f"{rule.code} ({level})", *texts]) + "\n"


def _level(rule: Rule) -> str:
    return rule.severity if rule.default else f"{rule.severity}; off by default"


def _table(counts: RuleCounts) -> Iterator[str]:
    yield "| code | level | description | findings |"
    yield "| --- | --- | --- | ---: |"
    for family, (about, _) in checks.FAMILIES.items():
        found = checks.load_rules([family])
        if found:
            yield f"| **{family}** | | **{about}** | |"
        for rule in found:
            yield f"| [{rule.code}](#{rule.code.lower()}) | {_level(rule)} | {cell(wording.title(rule))} | {counts.cell(rule.code)} |"
    yield ""


def _families() -> Iterator[str]:
    for family, (about, _) in checks.FAMILIES.items():
        found = checks.load_rules([family])
        if found:
            yield f"## {family}: {about}\n"
        yield from map(section, found)


def cell(text: str) -> str:
    """Convert a docstring's text to a cell of a Markdown table. A pipe ends a cell even in code, so it is escaped (GFM §4.10)."""
    return prose(text).replace("|", "\\|")


def prose(text: str) -> str:
    """Convert a docstring's text to Markdown. Code between backticks stays, and markup characters outside of it are escaped."""
    lines = "\n".join(_lines(text))
    parts, at = [], 0
    for match in _CODE.finditer(lines):
        parts += [_MARKUP.sub(r"\\\g<0>", lines[at : match.start()]), match[0]]
        at = match.end()
    return "".join(parts) + _MARKUP.sub(r"\\\g<0>", lines[at:])


def _lines(text: str) -> Iterable[str]:
    """Return the paragraphs of a text, each on one line, with empty lines between them. List items and indented lines stay separate."""
    joined: list[str] = []
    for line in text.splitlines():
        if line and joined and joined[-1] and not _SET_OFF.match(line):
            joined[-1] += f" {line.strip()}"
        else:
            joined.append(line.rstrip())
    return joined


def _wrapped(text: str, width: int, indent: str) -> str:
    return "\n".join(
        textwrap.fill(line, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        for line in _lines(text)
    )
