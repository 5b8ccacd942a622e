"""Render a report as one JSON object: `version`, `inputs`, `counts` by severity, the number of `known` findings, and all `findings`.

With --level or --subject, `hidden` is the number of findings that are counted but not listed.
"""

from __future__ import annotations

import json
import re

import msgspec

from kgbuild.checks.reports import Report
from kgbuild.version import __version__

_SURROGATES = re.compile(r"[\ud800-\udfff]")


def render(report: Report) -> str:
    """Return the report as an indented JSON object."""
    return indented(
        {
            "version": __version__,
            "inputs": report.inputs,
            "counts": report.counts,
            "known": report.known,
            **({"hidden": len(report.hidden)} if report.filters else {}),
            "findings": report.findings,
        }
    )


def indented(tree: object) -> str:
    """Return a tree as indented JSON that ends with a line feed."""
    return msgspec.json.format(encoded(tree), indent=2).decode() + "\n"


def encoded(tree: object) -> bytes:
    r"""Return a tree as JSON on one line.

    Lone surrogates, which come from file names that are not UTF-8, are written as escaped text, because JSON readers reject them.

    >>> encoded(["a\udcff"])
    b'["a\\\\udcff"]'
    """
    try:
        return msgspec.json.encode(tree)
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(tree), separators=(",", ":"), ensure_ascii=False)
        return _SURROGATES.sub(lambda match: "\\" + repr(match[0])[1:-1], text).encode()
