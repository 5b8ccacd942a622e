"""Findings of an audit. Each has the place to change and a fingerprint that unrelated edits do not change."""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec
from msgspec import Struct

from kgbuild.errors import as_text

Severity = Literal["error", "warning", "info"]
#: All severities, the most severe first.
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Related(Struct, frozen=True, kw_only=True):
    """Another place of a finding, such as a copy of the listing, its page, or another record. Line and column count from one; 0 is unknown."""

    path: str
    line: int = 0
    column: int = 0
    record: str = ""


class Finding(Struct, frozen=True, kw_only=True):
    """One finding.

    ``code`` is the code of the rule and ``subject`` the id of the node. ``object`` is the other node or the value, and ``field`` the
    field, if there is one. ``records`` are the ids of the records that state the value. ``path``, ``line`` and ``column`` (from one; 0
    is unknown) are the place to change, ``related`` other places. ``fingerprint`` is the SHA-256 of code, subject, object and field.
    """

    code: str
    severity: Severity
    message: str
    subject: str
    object: str = ""
    field: str = ""
    records: tuple[str, ...] = ()
    path: str = ""
    line: int = 0
    column: int = 0
    related: tuple[Related, ...] = ()
    suggestion: str | None = None
    fingerprint: str = ""


def fingerprint(code: str, subject: str, object: str, field: str) -> str:
    """Return the SHA-256, in hexadecimal, of the JSON array of the four arguments.

    >>> fingerprint("RF001", "kgr:a.b", "kgr:c", "original_source")[:12]
    'e6c1f54849c8'
    """
    values = [as_text(text) for text in (code, subject, object, field)]  # the name of a file may not be UTF-8
    return hashlib.sha256(msgspec.json.encode(values)).hexdigest()


def over(severity: Severity, level: str) -> bool:
    """Return whether a severity is as severe as a level, or more. No severity reaches the level "never".

    >>> over("warning", "error"), over("warning", "info"), over("error", "never")
    (False, True, False)
    """
    return level != "never" and SEVERITIES.index(severity) <= SEVERITIES.index(level)
