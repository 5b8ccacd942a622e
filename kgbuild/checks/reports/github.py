"""Render a report as workflow commands of GitHub Actions, which annotate the lines of the findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from kgbuild.checks.reports import Report, wording
from kgbuild.errors import visible
from kgbuild.model.finding import Finding, Severity

_COMMANDS: Mapping[Severity, str] = MappingProxyType({"error": "error", "warning": "warning", "info": "notice"})
#: The characters that the runner unescapes (actions/runner, ActionCommand.cs). Properties escape their separators too.
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report) -> str:
    """Return one command for each finding: `::error file=…,line=…,col=…,title=…::message`."""
    titles = wording.titles()
    return "".join(_command(report, finding, titles.get(finding.code, "")) + "\n" for finding in report.findings)


def _command(report: Report, finding: Finding, title: str) -> str:
    properties = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in _properties(finding, title))
    message = visible(finding.message)
    if finding.suggestion is not None:
        message += f"\ntry: {''.join(wording.attempt(report, finding))}"
    return f"::{_COMMANDS[finding.severity]} {properties}::{message.translate(_DATA)}"


def _properties(finding: Finding, title: str) -> Iterator[tuple[str, str]]:
    if finding.path:
        yield "file", visible(finding.path)
    if finding.path and finding.line:
        yield "line", str(finding.line)
        if finding.column:
            yield "col", str(finding.column)
    yield "title", f"{finding.code} {title}".rstrip()
