"""What an audit finds: one value per fault, with the place to change and a fingerprint that survives unrelated edits."""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec
from msgspec import Struct

Severity = Literal["error", "warning", "info"]
#: From the gravest on; a finding is at or over a level if its severity stands at or before it.
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Related(Struct, frozen=True, kw_only=True):
    """Another place of a finding: a copy of the listing, its page, the other record. Line and column from one, 0 where not looked up."""

    path: str
    line: int = 0
    column: int = 0
    record: str = ""


class Finding(Struct, frozen=True, kw_only=True):
    """One fault.

    ``code`` names the rule, ``subject`` is the id of the node that it is about, ``object`` the other end or value and ``field`` the field,
    where there is one. ``records`` are the ids of the records that say so; ``path``, ``line`` and ``column`` (from one, 0 where not looked
    up) lead to the entry to change, ``related`` to the other places. ``fingerprint`` is the SHA-256 of code, subject, object and field.
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
    """The SHA-256, in hexadecimal, of the JSON array of the four.

    >>> fingerprint("RF001", "kgr:a.b", "kgr:c", "original_source")[:12]
    'e6c1f54849c8'
    """
    told = [text.encode(errors="replace").decode() for text in (code, subject, object, field)]  # a file's name may be no UTF-8
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def over(severity: Severity, level: str) -> bool:
    """Whether a severity is at or over a level, which may be "never".

    >>> over("warning", "error"), over("warning", "info"), over("error", "never")
    (False, True, False)
    """
    return level != "never" and SEVERITIES.index(severity) <= SEVERITIES.index(level)
