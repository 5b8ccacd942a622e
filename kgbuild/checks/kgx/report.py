"""Count the findings of a validation, and render them as text and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal

import msgspec

from kgbuild.checks.kgx.pairs import Pair
from kgbuild.errors import visible

Level = Literal["error", "warning"]
EXAMPLES = 5
"""The largest number of ids in a group."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """All findings with the same message: their number, and the first ids in the order of the file."""

    kind: str
    level: Level
    count: int
    message: str
    examples: tuple[str, ...] = ()


class KgxReport(msgspec.Struct, frozen=True, kw_only=True):
    """The result for one graph. ``validator`` names the versions of kgx and of the Biolink Model."""

    nodes: int
    edges: int
    profile: Literal["biolink", "registry"]
    problems: tuple[Group, ...]
    validator: str = msgspec.field(default="", name="referee")  # the name in JSON does not change

    @property
    def errors(self) -> int:
        """Return the number of errors."""
        return self._count("error")

    @property
    def warnings(self) -> int:
        """Return the number of warnings."""
        return self._count("warning")

    def _count(self, level: Level) -> int:
        return sum(group.count for group in self.problems if group.level == level)


class KgxTally:
    """A count of findings by level, kind and message, with the first ids of each."""

    def __init__(self) -> None:
        self._found: dict[tuple[Level, str, str], tuple[int, tuple[str, ...]]] = {}

    def add(self, level: Level, kind: str, message: str, entity: str) -> None:
        """Count one finding about the node or edge ``entity``."""
        count, examples = self._found.get((level, kind, message), (0, ()))
        self._found[level, kind, message] = count + 1, (*examples, entity)[:EXAMPLES]

    def groups(self) -> tuple[Group, ...]:
        """Return the groups of findings: errors first, then by kind and message."""
        return tuple(
            Group(level=level, kind=kind, message=message, count=count, examples=examples)
            for (level, kind, message), (count, examples) in sorted(self._found.items())
        )


def render_all(reports: Sequence[tuple[Pair, KgxReport]], form: Literal["text", "json"]) -> str:
    """Render the reports of several graphs, each under the names of its files. In JSON they are a list in one object."""
    if form == "json":
        content = [{"files": [str(path) for path in pair], **msgspec.json.decode(render_json(report))} for pair, report in reports]
        return msgspec.json.format(msgspec.json.encode({"reports": content}), indent=2).decode() + "\n"
    return "\n".join(f"{pair.nodes}, {pair.edges}\n{render_text(report)}" for pair, report in reports)


def render_text(report: KgxReport) -> str:
    """Render the report as text: a paragraph for each kind of finding, and a last line with the counts."""
    if report.profile == "registry":
        return "".join(f"{group.message}\n" for group in report.problems)
    return "\n".join([*_paragraphs(report), _closing(report)])


def render_json(report: KgxReport) -> bytes:
    """Render the report as a JSON object, with the numbers of its errors and warnings."""
    content = {"errors": report.errors, "warnings": report.warnings, **msgspec.to_builtins(report)}
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def _paragraphs(report: KgxReport) -> Iterator[str]:
    for (level, kind), groups in groupby(report.problems, key=lambda group: (group.level, group.kind)):
        found = list(groups)
        lines = [line for group in found for line in _lines(group)]
        yield "\n".join([f"{kind}: {_counted(sum(group.count for group in found), level)}", *map(visible, lines), ""])


def _lines(group: Group) -> Iterator[str]:
    yield f"  {group.count:,} x {group.message}"
    rest = group.count - len(group.examples)
    if group.examples:
        yield f"      {', '.join(group.examples)}{f' and {rest:,} more' if rest else ''}"


def _closing(report: KgxReport) -> str:
    found = _counted(report.errors, "error")
    if report.warnings:
        found += f" and {_counted(report.warnings, 'warning')}"
    validator = f" ({report.validator})" if report.validator else ""
    return f"{found} in {_counted(report.nodes, 'node')} and {_counted(report.edges, 'edge')}{validator}\n"


def _counted(count: int, noun: str) -> str:
    """Return a number with its noun.

    >>> _counted(1, "error"), _counted(5391, "node")
    ('1 error', '5,391 nodes')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
