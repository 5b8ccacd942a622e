"""Render a report as one JSON object: `version`, `inputs`, `counts` by severity, the number of `known` findings, and all `findings`.

With --level or --subject, `hidden` is the number of findings that are counted but not listed.
"""

from __future__ import annotations

from typing import Any

import msgspec

from kgbuild.checks.reports import Report
from kgbuild.errors import as_text
from kgbuild.version import __version__


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

    Lone surrogates, which come from file names that are not UTF-8, are written as ``as_text`` writes them, because JSON readers reject them.

    >>> encoded(["a\udcff"])
    b'["a\\\\xff"]'
    """
    try:
        return msgspec.json.encode(tree)
    except UnicodeEncodeError:
        return msgspec.json.encode(_as_texts(msgspec.to_builtins(tree)))


def _as_texts(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _as_texts(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_as_texts(item) for item in tree]
    return as_text(tree) if isinstance(tree, str) else tree
