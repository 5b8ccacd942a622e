"""Render a report as SARIF 2.1.0 (OASIS), for GitHub code scanning and editors: one run with all rules, and a result for each finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from kgbuild import checks
from kgbuild.checks.reports import Report, as_json, wording
from kgbuild.checks.rule import HEADINGS, Rule
from kgbuild.errors import visible
from kgbuild.model.finding import Finding, Related, Severity
from kgbuild.version import __version__

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#: §3.27.10: "note" is a problem of low severity, or an opportunity to improve.
_LEVELS: Mapping[Severity, str] = MappingProxyType({"error": "error", "warning": "warning", "info": "note"})
#: Characters that are not escaped in a path (RFC 3986 §3.3). The colon is escaped, because the text before it would become a scheme.
_IN_PATHS = "/!$&'()*+,;=@"


def render(report: Report) -> str:
    """Return the report as an indented SARIF log."""
    rules = checks.load_rules()
    numbers = {rule.code: number for number, rule in enumerate(rules)}
    driver = {"name": "kgbuild", "version": __version__, "rules": [_rule(rule) for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, finding, numbers) for finding in report.findings],
    }
    return as_json.indented({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, Any]:
    parts = rule.parts
    helps = [(heading, " ".join(parts[heading.lower()].split())) for heading in HEADINGS if heading.lower() in parts]
    return {
        "id": rule.code,
        "shortDescription": {"text": f"{wording.title(rule)}."},
        "fullDescription": {"text": " ".join(parts["what"].split())},
        "help": {
            "text": "\n".join(f"{heading}: {text}" for heading, text in helps),
            "markdown": "\n\n".join(f"**{heading}:** {text}" for heading, text in helps),
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [checks.FAMILIES[rule.code[:2]][0]] if rule.code[:2] in checks.FAMILIES else []},
    }


def _result(report: Report, finding: Finding, numbers: Mapping[str, int]) -> dict[str, Any]:
    hint = "" if finding.suggestion is None else f"; try: {''.join(wording.attempt(report, finding))}"
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": _plain(finding.message + hint)},
        "locations": [_location(finding) | {"logicalLocations": [{"fullyQualifiedName": finding.subject}]}],
        # GitHub identifies alerts by the first fingerprint. Without it GitHub hashes the line, but a line of JSON Lines can have many findings.
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint, "kgbuild/v1": finding.fingerprint},
        "properties": {"subject": finding.subject, "object": finding.object, "field": finding.field, "records": finding.records},
    }
    if finding.code in numbers:
        result["ruleIndex"] = numbers[finding.code]
    if finding.related:
        result["relatedLocations"] = list(_related(finding.related))
    return result


def _related(places: Sequence[Related]) -> Iterator[dict[str, Any]]:
    for number, place in enumerate(places, 1):
        yield {"id": number, **_location(place)} | ({"message": {"text": _plain(place.record)}} if place.record else {})


def _location(at: Finding | Related) -> dict[str, Any]:
    """Return a location (§3.28). Without a line it is the whole file, and without a path it is empty."""
    if not at.path:
        return {}
    region = {"startLine": at.line} | ({"startColumn": at.column} if at.column else {})
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(at.path)}} | ({"region": region} if at.line else {})}


def _uri(path: str) -> str:
    """Return the URI of a file. A relative path gives a relative URI.

    >>> _uri("a b/100%.md"), _uri("/a/b.md"), _uri("./x:y.tar.gz!/z.md")
    ('a%20b/100%25.md', 'file:///a/b.md', 'x%3Ay.tar.gz!/z.md')
    """
    file = Path(path)
    return ("file://" if file.is_absolute() else "") + quote(file.as_posix(), _IN_PATHS, errors="surrogateescape")


def _plain(text: str) -> str:
    """Escape the text of a message, so that text from a record is not a link (§3.11.6)."""
    return visible(text).replace("](", "\\](")
