"""One JSON object: `findings`, `counts`, `version`, `inputs`."""

from __future__ import annotations

import msgspec

from kgbuild import __version__
from kgbuild.reports import Report


def render(report: Report) -> str:
    """The report as an indented JSON object."""
    tree = {"version": __version__, "inputs": report.inputs, "counts": report.counts, "known": report.known, "findings": report.findings}
    return msgspec.json.format(msgspec.json.encode(tree), indent=2).decode() + "\n"
