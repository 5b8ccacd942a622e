"""One JSON object: `version`, `inputs`, `counts` of each severity, how many findings are `known`, and all `findings`."""

from __future__ import annotations

import json
import re

import msgspec

from kgbuild.checks.reports import Report
from kgbuild.version import __version__

_HALVES = re.compile(r"[\ud800-\udfff]")


def render(report: Report) -> str:
    """The report as an indented JSON object."""
    return indented(
        {
            "version": __version__,
            "inputs": report.inputs,
            "counts": report.counts,
            "known": report.known,
            "findings": report.findings,
        }
    )


def indented(tree: object) -> str:
    """A tree as JSON text that ends with a line's end."""
    return msgspec.json.format(encoded(tree), indent=2).decode() + "\n"


def encoded(tree: object) -> bytes:
    r"""A tree as JSON in one line. Half a surrogate pair, from the name of a file that is no UTF-8, is told as text: readers reject it.

    >>> encoded(["a\udcff"])
    b'["a\\\\udcff"]'
    """
    try:
        return msgspec.json.encode(tree)
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(tree), separators=(",", ":"), ensure_ascii=False)
        return _HALVES.sub(lambda match: "\\" + repr(match[0])[1:-1], text).encode()
