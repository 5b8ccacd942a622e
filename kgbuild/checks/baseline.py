"""Read and write a baseline: the findings that a team accepts for now. `kgbuild check` reports only findings that are not in it.

The file is JSON with one finding on each line, sorted, so that its changes are easy to read in a diff. Findings are compared by fingerprint. The
code, subject and message are for readers. `inputs` are the folders and files that were checked, relative to the folder of the baseline
(kgbuild/pipeline/coverage.py), and `exclude` the globs of files that were left out there. Version 1 had neither.
"""

from __future__ import annotations

import json
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
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_TODO = "restore it from version control, or give another --baseline"


class BaselineEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding in a baseline."""

    code: str
    subject: str
    message: str
    fingerprint: str


class Covered(Struct, frozen=True, kw_only=True):
    """What a baseline covers: inputs relative to its folder, and the globs of files that are left out of them."""

    inputs: tuple[str, ...]
    exclude: tuple[str, ...] = ()


class Baseline(Struct, frozen=True, kw_only=True):
    """The entries of a baseline, and what it covers. Version 1 does not say what it covers: ``covered`` is None."""

    entries: tuple[BaselineEntry, ...] = ()
    covered: Covered | None = None


class _BaselineFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Literal[1, 2] = msgspec.field(name="kgbuild-baseline")
    inputs: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    findings: tuple[BaselineEntry, ...]


def read(path: str, *, new: bool = False) -> Baseline | None:
    """Return a baseline. If it is ``new`` and does not exist, return None.

    Raises UsageError if the file does not exist, cannot be read or is not a baseline.
    """
    if not os.path.lexists(path):
        if new:
            return None
        raise UsageError(f"{path}: expected a baseline, got no such file; create it with --write-baseline")
    file = user_file.read(Path(path), JSON, UsageError, what="a baseline", otherwise="give another --baseline")
    conflict = re.search(r"^(<<<<<<<|=======|>>>>>>>)", text := file.text(), re.MULTILINE)
    if conflict:
        line = str(text.count("\n", 0, conflict.start()) + 1)
        todo = f"take one side with `git checkout --ours {path}`, and run --write-baseline"
        raise file.error((), f"expected a baseline, got a merge conflict; {todo}", at=line)
    tree = file.tree(f"expected a baseline in JSON, got text that is not JSON; {_TODO}")
    found = file.value(tree, _BaselineFile, kind="baselines", todo=_TODO)
    if (found.inputs is None) is not (found.version == 1):
        expected = "no inputs in version 1, got some" if found.version == 1 else "the inputs that version 2 covers, got none"
        raise file.error(("kgbuild-baseline",), f"expected {expected}; {_TODO}")
    return Baseline(entries=found.findings, covered=None if found.inputs is None else Covered(inputs=found.inputs, exclude=found.exclude))


def render(entries: Iterable[BaselineEntry], covered: Covered) -> str:
    """Return the text of a baseline file, sorted by code, subject and message, with one entry on each line.

    >>> print(render([], Covered(inputs=("org", "resource"))), end="")
    {
      "kgbuild-baseline": 2,
      "inputs": ["org", "resource"],
      "findings": []
    }
    """
    ordered = sorted(set(entries), key=lambda entry: (entry.code, entry.subject, entry.message, entry.fingerprint))
    lines = list(map(_line, ordered))
    findings = "[\n    " + ",\n    ".join(lines) + "\n  ]" if lines else "[]"
    exclude = f'\n  "exclude": {_line(covered.exclude)},' if covered.exclude else ""
    return f'{{\n  "kgbuild-baseline": 2,\n  "inputs": {_line(covered.inputs)},{exclude}\n  "findings": {findings}\n}}\n'


def _line(value: object) -> str:
    """Return a value as JSON on one line. Lone surrogates, from file names that are not UTF-8, are escaped: JSON readers reject them."""
    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False)
    return _SURROGATES.sub(lambda match: "\\\\" + repr(match[0])[2:-1], text)


def renewed(old: Iterable[BaselineEntry], findings: Iterable[Finding], ran: Collection[str]) -> list[BaselineEntry]:
    """Return the new entries of a baseline: the findings of this run, and the old entries of all rules that did not run (``ran``)."""
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
    return f"{path}: {what} ({named}{more}); bring the file up to date with --write-baseline"


def counted(count: int) -> str:
    """Return the number of known findings with its noun.

    >>> counted(1), counted(1234)
    ('1 known finding', '1,234 known findings')
    """
    return f"{count:,} known finding{'s' if count != 1 else ''}"
