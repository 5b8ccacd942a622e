"""A baseline: findings that a team knows of and has not fixed yet. They stay quiet, new ones fail.

The file is JSON with a finding a line, sorted, so that a change of it reads well in a diff. Only the fingerprints count; code, subject and message
are there for people.
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

#: What is never known: of a file that cannot be read nobody knows what is wrong with it, and its path is another one for another input.
NEVER = ("RD001",)
#: Entries that no longer occur, of which a hint shows this many.
SHOWN = 3


class BaselineEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A known finding."""

    code: str
    subject: str
    message: str
    fingerprint: str


class _BaselineFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Literal[1] = msgspec.field(name="kgbuild-baseline")
    findings: tuple[BaselineEntry, ...]


def read(path: str, *, new: bool = False) -> tuple[BaselineEntry, ...]:
    """The entries of a baseline file; none where there is no file and it is a ``new`` one.

    Raises UsageError for a file that is not there, cannot be read or is no baseline.
    """
    if not os.path.lexists(path):
        if new:
            return ()
        raise UsageError(f"{path}: expected a baseline, got no file at this path; `--write-baseline` makes it")
    file = user_file.read(Path(path), JSON, UsageError, what="a baseline", otherwise="choose another --baseline")
    again = "remove the file and write it again with --write-baseline"
    todo = f"restore it from version control, or {again}"
    conflict = re.search(r"^(<<<<<<<|=======|>>>>>>>)", text := file.text(), re.MULTILINE)
    if conflict:
        line = str(text.count("\n", 0, conflict.start()) + 1)
        raise file.error((), f"expected a baseline, got the mark of a merge conflict; resolve it, or {again}", at=line)
    tree = file.tree(f"expected a baseline in JSON, got text that is none; {todo}")
    return file.value(tree, _BaselineFile, kind="baselines", todo=todo).findings


def render(entries: Iterable[BaselineEntry]) -> str:
    """The text of a baseline file: sorted by code, subject and message, an entry a line.

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
    """What a baseline is to hold now: the findings of the rules that ``ran``, and the old entries of all others."""
    found = {
        item.fingerprint: BaselineEntry(code=item.code, subject=item.subject, message=item.message, fingerprint=item.fingerprint)
        for item in findings
        if item.code not in NEVER
    }
    return [*found.values(), *(entry for entry in old if entry.code not in ran and entry.fingerprint not in found)]


def known(entries: Iterable[BaselineEntry]) -> frozenset[str]:
    """The fingerprints of the findings that stay quiet."""
    return frozenset(entry.fingerprint for entry in entries if entry.code not in NEVER)


def gone(entries: Iterable[BaselineEntry], findings: Iterable[Finding], ran: Collection[str]) -> list[BaselineEntry]:
    """The entries of rules that ``ran`` which no finding fits any more."""
    found = {finding.fingerprint for finding in findings}
    return [entry for entry in entries if entry.code in ran and entry.fingerprint not in found]


def hint(path: str, entries: Sequence[BaselineEntry]) -> str:
    """What to say of entries that no longer occur."""
    named = ", ".join(f"{entry.code} {entry.subject}" for entry in entries[:SHOWN])
    more = f" and {len(entries) - SHOWN:,} more" if len(entries) > SHOWN else ""
    one = len(entries) == 1
    what = f"{counted(len(entries))} no longer occur{'s' if one else ''}"
    return f"{path}: {what} ({named}{more}); --write-baseline takes {'it' if one else 'them'} out"


def counted(count: int) -> str:
    """How many findings are known.

    >>> counted(1), counted(1234)
    ('1 known finding', '1,234 known findings')
    """
    return f"{count:,} known finding{'s' if count != 1 else ''}"
