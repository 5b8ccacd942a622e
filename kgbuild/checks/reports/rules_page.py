"""The rules' docstrings as documentation: a page of all rules in Markdown, and texts for a terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from kgbuild import checks
from kgbuild.checks.reports import wording
from kgbuild.checks.rule import HEADINGS, Rule

_HEAD = """\
# Rules of `kgbuild check`

Codes never change meaning. The level is that of most findings of a rule: where a text says so, some are told at another. `kgbuild rule CODE`
shows one rule in the terminal. This page is made from the rules themselves, by `kgbuild rule --all --format markdown`.
"""
#: Code in a text of Markdown (CommonMark §6.1), and what would be markup outside it.
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_MARKUP = re.compile(r"[\\*_<>\[\]]")
#: A line that stands for itself: an item of a list, or what is set in from the text.
_SET_OFF = re.compile(r"\s+\S|[-*] |\d+\. ")


def page() -> str:
    """All rules as a page of Markdown: a table of them, and a section for each in the order of families and codes."""
    return "\n".join([_HEAD, *_table(), *_families()])


def section(rule: Rule) -> str:
    """A rule as a section of Markdown."""
    parts = rule.parts
    level = f"{rule.severity}; info with `--partial`" if rule.partial else rule.severity
    texts = [f"**{heading}:** {prose(parts[heading.lower()])}" for heading in HEADINGS if heading.lower() in parts]
    return "\n\n".join([f"### {rule.code}", f"*{level}*", prose(parts["what"]), *texts]) + "\n"


def plain(rule: Rule, width: int) -> str:
    """A rule as text for a terminal of a width in characters."""
    parts = rule.parts
    level = f"{rule.severity}; info with --partial" if rule.partial else rule.severity
    texts = [_wrapped(parts["what"], width, "")]
    texts += [f"{heading}:\n{_wrapped(parts[heading.lower()], width, '    ')}" for heading in HEADINGS if heading.lower() in parts]
    return "\n\n".join([f"{rule.code} ({level})", *texts]) + "\n"


def _table() -> Iterator[str]:
    yield "| code | level | what is found |"
    yield "| --- | --- | --- |"
    for family, (about, _) in checks.FAMILIES.items():
        found = checks.load_rules([family])
        if found:
            yield f"| **{family}** | | **{about}** |"
        for rule in found:
            yield f"| [{rule.code}](#{rule.code.lower()}) | {rule.severity} | {cell(wording.title(rule))} |"
    yield ""


def _families() -> Iterator[str]:
    for family, (about, _) in checks.FAMILIES.items():
        found = checks.load_rules([family])
        if found:
            yield f"## {family}: {about}\n"
        yield from map(section, found)


def cell(text: str) -> str:
    """A text of a docstring as a cell of a table, in which a pipe ends even code (GFM §4.10)."""
    return prose(text).replace("|", "\\|")


def prose(text: str) -> str:
    """A text of a docstring as Markdown: code between backticks stays, and what would be markup outside it stands for itself."""
    lines = "\n".join(_lines(text))
    parts, at = [], 0
    for match in _CODE.finditer(lines):
        parts += [_MARKUP.sub(r"\\\g<0>", lines[at : match.start()]), match[0]]
        at = match.end()
    return "".join(parts) + _MARKUP.sub(r"\\\g<0>", lines[at:])


def _lines(text: str) -> Iterable[str]:
    """The paragraphs of a text, each in one line, with an empty line between them; lines that are set off stay as they are."""
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
