"""Read and write a baseline: the findings that a team accepts for now. `kgbuild check` reports only findings that are not in it.

The file is JSON with one finding on each line, sorted, so that its changes are easy to read in a diff. Findings are compared by fingerprint. The
code, subject and message are for readers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from kgbuild.errors import UsageError
from kgbuild.mapping import user_file
from kgbuild.mapping.syntax import JSON
from kgbuild.model.finding import Finding

#: Codes that a baseline never contains. The errors of an unreadable file are unknown, and its path depends on the input.
NEVER = ("RD001",)
#: The largest number of entries in a hint.
SHOWN = 3


class BaselineEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding in a baseline."""

    code: str
    subject: str
    message: str
    fingerprint: str


class _BaselineFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Literal[1] = msgspec.field(name="kgbuild-baseline")
    findings: tuple[BaselineEntry, ...]


def read(path: str, *, new: bool = False) -> tuple[BaselineEntry, ...]:
    """Return the entries of a baseline file. If it is ``new`` and does not exist, return none.

    Raises UsageError if the file does not exist, cannot be read or is not a baseline.
    """
    if not os.path.lexists(path):
        if new:
            return ()
        raise UsageError(f"{path}: expected a baseline, got no such file; create it with --write-baseline")
    file = user_file.read(Path(path), JSON, UsageError, what="a baseline", otherwise="give another --baseline")
    again = "remove the file and write it again with --write-baseline"
    todo = f"restore it from version control, or {again}"
    conflict = re.search(r"^(<<<<<<<|=======|>>>>>>>)", text := file.text(), re.MULTILINE)
    if conflict:
        line = str(text.count("\n", 0, conflict.start()) + 1)
        raise file.error((), f"expected a baseline, got a merge conflict; resolve it, or {again}", at=line)
    tree = file.tree(f"expected a baseline in JSON, got text that is not JSON; {todo}")
    return file.value(tree, _BaselineFile, kind="baselines", todo=todo).findings


def render(entries: Iterable[BaselineEntry]) -> str:
    """Return the text of a baseline file, sorted by code, subject and message, with one entry on each line.

    >>> print(render([]), end="")
    {
      "kgbuild-baseline": 1,
      "findings": []
    }
    """
    ordered = sorted(set(entries), key=lambda entry: (entry.code, entry.subject, entry.message, entry.fingerprint))
    lines = [msgspec.json.format(msgspec.json.encode(entry), indent=0).decode() for entry in ordered]
    findings = "[\n    " + ",\n    ".join(lines) + "\n  ]" if lines else "[]"
    return f'{{\n  "kgbuild-baseline": 1,\n  "findings": {findings}\n}}\n'


def renewed(old: Sequence[BaselineEntry], findings: Iterable[Finding], ran: Collection[str]) -> list[BaselineEntry]:
    """Return the new entries of a baseline: the findings of the rules that ``ran``, and the old entries of all other rules."""
    found = {
        item.fingerprint: BaselineEntry(code=item.code, subject=item.subject, message=item.message, fingerprint=item.fingerprint)
        for item in findings
        if item.code not in NEVER
    }
    return [*found.values(), *(entry for entry in old if entry.code not in ran and entry.fingerprint not in found)]


def known(entries: Iterable[BaselineEntry]) -> frozenset[str]:
    """Return the fingerprints of the findings that are not reported."""
    return frozenset(entry.fingerprint for entry in entries if entry.code not in NEVER)


def resolved(entries: Iterable[BaselineEntry], findings: Iterable[Finding], ran: Collection[str]) -> list[BaselineEntry]:
    """Return the entries of rules that ``ran`` whose findings no longer occur."""
    found = {finding.fingerprint for finding in findings}
    return [entry for entry in entries if entry.code in ran and entry.fingerprint not in found]


def hint(path: str, entries: Sequence[BaselineEntry]) -> str:
    """Return the hint about entries that no longer occur."""
    named = ", ".join(f"{entry.code} {entry.subject}" for entry in entries[:SHOWN])
    more = f" and {len(entries) - SHOWN:,} more" if len(entries) > SHOWN else ""
    one = len(entries) == 1
    what = f"{counted(len(entries))} no longer occur{'s' if one else ''}"
    return f"{path}: {what} ({named}{more}); remove {'it' if one else 'them'} with --write-baseline"


def counted(count: int) -> str:
    """Return the number of known findings with its noun.

    >>> counted(1), counted(1234)
    ('1 known finding', '1,234 known findings')
    """
    return f"{count:,} known finding{'s' if count != 1 else ''}"
