"""JSON Lines: one finding a line."""

from __future__ import annotations

import msgspec

from kgbuild.reports import Report


def render(report: Report) -> str:
    """The findings, one a line."""
    return msgspec.json.Encoder().encode_lines(report.findings).decode()
